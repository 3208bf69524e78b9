"""Chapters 9 and 10: a room that stays empty ends its jobs, on a target whose clock is its own.

What a clock that can be moved tells more of is in ``last/test_clock_jobs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from conformance.engine.scenario import Blocked, NotApplicable, Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit import participants
from conformance.suite.kit.jobs import (
    INDIVIDUAL,
    KINDS,
    LEAST_IDLE,
    MIX,
    STATELESS,
    Job,
    JobKind,
    Jobs,
    both,
    ids,
    stateless,
    value,
)

_MORE = 0.5
_HOUR = 3600
"""Seconds that a job may be idle which no patience outlasts."""
_LOOKS = 8
_SPEAKER = "speaker"
_PATIENCE = 40.0
"""Seconds after that in which a target must have looked: no sentence says how often it does."""


@dataclass(frozen=True, slots=True)
class _Idle:
    """A job that may be idle for the least time; ``what`` names it in a message."""

    jobs: Jobs
    job: Job
    rule: Rule
    what: str

    def judge(self, shown: Exchange) -> None:
        """Judge its last answer: it is over, and not because its tenant stopped it."""
        state, reason = value(shown, "state"), value(shown, "stop_reason")
        self.rule.that(
            shown.status != 200 or state == "STOPPED",
            f"{self.what} for {LEAST_IDLE} s goes on in a room that nobody has entered",
            expected="STOPPED",
            exchange=shown,
        )
        self.rule.that(
            state != "STOPPED" or reason != "TENANT_STOP",
            f"{self.what} for {LEAST_IDLE} s has ended by itself "
            "and says that its tenant stopped it",
            expected="EXCEED_MAX_IDLE_TIME",
            actual=reason or "",
            exchange=shown,
        )


@rules(*ids("Create/ends-when-idle"), MIX.rule("Update/ends-at-new-idle-time"))
def test_jobs_of_an_empty_room_end(scenario: Scenario) -> None:
    """Both kinds are started, one more is shortened, the least time passes once: all are over.

    Whatever is over takes no update, however it ended (RTC.00001009).

    What cannot be started or shortened keeps nobody from judging the others.
    """
    idle: list[_Idle] = []
    reasons: list[Blocked] = []
    for begin in (*(_started(scenario, kind) for kind in KINDS), _shortened(scenario)):
        try:
            idle.extend(begin)
        except Blocked as blocked:
            reasons.append(blocked)
    if idle:
        scenario.lab.waiting.outlast(LEAST_IDLE + _MORE)
    for one in idle:
        shown = _over(scenario, one.jobs, one.job)
        if stateless(shown):
            one.rule.not_applicable(STATELESS)
            continue
        one.judge(shown)
        if value(shown, "state") == "STOPPED":
            finished = scenario.refusals(one.jobs.kind.rule("Update/finished-job"))
            one.rule.answered(one.jobs.update(one.job), *finished)
    for reason in reasons:
        raise reason


def _started(scenario: Scenario, kind: JobKind) -> Iterator[_Idle]:
    jobs = Jobs(scenario, kind)
    change = {kind.room: _empty_room(scenario), kind.idle: LEAST_IDLE}
    job = jobs.start(change=change)
    yield _Idle(jobs, job, jobs.rule("Create/ends-when-idle"), "a job that may be idle")


def _empty_room(scenario: Scenario) -> str:
    """A room that nobody is in; where it can be, one that another application has people in."""
    if scenario.offers("CreateApp") and scenario.lab.settings.allows("running-room"):
        with suppress(Blocked):  # none is found to be running
            return scenario.given("room")
    return scenario.name("empty")


def _shortened(scenario: Scenario) -> Iterator[_Idle]:
    jobs = Jobs(scenario, MIX)
    job = jobs.running(change={MIX.room: scenario.name("emptied"), MIX.idle: _HOUR})
    changed = jobs.update(job, body={"mix_param": {"max_idle_time": LEAST_IDLE}})
    if changed.status == 200:
        what = "a job whose update lets it be idle"
        yield _Idle(jobs, job, jobs.rule("Update/ends-at-new-idle-time"), what)


@pytest.mark.parametrize("kind", both("Create/idle-without-speakers"))
def test_jobs_wait_for_those_who_speak(scenario: Scenario, kind: JobKind) -> None:
    """Only joiners and publishers of its own room keep a job from being idle (tables 9-4, 10-3).

    One room keeps its joiner, in one somebody watches, one was left: the first job goes on.
    """
    jobs = Jobs(scenario, kind)
    rule = jobs.rule("Create/idle-without-speakers")
    app = scenario.fresh("app")
    spoken, watched, left = (scenario.name(one) for one in ("spoken", "watched", "left"))
    for room, role in ((spoken, "joiner"), (watched, "player"), (left, "publisher")):
        participants.join(scenario, app, room, _SPEAKER, {"role": role})
    going = _started_in(jobs, app, spoken)
    idle = [(_started_in(jobs, app, watched), "somebody only watches")]
    idle.append((_started_in(jobs, app, left), "the last publisher has left"))
    participants.leave(scenario, app, left, _SPEAKER)
    participants.join(scenario, app, spoken, f"{_SPEAKER}2", {"role": "publisher"})
    scenario.lab.waiting.outlast(LEAST_IDLE + _MORE)
    for job, why in idle:
        shown = _over(scenario, jobs, job)
        if stateless(shown):
            raise NotApplicable(STATELESS)
        rule.that(
            shown.status != 200 or value(shown, "state") == "STOPPED",
            f"a job that may be idle for {LEAST_IDLE} s goes on in a room in which {why}",
            expected="STOPPED",
            exchange=shown,
        )
    shown = jobs.show(going)
    rule.that(
        shown.status == 200 and value(shown, "state") in {"INIT", "RUNNING"},
        f"a job that may be idle for {LEAST_IDLE} s has ended in a room that has a joiner in it",
        expected="RUNNING",
        exchange=shown,
    )
    jobs.stop(going)


def _started_in(jobs: Jobs, app: str, room: str) -> Job:
    change: dict[str, object] = {jobs.kind.room: room, jobs.kind.idle: LEAST_IDLE}
    if jobs.kind is INDIVIDUAL:
        change["user_id"] = _SPEAKER
    return jobs.start(app=app, change=change, lasting=False)


def _over(scenario: Scenario, jobs: Jobs, job: Job) -> Exchange:
    """Show a job until it is over, now and after each part of the patience."""
    shown = jobs.show(job)
    for _ in range(_LOOKS):
        if value(shown, "state") in {"INIT", "RUNNING"}:
            scenario.lab.waiting.outlast(_PATIENCE / _LOOKS)
            shown = jobs.show(job)
    return shown
