"""Chapters 9 and 10: a room that stays empty ends its jobs, on a target whose clock is its own.

What a clock that can be moved tells more of is in ``last/test_clock_jobs``.
"""

from __future__ import annotations

from conformance.engine.scenario import Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.jobs import KINDS, MIX, Job, Jobs, ids, value

_LEAST = 5
"""The least max_idle_time, in seconds (tables 9-4 and 10-3)."""
_MORE = 0.5
_LOOKS = 8
_PATIENCE = 40.0
"""Seconds after that in which a target must have looked: no sentence says how often it does."""


@rules(*ids("Create/ends-when-idle"), MIX.rule("Update/ends-at-new-idle-time"))
def test_jobs_of_an_empty_room_end(scenario: Scenario) -> None:
    """Both kinds are started, one more is shortened, the least time passes once: all are over."""
    started: list[tuple[Jobs, Job, Rule, str]] = []
    for kind in KINDS:
        jobs = Jobs(scenario, kind)
        change = {kind.room: scenario.name("empty"), kind.idle: _LEAST}
        begun = "a job that may be idle"
        started.append((jobs, jobs.start(change=change), jobs.rule("Create/ends-when-idle"), begun))
    mix = Jobs(scenario, MIX)
    shortened = mix.running(change={MIX.room: scenario.name("emptied")})
    changed = mix.update(shortened, body={"mix_param": {"max_idle_time": _LEAST}})
    if changed.status == 200:
        rule = mix.rule("Update/ends-at-new-idle-time")
        started.append((mix, shortened, rule, "a job whose update lets it be idle"))
    scenario.lab.waiting.outlast(_LEAST + _MORE)
    for jobs, job, rule, what in started:
        shown = _over(scenario, jobs, job)
        rule.that(
            shown.status != 200 or value(shown, "state") == "STOPPED",
            f"{what} for {_LEAST} s goes on in a room that nobody has entered",
            expected="STOPPED",
            exchange=shown,
        )
        reason = value(shown, "stop_reason")
        rule.that(
            value(shown, "state") != "STOPPED" or reason != "TENANT_STOP",
            f"{what} for {_LEAST} s has ended by itself and says that its tenant stopped it",
            expected="EXCEED_MAX_IDLE_TIME",
            actual=reason or "",
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
