"""Chapters 9 and 10, the life of a job of either kind: shown, running, stopped, over."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from conformance.engine.comparing.round_trip import changed_fields
from conformance.engine.comparing.timestamps import earlier, is_never, is_real
from conformance.engine.scenario import Answer, Scenario
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.jobs import IDENTITY, Job, JobKind, Jobs, both, value

_STATES = ("INIT", "RUNNING", "STOPPED")
_WITH_STATE = frozenset(
    {"state", "stop_reason", "description", "start_time", "stop_time", "update_time"}
)
"""What may move on by itself between two readings."""
_END = ("state", "stop_reason", "stop_time")


@pytest.mark.parametrize("kind", both("Show/shown-as-created", "Show/reading-changes-nothing"))
def test_showing_a_job(scenario: Scenario, kind: JobKind) -> None:
    """A job is shown as its start answered it, however often it is looked at (9.2, 10.2)."""
    jobs = Jobs(scenario, kind)
    job = jobs.running(example=kind.full)
    first, second = jobs.show(job), jobs.show(job)
    other = changed_fields(job.start.json, first.json, (*IDENTITY, *kind.settings))
    jobs.rule("Show/shown-as-created").that(
        first.status == 200 and not other,
        f"job {job.id} is not shown as it was created",
        expected="the ids, settings and create_time of its creation",
        actual="; ".join(other),
        exchange=first,
    )
    moved = changed_fields(first.json, second.json, sorted(_fields(first, second) - _WITH_STATE))
    back = _moved_back([first, second])
    jobs.rule("Show/reading-changes-nothing").that(
        second.status == 200 and not moved and not back,
        f"job {job.id}, looked at twice in a row, reads differently",
        expected="the same answer but for the state and what goes with it",
        actual="; ".join(moved + back),
        exchange=second,
    )


@pytest.mark.parametrize(
    "kind",
    both(
        "Show/state-moves-forward",
        "Show/stop-reason-only-when-stopped",
        "Show/stop-time-only-when-stopped",
    ),
)
def test_the_states_of_a_job(scenario: Scenario, kind: JobKind) -> None:
    """INIT, RUNNING, STOPPED and never back; how it ended is told when it has (9.2, 10.2)."""
    jobs = Jobs(scenario, kind)
    seen: list[Exchange] = []
    job = jobs.start()
    seen.append(job.start)
    jobs.seen(job, "RUNNING", each=seen.append)
    scenario.make(kind.operations["Stop"], path=job.path)
    jobs.seen(job, "STOPPED", each=seen.append)
    seen.append(jobs.show(job))
    states = [value(exchange, "state") for exchange in seen]
    back = _moved_back(seen)
    jobs.rule("Show/state-moves-forward").that(
        not back and states[-1] == "STOPPED",
        "; ".join(back) or f"a job that was stopped is still {states[-1]}",
        expected=" then ".join(_STATES),
        actual=states,
        exchange=seen[-1],
    )
    for exchange in seen:
        over = value(exchange, "state") == "STOPPED"
        reason, time = value(exchange, "stop_reason"), value(exchange, "stop_time")
        jobs.rule("Show/stop-reason-only-when-stopped").that(
            (reason not in {None, ""}) is over,
            f"a job in state {value(exchange, 'state')} has the stop_reason {in_json(reason)}",
            expected="a stop_reason when it is STOPPED, none before",
            exchange=exchange,
        )
        jobs.rule("Show/stop-time-only-when-stopped").that(
            _ended(exchange) if over else is_never(time),
            f"a job in state {value(exchange, 'state')} has the stop_time {in_json(time)}",
            expected="a time not before start_time when it is STOPPED, before that none or "
            "0001-01-01T00:00:00Z",
            exchange=exchange,
        )


@pytest.mark.parametrize(
    "kind",
    both(
        "Stop/no-body",
        "Stop/becomes-stopped",
        "Stop/stop-reason-tenant",
        "Stop/stop-time-set",
        "Stop/settings-survive-stop",
        effort="quick",
    ),
)
def test_stopping_a_job(scenario: Scenario, kind: JobKind) -> None:
    """The stop answers 204 without a body; the job reads STOPPED, TENANT_STOP (9.4, 10.3)."""
    jobs = Jobs(scenario, kind)
    job = jobs.running(example=kind.full)
    stop = jobs.stop(job)
    no_body = jobs.rule("Stop/no-body")
    if no_body.answered(stop, Answer(204)):
        body = stop.response.body if stop.response else b""
        no_body.equal(body, b"", "body of the answer to a stop", stop)
    after = jobs.seen(job, "STOPPED")
    state, reason = value(after, "state"), value(after, "stop_reason")
    jobs.rule("Stop/becomes-stopped").equal(state, "STOPPED", "state after the stop", after)
    jobs.rule("Stop/stop-reason-tenant").equal(
        reason, "TENANT_STOP", "stop_reason after the stop", after
    )
    jobs.rule("Stop/stop-time-set").that(
        _ended(after),
        f"stop_time after the stop is {in_json(value(after, 'stop_time'))}",
        expected=f"a time not before start_time {value(after, 'start_time')}",
        exchange=after,
    )
    lost = changed_fields(job.start.json, after.json, (*IDENTITY, *kind.settings))
    jobs.rule("Stop/settings-survive-stop").that(
        not lost,
        f"the stop changed the settings of job {job.id}",
        expected="what its creation answered",
        actual="; ".join(lost),
        exchange=after,
    )


@pytest.mark.parametrize(
    "kind",
    both(
        "Show/stopped-job-still-shown",
        "Update/finished-job",
        "Stop/finished-job",
        "Stop/new-job-after-stop",
    ),
)
def test_a_job_that_is_over(scenario: Scenario, kind: JobKind) -> None:
    """It can be shown, and neither changed nor stopped again; a new start is a new job (14.2)."""
    jobs = Jobs(scenario, kind)
    room = {kind.room: scenario.name("room")}
    job = jobs.stopped(change=room)
    before = jobs.show(job)
    shown = jobs.rule("Show/stopped-job-still-shown")
    if shown.succeeded(before):
        shown.equal(value(before, "job_id"), job.id, "job_id of a job that is over", before)
    update = jobs.update(job)
    finished = jobs.rule("Update/finished-job")
    if finished.refused(update):
        _as_before(jobs, "Update/finished-job", job, before, ("update_time", *kind.settings))
    over = jobs.rule("Stop/finished-job")
    if over.permitted(jobs.stop(job, *over.answers)):
        _as_before(jobs, "Stop/finished-job", job, before, _END)
    fresh = jobs.ask(change=room)
    renewed = jobs.rule("Stop/new-job-after-stop")
    if renewed.answered(fresh, Answer(201)):
        renewed.that(
            value(fresh, "job_id") not in {None, job.id},
            "the start of a job that was stopped answers the old job_id",
            expected="a new job_id",
            actual=value(fresh, "job_id"),
            exchange=fresh,
        )


def _as_before(jobs: Jobs, name: str, job: Job, before: Exchange, fields: tuple[str, ...]) -> None:
    after = jobs.show(job)
    spoilt = changed_fields(before.json, after.json, fields)
    jobs.rule(name).that(
        not spoilt,
        f"the refused request changed job {job.id}, which is over",
        expected="as it was",
        actual="; ".join(spoilt),
        exchange=after,
    )


def _ended(exchange: Exchange) -> bool:
    """Whether an answer shows a time at which the job ended, not before it started."""
    time = value(exchange, "stop_time")
    return is_real(time) and not earlier(time, value(exchange, "start_time"))


def _moved_back(seen: list[Exchange]) -> list[str]:
    """Every step from one reading to the next that goes to an earlier state."""
    states: list[Any] = [value(exchange, "state") for exchange in seen]
    known = [state for state in states if state in _STATES]
    return [
        f"state went from {left} to {right}"
        for left, right in pairwise(known)
        if _STATES.index(right) < _STATES.index(left)
    ]


def _fields(*exchanges: Exchange) -> frozenset[str]:
    """Every field that one of the answers has."""
    return frozenset().union(*(e.json for e in exchanges if isinstance(e.json, dict)))
