"""Chapters 9 and 10, what starting a job means for both kinds (9.1, 10.1)."""

from __future__ import annotations

import pytest

from conformance.engine.comparing.round_trip import changed_fields, sent_object
from conformance.engine.comparing.timestamps import earlier, is_never
from conformance.engine.scenario import NotApplicable, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.jobs import (
    INDIVIDUAL,
    MIX,
    NEVER_MADE,
    RECORD_RULE,
    JobKind,
    Jobs,
    as_shown,
    both,
    other,
    stateless,
    value,
)

_STREAM = {MIX.noun: "m_{job_id}_{room_id}", INDIVIDUAL.noun: "s_{job_id}_{room_id}_{user_id}"}
_OBSOLETE = {
    MIX.noun: {"publish_param.rtmp_urls": ["rtmp://example.com/live/1"]},
    INDIVIDUAL.noun: {
        "resolution": "1280x720",
        "resolution_policy": "ADAPTIVE",
        "publish_param.rtmp_urls": ["rtmp://example.com/live/1"],
    },
}
PATIENCE = 30.0
"""Seconds after which a job is believed never to run; the document names no time."""
_MANY = 300
"""Starts after which a target is believed to have no limit that we may run into."""


@pytest.mark.parametrize(
    "kind",
    both(
        "Create/stream-name",
        "Create/starts-in-init",
        "Create/{naming}",
        "Create/times-in-order",
        "Create/not-stopped-yet",
        effort="quick",
    ),
)
def test_what_a_start_answers(scenario: Scenario, kind: JobKind) -> None:
    """A new job is in INIT or runs, named after itself and its room, and not stopped (9.1)."""
    jobs = Jobs(scenario, kind)
    own = {kind.room: scenario.name("Room")}
    if kind is INDIVIDUAL:
        own["user_id"] = scenario.name("User")
    made = jobs.start(change=own).start
    job = made.json
    state = job.get("state")
    jobs.rule("Create/starts-in-init").that(
        state in {"INIT", "RUNNING"},
        "state of a job just started",
        expected="INIT, or RUNNING already",
        actual=state,
        exchange=made,
    )
    _names(scenario, jobs, made)
    early = [
        f"{name} {job.get(name)} is before create_time {job.get('create_time')}"
        for name in ("update_time", "start_time")
        if earlier(job.get(name), job.get("create_time"))
    ]
    jobs.rule("Create/times-in-order").that(not early, "; ".join(early), exchange=made)
    over = {name: job.get(name) for name in ("stop_reason", "stop_time")}
    jobs.rule("Create/not-stopped-yet").that(
        over["stop_reason"] in {None, ""} and is_never(over["stop_time"]),
        "a job just started reads as if it were stopped",
        expected="no stop_reason, stop_time absent or 0001-01-01T00:00:00Z",
        actual=over,
        exchange=made,
    )


@pytest.mark.parametrize("kind", both("Create/initialisation-ends"))
def test_an_initialisation_ends(scenario: Scenario, kind: JobKind) -> None:
    """Who is told that a job is not initialised is told to wait until it is (14.2, 1022)."""
    jobs = Jobs(scenario, kind)
    seen = jobs.seen(jobs.start(), "RUNNING", seconds=PATIENCE)
    jobs.rule("Create/initialisation-ends").that(
        value(seen, "state") != "INIT",
        f"a job is still being initialised after {PATIENCE:.0f} s",
        expected="RUNNING, or STOPPED where nobody is there",
        actual=value(seen, "state"),
        exchange=seen,
    )


def _names(scenario: Scenario, jobs: Jobs, made: Exchange) -> None:
    """The stream is named after the job; application, room and user are those asked for."""
    job, asked = as_shown(made.json), sent_object(made)
    stream = jobs.rule("Create/stream-name")
    if job.get("stream_name") is None and jobs.kind is INDIVIDUAL:
        stream.not_applicable("the answer shows no stream_name")
    else:
        wanted = _STREAM[jobs.kind.noun].format_map({"user_id": None, **job})
        stream.equal(job.get("stream_name"), wanted, "stream_name", made)
    wanted_ids = {"app_id": scenario.given("app")}
    if jobs.kind is MIX:
        wanted_ids["room_id"] = asked["mix_param"]["room_id"]
        inner = {**job, "room_id": (job.get("mix_param") or {}).get("room_id")}
        wrong = changed_fields(wanted_ids, inner, ["room_id"])
    else:
        wanted_ids |= {name: asked[name] for name in ("room_id", "user_id")}
        wrong = []
    wrong += changed_fields(wanted_ids, job, wanted_ids)
    jobs.rule("Create/{naming}").that(
        not wrong,
        "a start answers other ids than it was asked for",
        expected=wanted_ids,
        actual="; ".join(wrong),
        exchange=made,
    )


