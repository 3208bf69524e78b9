"""The steps of a random walk on jobs of both kinds: started, shown, changed, stopped."""

from __future__ import annotations

from typing import Any

from conformance.model.exchange import Exchange
from conformance.suite.jobs import (
    ALREADY_OVER,
    IDENTITY,
    LONG,
    MIX,
    NO_JOB,
    RECORD_RULE,
    JobKind,
    value,
)
from conformance.suite.readback import changed
from conformance.suite.rules import Answer, Scenario
from conformance.suite.walked import WALK, App, Job
from conformance.suite.walking import Walker
from conformance.suite.wire import claimed

_ORDER = ("INIT", "RUNNING", "STOPPED")
_READY_SECONDS = 10.0
_STOPPED_APP = Answer(400, ("RTC.00001016",))
_DONE = Answer(400, ("RTC.00001009",))


def offered(scenario: Scenario, kind: JobKind) -> bool:
    """Whether the target offers everything that jobs of a kind need."""
    return all(claimed(scenario, operation) for operation in kind.operations.values())


class JobWalker:
    """The part of a walk that deals with jobs; ``walker`` has the model and the target."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker

    def start(self, kind: JobKind, app: App, *, recording: bool) -> None:
        """Start a job; a disabled application takes none (9.1, 10.1)."""
        walker = self._walker
        rule = app.rule.id if recording and app.rule else None
        walker.world.jobs += 1
        letter = str(walker.world.jobs)
        with_rule = " with its recording rule" if rule else ""
        walker.step(f"start {kind.noun} job {letter} in {app.letter}{with_rule}")
        change: dict[str, Any] = {kind.idle: LONG, kind.room: f"room{letter}"}
        if rule:
            change["record_param"] = {RECORD_RULE.rpartition(".")[2]: rule}
        how: dict[str, Any] = {"example": kind.plain, "change": change, "path": app.path}
        made = walker.ask(kind.operations["Create"], **how)
        if not app.active:
            walker.expect(made, kind.rule("Create/refused-while-app-disabled"), _STOPPED_APP)
            return
        walker.expect(made, WALK, Answer(201))
        identifier = walker.new_id(made, "job_id", kind.rule("Create/job-ids-unique"))
        job = Job(kind, letter, identifier, made, rule)
        app.jobs.append(job)
        self._seen(app, job, made)

    def stop(self, app: App, job: Job) -> None:
        """Stop a job: it is over then, and stays over (9.4, 10.3)."""
        kind, walker = job.kind, self._walker
        walker.step(f"stop {job.name}")
        if not job.over:
            self._wait(app, job, "RUNNING")
        stopped = walker.ask(kind.operations["Stop"], path=_path(app, job))
        if job.over:
            walker.expect(stopped, kind.rule("Stop/finished-job"), *ALREADY_OVER)
        else:
            late = ALREADY_OVER if job.loose else ()
            walker.expect(stopped, WALK, Answer(204), *late)
            shown = self._wait(app, job, "STOPPED")
            rule = kind.rule("Stop/becomes-stopped")
            walker.alike(rule, value(shown, "state"), "STOPPED", f"state of {job.name}", shown)
        self.look(app, job)

    def update(self, app: App, job: Job) -> None:
        """Change a job that is over: it is refused, and nothing changes (9.3, 10.4)."""
        if not job.over:
            return
        kind, walker = job.kind, self._walker
        walker.step(f"update {job.name}, which is over")
        example = "idle_time" if kind is MIX else "empty"
        updated = walker.ask(kind.operations["Update"], example=example, path=_path(app, job))
        walker.expect(updated, kind.rule("Update/finished-job"), _DONE)
        self.look(app, job)

    def look(self, app: App, job: Job) -> None:
        """A job is shown as it was made, in a state that comes after the last one seen."""
        walker = self._walker
        shown = walker.ask(job.kind.operations["Show"], path=_path(app, job))
        missing = "Show/stopped-job-still-shown" if job.over else "Show/shown-as-created"
        walker.expect(shown, job.kind.rule(missing), Answer(200))
        self._seen(app, job, shown)

    def look_across(self, app: App, job: Job, other: App) -> None:
        """A job of one application is not found beneath another."""
        if other is app:
            return
        walker = self._walker
        walker.step(f"show {job.name} of {app.letter} beneath {other.letter}")
        shown = walker.ask(job.kind.operations["Show"], path=_path(other, job))
        walker.expect(shown, job.kind.rule("Show/job-of-another-app"), NO_JOB)

    def _wait(self, app: App, job: Job, state: str) -> Exchange:
        """Show a job until it is in a state, or for ten seconds."""
        waiting = {"INIT", "RUNNING"} - {state}

        def look() -> Exchange:
            return self._walker.ask(job.kind.operations["Show"], path=_path(app, job))

        def wanted(body: Any) -> bool:
            return not isinstance(body, dict) or body.get("state") not in waiting

        subject = f"{job.kind.operations['Show']} {state}"
        until = self._walker.scenario.until
        shown = until(look, wanted, _READY_SECONDS, subject=subject)
        self._seen(app, job, shown, stopping=state == "STOPPED")
        return shown

    def _seen(self, app: App, job: Job, shown: Exchange, *, stopping: bool = False) -> None:
        """Take over the state that an answer shows, if it is one that may come now."""
        walker, kind, state = self._walker, job.kind, value(shown, "state")
        what = f"{job.name} in application {app.letter}"
        forward = kind.rule("Show/state-moves-forward")
        steps = [one for one in _ORDER if _ORDER.index(one) >= _ORDER.index(job.state)]
        if state not in steps:
            walker.alike(forward, state, " or ".join(steps), f"state of {what}", shown)
        if state == "STOPPED" and not (job.over or stopping or job.loose):
            other = kind.rule("Stop/stops-only-this-job")
            walker.alike(other, state, "RUNNING", f"state of {what}, which nobody stopped", shown)
        lost = changed(job.start.json, shown.json, (*IDENTITY, *kind.settings))
        rule = kind.rule("Stop/settings-survive-stop" if job.over else "Show/shown-as-created")
        walker.alike(rule, lost, [], f"what has changed of {what}", shown)
        job.state = str(state)


def _path(app: App, job: Job) -> dict[str, Any]:
    return {**app.path, "job_id": job.id}
