"""The random walk: Hypothesis chooses requests in any order, and shrinks a walk that goes wrong.

A target and a small model of the document (``walked``) take every step together. Where they part,
Hypothesis leaves out every step that is not needed to part them. What one walk has shown is kept
out of the next, so that one deviation does not hide another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from conformance.model.verdict import Judgement, Outcome
from conformance.suite.jobs import KINDS, JobKind
from conformance.suite.rules import Blocked, Inconclusive, Scenario
from conformance.suite.walked import OFF, ON, WALK, App, Disagreement, Job
from conformance.suite.walking import Walker
from conformance.suite.walking_jobs import JobWalker, offered

_Step = Callable[[], None]
WALKS = 30
STEPS = 25
APPS = 5
"""The most applications that a walk has at once."""
SHRINKS = 100
"""How many walks are spent on making one that went wrong shorter."""
ROUNDS = 3
"""How often a walk begins anew to look for what else is wrong."""
_PICKS = st.integers(min_value=0, max_value=APPS - 1)
_WHERE = st.sampled_from((0, 0, 0, 1, 1, 2))
"""Which application a step is taken on: most of a state is in one of them."""
_STEPS = (
    "stay", "create", "delete", "haunt", "switch", "write", "update", "unwrite", "record",
    "call back", "start mix", "start one", "stop", "change", "across",
)  # fmt: skip


class Walks:
    """Everything that the walks of one item share."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.known: set[str] = set()
        """Requirements that an earlier walk has shown to be broken."""
        self.kinds = {kind.noun: kind for kind in KINDS if offered(scenario, kind)}
        self.stopped = ""
        """Why a walk could not go on."""
        self.smallest: Disagreement | None = None
        self.shrinks = 0


class Walk(RuleBasedStateMachine):
    """One walk. What a step needs is made before it; without its kind of job it is no step."""

    walks: Walks

    def __init__(self) -> None:
        super().__init__()
        scenario = self.walks.scenario
        self._steps: list[str] = []
        names = tuple(scenario.name("walk") for _ in range(APPS))
        self._walker = Walker(scenario, names, self._steps)
        self._jobs = JobWalker(self._walker)
        self._mark = scenario.lab.resources.mark
        self._ended = self._tired()

    def _tired(self) -> bool:
        """Whether enough walks were spent on one disagreement."""
        if self.walks.smallest is not None:
            self.walks.shrinks += 1
        return self.walks.shrinks > SHRINKS

    @property
    def apps(self) -> list[App]:
        """The applications that there are."""
        return self._walker.world.apps

    @rule(step=st.sampled_from(_STEPS), app=_WHERE, other=_PICKS, on=st.booleans())
    def take(self, step: str, app: int, other: int, on: bool) -> None:
        """One step; a single rule, so that every walk may mix all of them.

        The simplest is to stay: what a walk does not need shrinks to that, and sends nothing.
        """
        self._take(partial(self._choose(step), app, other, on))

    def _choose(self, step: str) -> Callable[[int, int, bool], None]:
        walker, jobs = self._walker, self._jobs
        chosen: dict[str, Callable[[int, int, bool], None]] = {
            "stay": lambda _app, _other, _on: None,
            "create": lambda _app, other, _on: self._create(other),
            "delete": lambda app, _other, _on: walker.delete(self._app(app)),
            "haunt": lambda _app, other, on: self._haunt(other, on=on),
            "switch": lambda app, _other, on: walker.switch(self._app(app), on=on),
            "write": lambda app, other, _on: walker.write_rule(self._app(app), other),
            "update": lambda app, other, _on: walker.update_rule(self._app(app), other),
            "unwrite": lambda app, _other, _on: walker.delete_rule(self._app(app)),
            "record": lambda app, _other, on: self._record(app, on=on),
            "call back": lambda app, other, _on: walker.call_back(self._app(app), other),
            "start mix": lambda app, _other, on: self._start(KINDS[0], app, recording=on),
            "start one": lambda app, _other, on: self._start(KINDS[1], app, recording=on),
            "stop": lambda _app, other, _on: self._on(other, jobs.stop),
            "change": lambda _app, other, _on: self._on(other, jobs.update),
            "across": lambda app, other, _on: self._across(app, other),
        }
        return chosen[step]

    def teardown(self) -> None:
        """Look at everything once more, and leave nothing behind."""
        try:
            self._take(self._look_at_all)
        finally:
            self._clear()

    def _look_at_all(self) -> None:
        self._walker.look_at_all()
        for app, job in self._walker.world.every_job():
            self._jobs.look(app, job)

    def _clear(self) -> None:
        """Delete what the walk has made; automatic recording would keep its rule."""
        lab = self.walks.scenario.lab
        for app in self.apps:
            if app.mode == ON:
                body = {"mode": OFF}
                lab.send(
                    self.walks.scenario.template("UpdateAutoRecord", path=app.path, body=body),
                    judge=False,
                )
        lab.resources.release(self._mark, spares=False)

    def _app(self, number: int) -> App:
        """An application to take a step on; those that are missing are made first."""
        while len(self.apps) <= number:
            free = (n for n in range(APPS) if not self._walker.taken(n))
            self._walker.create(next(free))
        return self.apps[number]

    def _record(self, number: int, *, on: bool) -> None:
        app = self._app(number)
        if on and app.rule is None and number == 0:
            self._walker.write_rule(app, 0)
        self._walker.record(app, on=on)

    def _create(self, name: int) -> None:
        if len(self.apps) < APPS:
            self._walker.create(name)

    def _haunt(self, number: int, *, on: bool) -> None:
        gone = self._walker.world.gone
        if gone:
            self._walker.haunt(gone[-1], number + APPS * on)

    def _start(self, kind: JobKind, number: int, *, recording: bool) -> None:
        if kind.noun not in self.walks.kinds:
            return
        app = self._app(number)
        if recording and app.rule is None:
            self._walker.write_rule(app, 0)
        self._jobs.start(kind, app, recording=recording)

    def _across(self, app: int, number: int) -> None:
        self._on(number, lambda owner, job: self._jobs.look_across(owner, job, self._app(app)))

    def _on(self, number: int, step: Callable[[App, Job], None]) -> None:
        """Take a step on one of the jobs there are, if there are any."""
        jobs = self._walker.world.every_job()
        if jobs:
            app, job = jobs[number % len(jobs)]
            step(app, job)

    def _take(self, step: _Step) -> None:
        """Take a step, unless the walk is over: stopped, or past a disagreement known before."""
        if self._ended:
            return
        try:
            step()
        except Disagreement as parted:
            self._ended = True
            contract = self.walks.scenario.lab.contract
            if parted.requirement not in contract.requirements:
                parted.requirement = WALK
            if parted.requirement in self.walks.known:
                return
            parted.steps = tuple(self._steps)
            smallest = self.walks.smallest
            if smallest is None or len(parted.steps) <= len(smallest.steps):
                self.walks.smallest = parted
            raise
        except (Blocked, Inconclusive) as stopped:
            self._ended = True
            self.walks.stopped = stopped.reason


