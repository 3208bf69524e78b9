"""One walk: chosen steps, taken by a target and its model together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.engine.scenario import Scenario
from conformance.suite.kit.jobs import KINDS, JobKind
from conformance.suite.stateful.application_steps import AppWalker
from conformance.suite.stateful.job_steps import JobWalker
from conformance.suite.stateful.model import OFF, ON, App, Disagreement, Job
from conformance.suite.stateful.observer import Views
from conformance.suite.stateful.recording_steps import RuleWalker
from conformance.suite.stateful.refused_steps import Refuser

APPS = 2
"""The most applications that a walk has at once: one, and one that must not be touched."""
NAMES = 3
_WEIGHTS = {
    "look": 1,
    "create app": 3,
    "delete app": 2,
    "use deleted": 1,
    "switch": 5,
    "create rule": 2,
    "update rule": 4,
    "delete rule": 3,
    "set recording": 4,
    "set callback": 4,
    "start mix job": 4,
    "start individual job": 4,
    "stop job": 4,
    "update job": 2,
    "look across": 1,
    "send refused": 5,
    "use deleted rule": 2,
}
"""How often a step is chosen, against the others."""
STEPS = tuple(step for step, weight in _WEIGHTS.items() for _ in range(weight))


@dataclass(frozen=True, slots=True)
class Choice:
    """A step: its kind, its application, and a number and a switch that vary it."""

    step: str
    app: int
    number: int
    on: bool


FURNISHED = (
    Choice("set callback", 0, 0, False),
    Choice("create rule", 1, 1, False),
    Choice("set recording", 1, 1, True),
    Choice("set callback", 1, 1, False),
    Choice("start individual job", 1, 2, False),
)
"""Steps that half of the walks begin with: something beneath both applications."""


class Course:
    """Executes choices, and creates what they need first.

    A choice for a kind of job that the target does not offer does nothing.
    """

    def __init__(self, scenario: Scenario, kinds: Iterable[str]) -> None:
        self._scenario = scenario
        self._kinds = frozenset(kinds)
        self.steps: list[str] = []
        self._views = Views(scenario, self.steps)
        self._apps = AppWalker(self._views, tuple(scenario.name("walk") for _ in range(NAMES)))
        self._rules = RuleWalker(self._views)
        self._jobs = JobWalker(self._views)
        self._refuser = Refuser(self._views)
        self._mark = scenario.lab.resources.mark

    @property
    def apps(self) -> list[App]:
        """The applications that there are."""
        return self._views.world.apps

    def take(self, choice: Choice) -> None:
        """Take a step. Raises Disagreement where target and model differ."""
        self._chosen(choice.step)(choice.app, choice.number, choice.on)

    def look(self) -> None:
        """Compare everything that the target shows with the model."""
        if self.steps:
            self._views.everything()

    def led_to(self, parted: Disagreement) -> None:
        """Note in a disagreement what led to it."""
        parted.steps, parted.sent = tuple(self.steps), tuple(self._views.sent)

    def clear(self) -> None:
        """Delete what was created; automatic recording would keep its rule."""
        lab = self._scenario.lab
        for app in self.apps:
            if app.mode == ON:
                body = {"mode": OFF}
                off = self._scenario.template("UpdateAutoRecord", path=app.path, body=body)
                lab.send(off, judge=False)
        lab.resources.release(self._mark, spares=False)

    def _chosen(self, step: str) -> Callable[[int, int, bool], None]:
        apps, rules, jobs = self._apps, self._rules, self._jobs
        chosen: dict[str, Callable[[int, int, bool], None]] = {
            "look": lambda _app, _number, _on: self.look(),
            "create app": lambda _app, number, _on: self._create(number),
            "delete app": lambda app, _number, _on: apps.delete(self._app(app)),
            "use deleted": lambda _app, number, on: self._use_deleted(number + 7 * on),
            "switch": lambda app, number, on: self._switch(self._app(app), number, on=on),
            "create rule": lambda app, number, _on: rules.write(self._app(app), number),
            "update rule": lambda app, number, _on: rules.update(self._ruled(app), number),
            "delete rule": lambda app, _number, _on: rules.delete(self._ruled(app)),
            "set recording": lambda app, number, on: self._record(app, number, on=on),
            "set callback": lambda app, number, _on: apps.call_back(self._app(app), number),
            "start mix job": lambda app, number, _on: self._start(KINDS[0], app, number),
            "start individual job": lambda app, number, _on: self._start(KINDS[1], app, number),
            "stop job": lambda _app, number, _on: self._on(number, jobs.stop),
            "update job": lambda _app, number, _on: self._on(
                number, lambda owner, job: jobs.update(owner, job, number)
            ),
            "look across": lambda app, number, on: self._across(app, number, jobs_too=on),
            "send refused": lambda app, number, _on: self._refuser.refuse(
                self._app(app), number, 3
            ),
            "use deleted rule": lambda app, number, _on: rules.use_deleted(self._app(app), number),
        }
        return chosen[step]

    def _app(self, number: int) -> App:
        """The application for a step; missing ones are created first."""
        while len(self.apps) <= number:
            free = (n for n in range(NAMES) if not self._apps.taken(n))
            self._apps.create(next(free))
        return self.apps[number]

    def _ruled(self, number: int) -> App:
        """The application with a recording rule, if it is enabled and can have one."""
        app = self._app(number)
        if app.rule is None and app.active:
            self._rules.write(app, 0)
        return app

    def _record(self, app: int, number: int, *, on: bool) -> None:
        """Switch recording, mostly with a rule, since without one it is refused."""
        self._rules.record(self._ruled(app) if on and number else self._app(app), on=on)

    def _switch(self, app: App, number: int, *, on: bool) -> None:
        """Enable or disable, mostly to the other state."""
        self._apps.switch(app, on=not app.active if number else on)

    def _create(self, name: int) -> None:
        """Create an application, half of the time with a name in use."""
        if name % 2 and self.apps:
            self._apps.create_again(self.apps[name % len(self.apps)])
        elif len(self.apps) < APPS:
            self._apps.create(name)

    def _use_deleted(self, number: int) -> None:
        gone = self._views.world.gone
        if gone:
            self._apps.use_deleted(gone[-1], number)

    def _start(self, kind: JobKind, app: int, number: int) -> None:
        """Start a job, mostly one that records."""
        if kind.noun in self._kinds:
            recording = number > 1
            owner = self._ruled(app) if recording else self._app(app)
            self._jobs.start(kind, owner, recording=recording)

    def _across(self, app: int, number: int, *, jobs_too: bool) -> None:
        stranger = self._app(1 - app)
        self._rules.look_across(self._app(app), stranger, number)
        if jobs_too:
            self._on(number, lambda of, job: self._jobs.look_across(of, job, stranger))

    def _on(self, number: int, step: Callable[[App, Job], None]) -> None:
        """Take a step on one of the jobs, if there are any."""
        jobs = self._views.world.every_job()
        if jobs:
            app, job = jobs[number % len(jobs)]
            step(app, job)


def replay(
    scenario: Scenario, kinds: Iterable[str], choices: Iterable[Choice], known: Iterable[str]
) -> Disagreement | None:
    """Replay a list of choices from the start; the disagreement of target and model, if any.

    A disagreement about a ``known`` requirement does not count.
    """
    course = Course(scenario, kinds)
    try:
        for choice in choices:
            course.take(choice)
        course.look()
    except Disagreement as parted:
        course.led_to(parted)
        return None if parted.requirement in known else parted
    finally:
        course.clear()
    return None
