"""Chapters 9 and 10: a room that stays empty ends its jobs, on a target whose clock is its own.

What a clock that can be moved tells more of is in ``last/test_clock_jobs``.
"""

from __future__ import annotations

from conformance.engine.scenario import Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.jobs import KINDS, Job, Jobs, ids, value

_LEAST = 5
"""The least max_idle_time, in seconds (tables 9-4 and 10-3)."""
_MORE = 0.5
_LOOKS = 8
_PATIENCE = 40.0
"""Seconds after that in which a target must have looked: no sentence says how often it does."""


@rules(*ids("Create/ends-when-idle"))
def test_jobs_of_an_empty_room_end(scenario: Scenario) -> None:
    """Both kinds are started, the least idle time passes once, and both are over."""
    started: list[tuple[Jobs, Job]] = []
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        change = {kind.room: scenario.name("empty"), kind.idle: _LEAST}
        started.append((jobs, jobs.start(change=change)))
    scenario.lab.waiting.outlast(_LEAST + _MORE)
    for jobs, job in started:
        shown = _over(scenario, jobs, job)
        jobs.rule("Create/ends-when-idle").that(
            shown.status != 200 or value(shown, "state") == "STOPPED",
            f"a job that may be idle for {_LEAST} s goes on in a room that nobody has entered",
            expected="STOPPED",
            exchange=shown,
        )


def _over(scenario: Scenario, jobs: Jobs, job: Job) -> Exchange:
    """Show a job until it is over, now and after each part of the patience."""
    shown = jobs.show(job)
    for _ in range(_LOOKS):
        if value(shown, "state") in {"INIT", "RUNNING"}:
            scenario.lab.waiting.outlast(_PATIENCE / _LOOKS)
            shown = jobs.show(job)
    return shown
