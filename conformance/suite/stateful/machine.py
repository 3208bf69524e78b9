"""The random walk: Hypothesis chooses requests in any order; a walk that goes wrong is shortened.

A target and a small model of the document (``model``) take every step together. Most steps are
taken on one application, so that what is beneath it meets; every few steps all that the target
shows is held against the model. Where they part, the steps are taken again without some of them,
until none can be left out. What one walk has shown is kept out of the next, so that one deviation
does not hide another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from conformance.engine.scenario import Blocked, Inconclusive, NotOffered, Scenario
from conformance.model.verdict import Judgement, Outcome
from conformance.suite.kit.jobs import KINDS
from conformance.suite.stateful.job_steps import offered
from conformance.suite.stateful.model import WALK, Disagreement
from conformance.suite.stateful.steps import FURNISHED, STEPS, Choice, Course, replay

WALKS = 22
LENGTH = 45
"""Steps of a walk."""
LOOK_EVERY = 4
"""After how many steps everything is looked at."""
TRIES = 60
"""How often a walk that went wrong is replayed to make it shorter."""
ROUNDS = 2
"""How often a walk begins anew to look for what else is wrong."""
_NUMBERS = st.integers(min_value=0, max_value=6)
_WHERE = st.sampled_from((0, 0, 0, 0, 1))
"""Which application a step is taken on: most of a state is in one of them."""


class Walks:
    """The state that the walks of one item share."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.known: set[str] = set()
        """Requirements that an earlier walk has shown to be broken."""
        self.kinds = tuple(kind.noun for kind in KINDS if offered(scenario, kind))
        self.stopped: Blocked | Inconclusive | None = None
        """Why a walk could not go on."""
        self.parted: Disagreement | None = None
        self.choices: tuple[Choice, ...] = ()
        """What led to where target and model parted."""


class Walk(RuleBasedStateMachine):
    """One walk. None is taken after the first that goes wrong: Hypothesis need not repeat it."""

    walks: Walks

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[Choice] = []
        self._course = Course(self.walks.scenario, self.walks.kinds)
        self._looked = 0
        self._ended = self.walks.parted is not None

    @initialize(furnished=st.booleans())
    def begin(self, furnished: bool) -> None:
        """Half of the walks start with existing resources."""
        for choice in FURNISHED if furnished else ():
            self._take(choice)

    @rule(step=st.sampled_from(STEPS), app=_WHERE, number=_NUMBERS, on=st.booleans())
    def take(self, step: str, app: int, number: int, on: bool) -> None:
        """One step; a single Hypothesis rule, so that every walk may mix all kinds."""
        self._take(Choice(step, app, number, on))
        if len(self._course.steps) >= self._looked + LOOK_EVERY:
            self._looked = len(self._course.steps)
            self._guarded(self._course.look)

    def teardown(self) -> None:
        """Compare everything once more, then delete what was created."""
        try:
            self._guarded(self._course.look)
        finally:
            self._course.clear()

    def _take(self, choice: Choice) -> None:
        self._choices.append(choice)
        self._guarded(lambda: self._course.take(choice))

    def _guarded(self, step: Callable[[], None]) -> None:
        """Take a step, unless the walk is over: stopped, or past a known disagreement."""
        if self._ended:
            return
        try:
            step()
        except Disagreement as parted:
            self._ended = True
            if parted.requirement in self.walks.known:
                return
            self._course.led_to(parted)
            self.walks.parted, self.walks.choices = parted, tuple(self._choices)
            raise
        except (Blocked, Inconclusive) as stopped:
            self._ended = True
            self.walks.stopped = stopped


def walk(scenario: Scenario) -> None:
    """Walk the target; record each disagreement with the fewest steps that lead to it."""
    walks = Walks(scenario)
    for _ in range(ROUNDS):
        parted = _round(walks)
        if parted is None:
            break
        walks.known.add(parted.requirement)
        _tell(scenario, parted)
    if walks.known:
        return
    if isinstance(walks.stopped, NotOffered):
        raise walks.stopped
    if walks.stopped is not None:
        scenario.rule(WALK).inconclusive(f"a walk could not go on: {walks.stopped.reason}")
    else:
        scenario.rule(WALK).that(True, "")


def _round(walks: Walks) -> Disagreement | None:
    """Some walks; the disagreement of the first that fails, with as few steps as possible."""
    walks.parted = None
    machine = type("Walk", (Walk,), {"walks": walks})
    hypothesis.seed(walks.scenario.lab.random.getrandbits(32))(machine)
    settings = hypothesis.settings(
        max_examples=WALKS,
        stateful_step_count=LENGTH,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    with contextlib.suppress(Disagreement, hypothesis.errors.Flaky, BaseExceptionGroup):
        run_state_machine_as_test(machine, settings=settings)
    return shortest(walks)


def shortest(walks: Walks) -> Disagreement | None:
    """Remove steps, many at a time and then one by one, while the walk still fails."""
    best, choices = walks.parted, walks.choices
    if best is None:
        return None
    size, tries = max(1, len(choices) // 2), 0
    with contextlib.suppress(Blocked, Inconclusive):
        while tries < TRIES:
            left, start = len(choices), 0
            while start < len(choices) and tries < TRIES:
                fewer = choices[:start] + choices[start + size :]
                tries += 1
                parted = replay(walks.scenario, walks.kinds, fewer, walks.known)
                if parted is None:
                    start += size
                else:
                    best, choices = parted, fewer
            if size == 1 and len(choices) == left:
                break
            size = max(1, size // 2)
    return best


def _tell(scenario: Scenario, parted: Disagreement) -> None:
    """Record a failure of the walk, and of the requirement that its last step broke."""
    steps = "; ".join(f"{n}. {step}" for n, step in enumerate(parted.steps, 1))
    message = f"after a random walk ({steps}): {parted.problem}"
    known = scenario.lab.contract.requirements
    also = (parted.requirement,) if parted.requirement in known else ()
    for requirement in dict.fromkeys((WALK, *also)):
        said = Judgement(
            requirement,
            Outcome.FAIL,
            scenario.lab.case,
            message,
            parted.expected,
            parted.actual,
            parted.exchange.number,
            parted.sent,
        )
        scenario.lab.ledger.record(said)
    scenario.judged.add(WALK)
