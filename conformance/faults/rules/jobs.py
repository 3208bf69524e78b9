"""Faults that jobs of both kinds can have (chapters 9 and 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from conformance.faults.combinators import on_answer, on_request
from conformance.faults.handmade import (
    afterwards,
    breaking,
    crash_if_refused,
    crash_when,
    edited,
    every_other,
    field_set,
    found_app,
    from_owner,
    lost,
    refused_when,
    shown,
    year_on,
)
from conformance.faults.messages import Answer
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.application_switch import jobs_of_disabled
from conformance.faults.rules.job_terms import (
    INDIVIDUAL,
    MIX,
    Kind,
    ended_by,
    job_of,
    never_made,
    of_either_kind,
    over,
    phantom,
    refused_in_room,
    rule_unknown,
    sent,
    starting,
    without_rule,
)
from conformance.reference.clock import ZERO_TIME
from conformance.reference.statistics.sessions import Session

Row = tuple[str, str, str, Behaviour, tuple[str, ...]]
"""Verb, rule, title, behaviour, and the verbs whose requests go through it."""


def faults() -> Iterator[Fault]:
    """Every fault that both kinds can have."""
    for kind in (MIX, INDIVIDUAL):
        for verb, rule, title, behaviour, verbs in (*_ROWS, *_of_strangers(kind)):
            operations = [kind.operation(one) if "*" not in one else one[1:] for one in verbs]
            yield breaking(
                f"{kind.operation(verb)}/rule/{rule}",
                f"{kind.operation(verb)} {title}",
                behaviour,
                *operations,
            )
        yield from _of_idleness(kind)


def _of_idleness(kind: Kind) -> Iterator[Fault]:
    """Whom a job waits for, when it is shown."""
    for slug, title, wanted in (
        ("watchers", "waits for those who only watch", lambda it: it.role == "player"),
        ("left", "waits for those who have left", lambda it: it.state == "OFFLINE"),
        ("any-room", "waits for anybody in any room", None),
    ):
        yield breaking(
            f"{kind.operation('Create')}/rule/idle-without-speakers",
            f"{kind.operation('Create')} {title}",
            _before(_waiting_for(wanted)),
            kind.operation("Show"),
            slug=slug,
        )
    yield breaking(
        f"{kind.operation('Create')}/rule/idle-without-speakers",
        f"{kind.operation('Create')} waits for nobody",
        _before(_idle_from_the_start),
        kind.operation("Show"),
        slug="nobody",
    )


def _before(change: Callable[[Turn], None]) -> Behaviour:
    """Change the world before a request for a job that there is."""

    async def behave(turn: Turn) -> Answer:
        if turn.path.get("job_id") in found_app(turn).jobs:
            change(turn)
        return await turn.forward(turn.request)

    return behave


def _waiting_for(wanted: Callable[[Session], bool] | None) -> Callable[[Turn], None]:
    """For sessions of its room, or for those online in any room (None)."""

    def change(turn: Turn) -> None:
        app = found_app(turn)
        job = app.jobs[turn.path["job_id"]]
        sessions = turn.world.statistics.app(app.app_id).sessions
        if any(
            it.state == "ONLINE" if wanted is None else it.room_id == job.room_id and wanted(it)
            for it in sessions
        ):
            job.idle_since = None

    return change


def _idle_from_the_start(turn: Turn) -> None:
    job = found_app(turn).jobs[turn.path["job_id"]]
    job.idle_since = job.created


def _of_strangers(kind: Kind) -> tuple[Row, ...]:
    return tuple(
        (verb, kind.stranger, "serves jobs of the other kind", of_either_kind(kind), ())
        for verb in ("Show", "Update", "Stop")
    )


def _same_job() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if not answer.succeeded:
            return answer
        first = turn.memory.setdefault("job", answer.json["job_id"])
        return answer.with_json({**answer.json, "job_id": first})

    return behave


def _never_idle(turn: Turn, body: Any) -> None:
    found_app(turn).jobs[body["job_id"]].idle_since = None


def _soon_idle(turn: Turn, body: Any) -> None:
    job = found_app(turn).jobs[body["job_id"]]
    job.max_idle_seconds = max(1, job.max_idle_seconds // 4)


def _deleted_rules() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        deleted: set[str] = turn.memory.setdefault("deleted", set())
        if turn.endpoint.name == "DeleteRecordRule":
            deleted.add(turn.path["rule_id"])
            return await turn.forward(turn.request)
        used = without_rule(lambda t: sent(t, "record_param", "record_rule_id") in deleted)
        return await turn.forward(used(turn) or turn.request)

    return behave


def _refused_with_id() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.status not in {400, 404}:
            return answer
        return answer.with_json({**answer.json, "job_id": "0" * 32})

    return behave


def _quota_as_value() -> Behaviour:
    def change(_turn: Turn, answer: Answer) -> Answer:
        if answer.code != "RTC.00001007":
            return answer
        return answer.with_json({**answer.json, "error_code": "RTC.00001003"})

    return on_answer(change, 400)


def _running(_turn: Turn, body: Any) -> bool:
    return bool(body["state"] != "STOPPED")


def _when_running(**values: Any) -> Behaviour:
    return shown(lambda t, body: {**body, **values} if _running(t, body) else body)


def _when_stopped(**values: Any) -> Behaviour:
    return shown(lambda t, body: body if _running(t, body) else {**body, **values})


def _obsolete(turn: Turn) -> bool:
    known = {
        "mix_param",
        "record_param",
        "room_id",
        "user_id",
        "is_record_audio",
        "video_type",
        "select_stream_type",
        "max_idle_time",
    }
    body = turn.request.json
    return isinstance(body, dict) and bool(set(body) - known)


def _all_stopped(turn: Turn, _body: Any) -> None:
    for job in found_app(turn).jobs.values():
        job.stopped = job.stopped or turn.world.clock.now()


def _touched(turn: Turn, _body: Any) -> None:
    job = job_of(turn)
    if job is not None:
        job.updated += timedelta(hours=1)
        job.max_idle_seconds += 1
        job.content["max_idle_time"] += 1


def _revived() -> Behaviour:
    """Update a job that is over as if it were not."""

    async def behave(turn: Turn) -> Answer:
        job = job_of(turn)
        if job is None or not over(turn):
            return await turn.forward(turn.request)
        before = job.stopped, job.idle_since
        job.stopped = job.idle_since = None
        answer = await turn.forward(turn.request)
        job.stopped, job.idle_since = before
        return answer

    return behave


_ROWS: tuple[Row, ...] = (
    (
        "Create",
        "stream-name",
        "names its stream after the room alone",
        edited("stream_name", lambda name: name[:4] + name[5:]),
        (),
    ),
    ("Create", "starts-in-init", "is over at once", shown(field_set("state", "STOPPED")), ()),
    (
        "Create",
        "initialisation-ends",
        "never ends its initialisation",
        edited("state", lambda state: "INIT" if state == "RUNNING" else state),
        ("Show",),
    ),
    ("Create", "job-ids-unique", "gives every job the same id", _same_job(), ()),
    (
        "Create",
        "times-in-order",
        "starts before it was created",
        edited("start_time", lambda text: year_on(text, -1)),
        (),
    ),
    (
        "Create",
        "not-stopped-yet",
        "answers why it stopped",
        shown(field_set("stop_reason", "TENANT_STOP")),
        (),
    ),
    (
        "Create",
        "unknown-record-rule",
        "takes a rule that is not there",
        on_request(without_rule(lambda turn: rule_unknown(turn, foreign=False))),
        (),
    ),
    (
        "Create",
        "record-rule-of-another-app",
        "takes the rule of another application",
        on_request(without_rule(lambda turn: rule_unknown(turn, foreign=True))),
        (),
    ),
    (
        "Create",
        "deleted-record-rule",
        "takes a rule that was deleted",
        _deleted_rules(),
        ("Create", "*DeleteRecordRule"),
    ),
    (
        "Create",
        "refused-while-app-disabled",
        "starts for a disabled application",
        jobs_of_disabled(),
        (),
    ),
    ("Create", "deleted-app", "fails for a deleted application", crash_if_refused(), ()),
    ("Create", "job-quota", "calls its quota a wrong value", _quota_as_value(), ()),
    ("Create", "idle-expiry", "goes on in an empty room", afterwards(_never_idle), ()),
    ("Create", "ends-when-idle", "goes on in an empty room", afterwards(_never_idle), ()),
    ("Create", "idle-expiry-not-early", "stops too early", afterwards(_soon_idle), ()),
    (
        "Create",
        "new-job-after-expiry",
        "cannot be started again after it expired",
        refused_in_room(ended_by("EXCEED_MAX_IDLE_TIME")),
        (),
    ),
    (
        "Create",
        "obsolete-fields-accepted",
        "refuses fields of earlier editions",
        refused_when(_obsolete),
        (),
    ),
    ("Create", "refused-leaves-no-job", "answers an id when it refuses", _refused_with_id(), ()),
    ("Show", "shown-as-created", "shows another creation time", edited("create_time", year_on), ()),
    (
        "Show",
        "reading-changes-nothing",
        "shows another stream every second time",
        every_other(field_set("stream_name", "m_1_1")),
        (),
    ),
    ("Show", "state-moves-forward", "goes back to INIT", _when_stopped(state="INIT"), ()),
    (
        "Show",
        "stop-reason-only-when-stopped",
        "shows why a running job stopped",
        _when_running(stop_reason="INTERNAL_ERROR"),
        (),
    ),
    (
        "Show",
        "stop-time-only-when-stopped",
        "shows when a running job stopped",
        _when_running(stop_time="2023-11-28T08:00:00Z"),
        (),
    ),
    (
        "Show",
        "stopped-job-still-shown",
        "forgets jobs that are over",
        refused_when(over, 404, "RTC.00001008"),
        (),
    ),
    ("Show", "job-of-another-app", "shows jobs of any application", on_request(from_owner), ()),
    ("Show", "job-never-made", "shows what is not there", phantom(never_made), ()),
    (
        "Update",
        "update-time-not-earlier",
        "moves the time back",
        edited("update_time", lambda text: year_on(text, -1)),
        (),
    ),
    ("Update", "identity-is-kept", "begins anew", edited("create_time", year_on), ()),
    (
        "Update",
        "refused-update-changes-nothing",
        "changes when it refuses",
        afterwards(_touched, refused=True),
        (),
    ),
    ("Update", "finished-job", "updates a job that is over", _revived(), ()),
    ("Update", "job-not-initialised", "fails while the job is prepared", crash_when(starting), ()),
    ("Update", "job-of-another-app", "updates jobs of any application", on_request(from_owner), ()),
    ("Update", "job-never-made", "updates what is not there", phantom(never_made), ()),
    (
        "Stop",
        "no-body",
        "answers with a body",
        on_answer(lambda _turn, answer: answer.with_json({"result": "stopped"})),
        (),
    ),
    ("Stop", "becomes-stopped", "stops nothing", lost(), ()),
    (
        "Stop",
        "stop-reason-tenant",
        "gives another reason",
        _when_stopped(stop_reason="INTERNAL_ERROR"),
        ("Show",),
    ),
    ("Stop", "stop-time-set", "keeps no time", _when_stopped(stop_time=ZERO_TIME), ("Show",)),
    (
        "Stop",
        "settings-survive-stop",
        "forgets when it was made",
        _when_stopped(create_time="2023-11-28T08:00:00Z"),
        ("Show",),
    ),
    ("Stop", "finished-job", "fails for a job that is over", crash_when(over), ()),
    ("Stop", "job-not-initialised", "fails while the job is prepared", crash_when(starting), ()),
    (
        "Stop",
        "stops-only-this-job",
        "stops every job of the application",
        afterwards(_all_stopped),
        (),
    ),
    (
        "Stop",
        "new-job-after-stop",
        "cannot be started again",
        refused_in_room(ended_by("TENANT_STOP")),
        ("Create",),
    ),
    ("Stop", "job-of-another-app", "stops jobs of any application", on_request(from_owner), ()),
    ("Stop", "job-never-made", "stops what is not there", phantom(never_made), ()),
)
