"""Chapters 9 and 10: a room that stays empty ends its jobs. The clock of the target is moved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from conformance.engine.comparing.timestamps import earlier, is_real
from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.jobs import KINDS, MIX, Job, JobKind, Jobs, ids, value

pytestmark = pytest.mark.sparkrtc_phase("last")

_IDLE = 300
"""Idle time of the jobs, in seconds: far longer than their start takes."""
_LONGER = 600
_MARGIN = 60
"""How far from the end of the idle time a job is looked at."""
_COUNTS_ANEW = "UpdateMixJob/rule/idle-time-counts-anew"


@dataclass(frozen=True, slots=True)
class _Idle:
    """A job in an empty room, and how long it may be idle."""

    jobs: Jobs
    job: Job


@rules(
    *ids("Create/idle-expiry", "Create/idle-expiry-not-early", "Create/new-job-after-expiry"),
    _COUNTS_ANEW,
)
def test_idle_jobs_end(scenario: Scenario) -> None:
    """After max_idle_time, not before: STOPPED, EXCEED_MAX_IDLE_TIME; then a new job (9, 10)."""
    began = scenario.lab.now()
    idle = [_Idle(jobs, _start(scenario, jobs)) for jobs in _kinds(scenario)]
    longer = _prolonged(scenario)
    scenario.lab.advance(_IDLE - _MARGIN)
    for one in idle:
        _goes_on(scenario, one, one.jobs.kind.rule("Create/idle-expiry-not-early"), began, _IDLE)
    scenario.lab.advance(2 * _MARGIN)
    for one in idle:
        _has_ended(scenario, one, one.jobs.kind.rule("Create/idle-expiry"))
        _starts_anew(one)
    if longer is None:
        return
    if _goes_on(scenario, longer, _COUNTS_ANEW, began, _LONGER):
        scenario.lab.advance(_LONGER - _IDLE + _MARGIN)
        _has_ended(scenario, longer, _COUNTS_ANEW)


def _kinds(scenario: Scenario) -> list[Jobs]:
    return [Jobs(scenario, kind) for kind in KINDS]


def _start(scenario: Scenario, jobs: Jobs) -> Job:
    return jobs.running(change=_alone(scenario, jobs.kind, _IDLE))


def _alone(scenario: Scenario, kind: JobKind, seconds: int) -> dict[str, object]:
    """A room that nobody has ever entered, and the idle time."""
    return {kind.room: scenario.name("empty"), kind.idle: seconds}


def _prolonged(scenario: Scenario) -> _Idle | None:
    """A job whose idle time an update has made longer."""
    jobs = Jobs(scenario, MIX)
    job = _start(scenario, jobs)
    update = jobs.update(job, body={"mix_param": {"max_idle_time": _LONGER}})
    if update.status == 200:
        return _Idle(jobs, job)
    scenario.rule(_COUNTS_ANEW).inconclusive("the target refuses to change the idle time alone")
    return None


def _goes_on(scenario: Scenario, one: _Idle, rule: str, began: dt.datetime, seconds: int) -> bool:
    shown = one.jobs.show(one.job)
    passed = (scenario.lab.now() - began).total_seconds()
    if passed >= seconds:
        scenario.rule(rule).inconclusive(f"{passed:.0f} s have passed before the job was shown")
        return False
    return scenario.rule(rule).that(
        shown.status == 200 and value(shown, "state") != "STOPPED",
        f"a job that may be idle for {seconds} s was stopped after at most {passed:.0f} s",
        expected="RUNNING",
        exchange=shown,
    )


def _has_ended(scenario: Scenario, one: _Idle, rule: str) -> None:
    shown = one.jobs.seen(one.job, "STOPPED")
    read = {name: value(shown, name) for name in ("state", "stop_reason", "stop_time")}
    time = read["stop_time"]
    scenario.rule(rule).that(
        read["state"] == "STOPPED"
        and read["stop_reason"] == "EXCEED_MAX_IDLE_TIME"
        and is_real(time)
        and not earlier(time, value(shown, "start_time")),
        f"job {one.job.id}, whose idle time has passed, did not end as documented",
        expected="STOPPED, EXCEED_MAX_IDLE_TIME, a stop_time not before start_time",
        actual=read,
        exchange=shown,
    )


def _starts_anew(one: _Idle) -> None:
    """The same start makes a job with another id."""
    room = value(one.job.start, "room_id")
    kind = one.jobs.kind
    again = one.jobs.ask(change={kind.room: room, kind.idle: _IDLE})
    rule = one.jobs.rule("Create/new-job-after-expiry")
    if rule.succeeded(again):
        rule.that(
            value(again, "job_id") not in {None, one.job.id},
            "the start of a job that had ended answers the old job_id",
            expected="a new job_id",
            actual=value(again, "job_id"),
            exchange=again,
        )
