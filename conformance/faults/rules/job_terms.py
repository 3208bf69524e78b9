"""What faults of chapters 9 and 10 ask of a request, and do to a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from conformance.faults.handmade import edited, found_app, tenant_apps
from conformance.faults.messages import Answer, Request, refusal, success
from conformance.faults.middleware import Behaviour, Turn

MIX_PATH, INDIVIDUAL_PATH = "mix-stream-jobs", "individual-stream-jobs"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job: the word in its operations, in its path, and that of the other kind."""

    word: str
    path: str
    other_path: str
    stranger: str

    def operation(self, verb: str) -> str:
        """``CreateMixJob`` and its like."""
        return f"{verb}{self.word}"


MIX = Kind("MixJob", MIX_PATH, INDIVIDUAL_PATH, "individual-job-not-found")
INDIVIDUAL = Kind("IndividualStreamJob", INDIVIDUAL_PATH, MIX_PATH, "mix-job-not-found")
STARTS = (MIX.operation("Create"), INDIVIDUAL.operation("Create"))
"""The operations that start a job."""


def longer(path: str) -> Behaviour:
    """Answer a number of seconds that is one more than the job has."""
    return edited(path, lambda seconds: seconds + 1)


def job_of(turn: Turn) -> Any:
    """The job in the path, if it is one of the application's; None otherwise."""
    app = found_app(turn)
    return app.jobs.get(turn.path.get("job_id", "")) if app is not None else None


def state_of(turn: Turn) -> str:
    """The state of the job in the path; empty when there is none."""
    job = job_of(turn)
    return job.standing(turn.world.clock.now()).state if job is not None else ""


def starting(turn: Turn) -> bool:
    """Whether the job is in INIT."""
    return state_of(turn) == "INIT"


def over(turn: Turn) -> bool:
    """Whether the job is over."""
    return state_of(turn) == "STOPPED"


def never_made(turn: Turn) -> bool:
    """Whether no application has such a job."""
    wanted = turn.path["job_id"]
    return not any(wanted in app.jobs for app in tenant_apps(turn).values())


def sent(turn: Turn, *names: str) -> Any:
    """A value of the body; None where it is not sent."""
    value = turn.request.json
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def rule_unknown(turn: Turn, *, foreign: bool) -> bool:
    """Whether the body names a recording rule that is another application's, or nobody's."""
    app, wanted = found_app(turn), sent(turn, "record_param", "record_rule_id")
    if app is None or not isinstance(wanted, str) or wanted in app.rules:
        return False
    return any(wanted in one.rules for one in tenant_apps(turn).values()) is foreign


def without_rule(when: Callable[[Turn], bool]) -> Callable[[Turn], Request | None]:
    """The request without its recording rule."""

    def change(turn: Turn) -> Request | None:
        if not when(turn):
            return None
        body = {k: v for k, v in turn.request.json.items() if k != "record_param"}
        return turn.request.with_json(body)

    return change


def of_either_kind(kind: Kind) -> Behaviour:
    """Serve the id of a job of the other kind as if it were one of this."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        job = job_of(turn)
        if answer.code != "RTC.00001008" or job is None:
            return answer
        path = turn.request.path.replace(kind.path, kind.other_path)
        method = "GET" if turn.request.method == "PUT" else turn.request.method
        return await turn.forward(replace(turn.request, method=method, path=path))

    return behave


def shown_instead(when: Callable[[Turn], bool]) -> Behaviour:
    """Answer success, with the job as it is, and do nothing."""

    async def behave(turn: Turn) -> Answer:
        if not when(turn):
            return await turn.forward(turn.request)
        if turn.endpoint.status == 204:
            return success(204)
        return await turn.forward(replace(turn.request, method="GET", body=b""))

    return behave


def phantom(when: Callable[[Turn], bool]) -> Behaviour:
    """Answer success about something that is not there."""

    async def behave(turn: Turn) -> Answer:
        if not when(turn):
            return await turn.forward(turn.request)
        empty = None if turn.endpoint.answer is None else {"job_id": turn.path.get("job_id", "")}
        return success(turn.endpoint.status, empty)

    return behave


def refused_in_room(finished: Callable[[Any, Any], bool]) -> Behaviour:
    """Refuse a start in a room that had a job which has ended in that way."""

    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        room = sent(turn, "room_id") or sent(turn, "mix_param", "room_id")
        now = turn.world.clock.now()
        jobs = app.jobs.values() if app is not None else ()
        if any(job.room_id == room and finished(job, now) for job in jobs):
            return refusal(400, "RTC.00001006")
        return await turn.forward(turn.request)

    return behave


def ended_by(reason: str) -> Callable[[Any, Any], bool]:
    """Whether a job was ended for that reason."""
    return lambda job, now: bool(job.standing(now).stop_reason == reason)
