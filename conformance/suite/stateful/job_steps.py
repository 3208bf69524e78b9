"""Steps of the random walk on jobs of both kinds: start, show, change, stop (9 and 10)."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Answer, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part
from conformance.suite.kit.jobs import (
    LONG,
    MIX,
    RECORD_RULE,
    JobKind,
)
from conformance.suite.kit.raw_requests import is_offered
from conformance.suite.stateful.model import WALK, App, Job
from conformance.suite.stateful.observer import LEFT_OPEN, Views

MOST = 4
"""How many jobs an application has at most, over or not: all of them are looked at."""
_READY_SECONDS = 10.0


def offered(scenario: Scenario, kind: JobKind) -> bool:
    """Whether the target offers everything that jobs of a kind need."""
    return all(is_offered(scenario, operation) for operation in kind.operations.values())


class JobWalker:
    """The steps on jobs; ``views`` has the model and the target."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def start(self, kind: JobKind, app: App, *, recording: bool) -> None:
        """Start a job; a disabled application refuses it (9.1, 10.1)."""
        if len(app.jobs) >= MOST:
            return
        views = self._views
        rule = app.rule.id if recording and app.rule else None
        views.world.jobs += 1
        letter = str(views.world.jobs)
        with_rule = " with its recording rule" if rule else ""
        views.step(f"start {kind.noun} job {letter} in {app.letter}{with_rule}")
        change: dict[str, Any] = {kind.idle: LONG, kind.room: f"room{letter}"}
        if rule:
            change["record_param"] = {RECORD_RULE.rpartition(".")[2]: rule}
        how: dict[str, Any] = {"example": kind.plain, "change": change, "path": app.path}
        made = views.ask(kind.operations["Create"], **how)
        if not app.active:
            views.refused(made, kind.rule("Create/refused-while-app-disabled"))
            views.beneath(app)
            return
        views.expect(made, WALK, Answer(201))
        identifier = views.new_id(made, "job_id", kind.rule("Create/job-ids-unique"))
        job = Job(kind, letter, identifier, made.json, rule)
        app.jobs.append(job)
        views.seen(app, job, made)

    def stop(self, app: App, job: Job) -> None:
        """Stop a job: it ends, and stays ended (9.4, 10.3)."""
        kind, views = job.kind, self._views
        over = kind.rule("Stop/finished-job")
        again = " again" if job.over else ""
        views.step(f"stop {job.name}{again}")
        if not job.over:
            self._wait(app, job, "RUNNING")
        stopped = views.ask(kind.operations["Stop"], path=_path(app, job))
        if job.over:
            views.expect(stopped, over, *views.scenario.answers(over))
        else:
            late = views.scenario.answers(over) if job.loose else ()
            views.expect(stopped, WALK, Answer(204), *late)
            shown = self._wait(app, job, "STOPPED")
            rule = kind.rule("Stop/becomes-stopped")
            state = part(shown.json, "state")
            views.alike(rule, state, "STOPPED", f"state of {job.name}", shown)
        for one in app.jobs:
            views.job(app, one)

    def update(self, app: App, job: Job, number: int) -> None:
        """Change the idle time of a job; one that has ended refuses it (9.3, 10.4)."""
        kind, views = job.kind, self._views
        over = ", which is over" if job.over else ""
        if not job.over and kind is not MIX:
            return
        views.step(f"update {job.name}{over}")
        if job.over:
            example = "idle_time" if kind is MIX else "empty"
            updated = views.ask(kind.operations["Update"], example=example, path=_path(app, job))
            rule = kind.rule("Update/finished-job")
            done = views.scenario.refusals(rule)
            off = views.scenario.refusals(kind.rule("Create/refused-while-app-disabled"))
            # No order is documented: with two reasons to refuse, either may be named.
            views.expect(updated, rule, *done, *(() if app.active else off))
        else:
            self._wait(app, job, "RUNNING")
            self._change_idle_time(app, job, LONG + 60 * (number + 1))
        views.job(app, job)

    def _change_idle_time(self, app: App, job: Job, seconds: int) -> None:
        views = self._views
        body = {"mix_param": {"max_idle_time": seconds}}
        updated = views.ask(job.kind.operations["Update"], body=body, path=_path(app, job))
        views.expect(updated, WALK, Answer(200), *LEFT_OPEN)
        if updated.status != 200:
            return
        rule = "UpdateMixJob/rule/update-is-read-back"
        found = part(updated.json, "mix_param", "max_idle_time")
        views.alike(rule, found, seconds, f"idle time of {job.name}", updated)
        old = part(job.shown, "mix_param") or {}
        job.shown = {**job.shown, "mix_param": {**old, "max_idle_time": seconds}}

    def look_across(self, app: App, job: Job, other: App) -> None:
        """A job of one application is not found under another."""
        if other is app:
            return
        views = self._views
        views.step(f"show {job.name} of {app.letter} beneath {other.letter}")
        shown = views.ask(job.kind.operations["Show"], path=_path(other, job))
        views.refused(shown, job.kind.rule("Show/job-of-another-app"))

    def _wait(self, app: App, job: Job, state: str) -> Exchange:
        """Show a job until it is in a state, or for ten seconds."""
        waiting = {"INIT", "RUNNING"} - {state}

        def look() -> Exchange:
            return self._views.ask(job.kind.operations["Show"], path=_path(app, job))

        def wanted(body: Any) -> bool:
            return not isinstance(body, dict) or body.get("state") not in waiting

        shown = self._views.scenario.until(look, wanted, _READY_SECONDS)
        self._views.seen(app, job, shown, stopping=state == "STOPPED")
        return shown


def _path(app: App, job: Job) -> dict[str, Any]:
    return {**app.path, "job_id": job.id}