@pytest.mark.parametrize("kind", both("Create/job-ids-unique", "Stop/stops-only-this-job"))
def test_two_starts_make_two_jobs(scenario: Scenario, kind: JobKind) -> None:
    """Every start makes a job of its own, and a stop ends that one alone (9.1, 9.4, 10.3).

    Jobs of the same room go on: of the same kind, of the other kind, and in another application.
    The other two are in the room of the job that is stopped, wherever that one had to go.
    """
    jobs, others = Jobs(scenario, kind), Jobs(scenario, other(kind))
    room = scenario.name("room")
    lasting = jobs.start(change={kind.room: room})
    stopped = jobs.running_in(room, known=(lasting.id,))
    room = str(value(stopped.start, "room_id") or room)
    beside = others.start(change={others.kind.room: room})
    elsewhere = jobs.start(app=scenario.fresh("app"), change={kind.room: room})
    if not jobs.rule("Create/job-ids-unique").that(
        lasting.id != stopped.id,
        f"two starts answered the same job_id {stopped.id}",
        exchange=stopped.start,
    ):
        return
    bystanders = ((jobs, lasting), (others, beside), (jobs, elsewhere))
    before = [theirs.seen(job, "RUNNING") for theirs, job in bystanders]
    jobs.stop(stopped)
    jobs.seen(stopped, "STOPPED")
    for (theirs, job), was in zip(bystanders, before, strict=True):
        after = theirs.show(job)
        spoilt = changed_fields(
            was.json, after.json, ("state", "stop_reason", *theirs.kind.settings)
        )
        jobs.rule("Stop/stops-only-this-job").that(
            not spoilt and (value(after, "state") == "RUNNING" or stateless(after)),
            f"stopping job {stopped.id} changed {theirs.kind.noun} job {job.id} of application "
            f"{job.path['app_id']}: {'; '.join(spoilt)}",
            expected="state RUNNING, everything else as before",
            exchange=after,
        )


@pytest.mark.parametrize(
    "kind", both("Create/unknown-record-rule", "Create/obsolete-fields-accepted")
)
def test_a_rule_never_made_and_fields_no_longer_there(scenario: Scenario, kind: JobKind) -> None:
    """A recording rule that is not there is not found; obsolete fields are ignored (14.2, 4)."""
    jobs = Jobs(scenario, kind)
    unknown = jobs.ask(change={RECORD_RULE: NEVER_MADE})
    jobs.rule("Create/unknown-record-rule").refused(unknown)
    if kind is MIX:
        unknown = jobs.ask(example="audio_only", change={RECORD_RULE: NEVER_MADE})
        jobs.rule("Create/unknown-record-rule").refused(unknown)
    jobs.rule("Create/obsolete-fields-accepted").succeeded(jobs.ask(change=_OBSOLETE[kind.noun]))


@pytest.mark.parametrize(
    "kind",
    both("Update/job-not-initialised", "Stop/job-not-initialised", "Stop/early-stop-lasts"),
)
def test_a_job_that_is_not_ready_yet(scenario: Scenario, kind: JobKind) -> None:
    """In INIT an update or a stop is carried out or refused with 1022, nothing else (14.2).

    Who was stopped early does not begin after all: one that is started later is ready by then.
    """
    jobs = Jobs(scenario, kind)
    to_update = jobs.start(example=kind.full)
    updated = jobs.update(to_update)
    jobs.rule("Update/job-not-initialised").permitted(updated)
    to_stop = jobs.start()
    early = jobs.rule("Stop/job-not-initialised")
    stopped = jobs.stop(to_stop, *early.answers)
    lasts = jobs.rule("Stop/early-stop-lasts")
    if not early.permitted(stopped) or not stopped.succeeded:
        lasts.not_applicable("a job that is not ready yet cannot be stopped")
        return
    jobs.ready(jobs.start(example=kind.full))
    after = jobs.seen(to_stop, "STOPPED")
    lasts.equal(value(after, "state"), "STOPPED", "state of a job that was stopped early", after)


@pytest.mark.parametrize("kind", both("Create/duplicate-job"))
def test_the_same_job_again(scenario: Scenario, kind: JobKind) -> None:
    """What a target takes for a job that already runs is refused with 1006 (14.2)."""
    jobs = Jobs(scenario, kind)
    room = {kind.room: scenario.name("room")}
    first = jobs.running(example=kind.full, change=room)
    again = jobs.ask(example=kind.full, change=room)
    duplicate = jobs.rule("Create/duplicate-job")
    duplicate.refused(again)
    after = jobs.show(first)
    duplicate.equal(value(after, "state"), "RUNNING", "state of the job started first", after)


@pytest.mark.parametrize("kind", both("Create/job-quota", effort="thorough"))
def test_the_limit_of_jobs(scenario: Scenario, kind: JobKind) -> None:
    """Past the tenant's limit a start is refused with 1007; there is no number (14.2).

    A limit that is out of reach, or none, is nothing that more runs could show.
    """
    jobs = Jobs(scenario, kind)
    quota = jobs.rule("Create/job-quota")
    for _ in range(_MANY):
        made = jobs.ask()
        if made.status != 201:
            quota.refused(made)
            return
    raise NotApplicable(f"no limit was met: {_MANY} jobs at once were started")