def walk(scenario: Scenario) -> None:
    """Walk the target; each disagreement goes into the ledger with the fewest steps to it."""
    walks = Walks(scenario)
    for _ in range(ROUNDS):
        parted = _round(walks)
        if parted is None:
            break
        walks.known.add(parted.requirement)
        _tell(scenario, parted)
    if WALK in walks.known:
        return
    if walks.known:
        others = ", ".join(sorted(walks.known))
        scenario.rule(WALK).inconclusive(f"the walks broke {others}, and were not taken further")
    elif walks.stopped:
        scenario.rule(WALK).inconclusive(f"a walk could not go on: {walks.stopped}")
    else:
        scenario.rule(WALK).that(True, "")


def _round(walks: Walks) -> Disagreement | None:
    """Some walks; the shrunk disagreement of the first that goes wrong."""
    walks.smallest, walks.shrinks = None, 0
    machine = type("Walk", (Walk,), {"walks": walks})
    hypothesis.seed(walks.scenario.lab.random.getrandbits(32))(machine)
    settings = hypothesis.settings(
        max_examples=WALKS,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    with contextlib.suppress(Disagreement, hypothesis.errors.Flaky, BaseExceptionGroup):
        run_state_machine_as_test(machine, settings=settings)
    return walks.smallest


def _tell(scenario: Scenario, parted: Disagreement) -> None:
    steps = "; ".join(f"{n}. {step}" for n, step in enumerate(parted.steps, 1))
    message = f"after a random walk ({steps}): {parted.problem}"
    if parted.requirement == WALK:
        scenario.rule(WALK).that(
            False, message, expected=parted.expected, actual=parted.actual,
            exchange=parted.exchange,
        )  # fmt: skip
        return
    scenario.lab.ledger.say(
        Judgement(
            parted.requirement,
            Outcome.FAIL,
            scenario.lab.case,
            message,
            parted.expected,
            parted.actual,
            parted.exchange.number,
        )
    )
