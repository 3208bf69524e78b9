"""Runs just the cases that judge some requirements, in this process, without pytest or network.

The same lab, cases and tests as a run; only the wire is missing, so that thousands of faults can
be hunted in minutes.
"""

from __future__ import annotations

import asyncio
import fnmatch
import importlib
import itertools
import pkgutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from types import ModuleType
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

import conformance.suite
from conformance.access.capability import CALLBACK
from conformance.access.gateway import Gateway
from conformance.access.settings import Limits, Timeouts
from conformance.access.transport import TargetClient
from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract, load_contract
from conformance.engine.judging.case_runner import judge
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, Inconclusive
from conformance.engine.run.ordering import Phase, phase_of
from conformance.engine.scenario import Scenario
from conformance.engine.wire.endpoint import reach_embedded
from conformance.engine.wire.polling import Pace
from conformance.errors import TargetUnreachable
from conformance.faults.model import Fault
from conformance.model.case import EFFORTS, Case
from conformance.model.verdict import Judgement, Outcome
from conformance.reference.seeds import seeded_world
from conformance.reference.server import announcement
from conformance.reference.world import World
from conformance.verdicts.ledger import Ledger
from conformance.verdicts.selection import Selection, select

BASE_URL = "http://127.0.0.1:9"
"""Nothing listens there; no request gets that far."""


UNHEARD_SECONDS = 0.2
"""How long an answer is waited for that by design never comes."""
UNTOLD_SECONDS = 2.0
"""How long a notification is waited for that a fault may have swallowed."""


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application; what it does not answer is a network failure."""

    def __init__(self, app: ASGIApp, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner
        self._turn = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run the application for one request."""
        sent: list[Message] = []
        body = request.read()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        timeout = request.extensions.get("timeout", {}).get("read")
        try:
            with self._turn:
                answering = self._app(_scope(request), receive, send)
                self._runner.run(asyncio.wait_for(answering, timeout))
        except TimeoutError:
            raise httpx.ReadTimeout("no answer in time", request=request) from None
        except Exception as error:
            raise httpx.RemoteProtocolError(f"server disconnected: {error}") from error
        if not sent or sent[-1].get("more_body"):
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        return httpx.Response(
            sent[0]["status"],
            headers=sent[0]["headers"],
            stream=httpx.ByteStream(b"".join(message.get("body", b"") for message in sent[1:])),
        )


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }


def matching(patterns: str) -> list[str]:
    """The requirements that one of the patterns (with blanks between them) matches."""
    known = contract().requirements
    ids = [one for one in known if any(fnmatch.fnmatchcase(one, p) for p in patterns.split())]
    assert ids, f"{patterns} matches no requirement"
    return ids


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test of the suite with one set of its parameters, and the requirements it judges."""

    name: str
    function: Callable[..., None]
    arguments: Mapping[str, Any]
    judges: tuple[str, ...]
    effort: str
    phase: Phase

    def run(self, scenario: Scenario) -> None:
        """Call it."""
        self.function(scenario=scenario, **self.arguments)


@lru_cache(maxsize=1)
def contract() -> Contract:
    """The contract, read once."""
    return load_contract()


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Every generated case, made once."""
    return tuple(generated_cases(contract()))


@lru_cache(maxsize=4)
def selection(capabilities: frozenset[str], profile: str) -> Selection:
    """Everything that such a target is held to."""
    return select(contract(), (), (), capabilities, profile)


@lru_cache(maxsize=1)
def rule_tests() -> tuple[RuleTest, ...]:
    """Every test of a rule in ``conformance.suite``."""
    found: list[RuleTest] = []
    for module in pkgutil.walk_packages(conformance.suite.__path__, "conformance.suite."):
        if ".test_" in module.name and not module.name.endswith(".test_generated"):
            loaded = importlib.import_module(module.name)
            for name, value in vars(loaded).items():
                if name.startswith("test_") and callable(value):
                    found += _variants(name, value, _phase_of(loaded))
    return tuple(found)


def _phase_of(module: ModuleType) -> str | None:
    """The phase that the marks of a module name."""
    marks = getattr(module, "pytestmark", [])
    every = marks if isinstance(marks, list) else [marks]
    return next((mark.args[0] for mark in every if mark.name == "sparkrtc_phase"), None)


def _variants(name: str, function: Callable[..., None], general: str | None) -> Iterator[RuleTest]:
    marks = getattr(function, "pytestmark", [])
    own = [mark for mark in marks if mark.name == "sparkrtc_rules"]
    choices = [_choices(mark.args) for mark in marks if mark.name == "parametrize"]
    for combination in itertools.product(*choices):
        arguments: dict[str, Any] = {}
        given: list[pytest.Mark] = []
        for values, more in combination:
            arguments.update(values)
            given += more
        rules = (given or own)[:1]
        if rules:
            effort = rules[0].kwargs.get("effort", "standard")
            phase = phase_of(rules[0].kwargs.get("phase") or general)
            yield RuleTest(name, function, arguments, rules[0].args, effort, phase)


def _choices(arguments: tuple[Any, ...]) -> list[tuple[dict[str, Any], list[pytest.Mark]]]:
    names, values = arguments
    names = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
    found = []
    for value in values:
        marks: list[pytest.Mark] = []
        if hasattr(value, "marks") and hasattr(value, "values"):
            marks = [
                getattr(mark, "mark", mark)
                for mark in value.marks
                if getattr(mark, "name", "") == "sparkrtc_rules"
            ]
            value = value.values if len(names) > 1 else value.values[0]
        row = value if len(names) > 1 else (value,)
        found.append((dict(zip(names, row, strict=True)), marks))
    return found


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a hunt has found out: each requirement's worst outcome, and its first message."""

    ledger: Ledger
    requests: int

    def failed(self, requirement: str) -> bool:
        """Whether the requirement was broken (fail, or warn where it is a SHOULD)."""
        entry = self.ledger.entries.get(requirement)
        return entry is not None and entry.counts.get(Outcome.FAIL, 0) > 0

    def outcomes(self, requirement: str) -> str:
        """What was said about the requirement, for people."""
        entry = self.ledger.entries.get(requirement)
        if entry is None:
            return "nothing said"
        told = next((judgement.message for judgement in entry.told), "")
        counts = ", ".join(f"{outcome} {count}" for outcome, count in entry.counts.items())
        return f"{counts}: {told}"[:300]

    @property
    def findings(self) -> list[Judgement]:
        """Every judgement that says that something is broken."""
        return [
            judgement
            for entry in self.ledger.entries.values()
            for judgement in entry.told
            if judgement.outcome is Outcome.FAIL
        ]


class Run:
    """One application under judgement, with the lab that judges it."""

    def __init__(
        self,
        world: World,
        app: ASGIApp,
        wanted: Iterable[str],
        seed: int = 0,
        patience: float | None = None,
        claims: frozenset[str] = frozenset(),
        limits: Limits | None = None,
    ) -> None:
        self._runner = asyncio.Runner()
        reach = reach_embedded(announcement(world, BASE_URL))
        claims |= reach.settings.capabilities
        reach = replace(reach, settings=replace(reach.settings, capabilities=claims))
        if limits is not None:
            reach = replace(reach, settings=replace(reach.settings, limits=limits))
        if patience is not None:
            timeouts = Timeouts(read=patience, total=patience)
            reach = replace(reach, settings=replace(reach.settings, timeouts=timeouts))
        client = TargetClient(reach.settings, transport=InProcess(app, self._runner))
        prefix = f"sparkconf-{seed:08x}-"
        gateway = Gateway(reach.settings, client, contract().flow_groups, None)
        everything = selection(reach.settings.capabilities, reach.settings.profile)
        self._selection = replace(everything, wanted=frozenset(wanted))
        self._wanted = self._selection.judged
        # Who listens, waits for threads of the reference, and those keep to our time.
        listens = any(CALLBACK in contract().requirements[one].capabilities for one in self._wanted)
        self._lab = Lab(
            contract(),
            reach,
            gateway,
            prefix=prefix,
            seed=seed,
            alone=True,
            pace=None if listens else Pace(self._now, self._pass_time),
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._lab.close()
        self._runner.close()

    def _now(self) -> float:
        return self._lab.now().timestamp()

    def _pass_time(self, seconds: float) -> None:
        """Move the clock of the reference instead of waiting; wait where a fault forbids that."""
        try:
            self._lab.advance(seconds)
        except Blocked:
            time.sleep(seconds)

    def judge(self, level: str = "thorough", *, until_failed: bool = False) -> Verdicts:
        """Run what judges the wanted requirements, by phases as a run does.

        ``until_failed`` stops once all have failed.
        """
        most = EFFORTS.index(level)
        said = Verdicts(self._lab.ledger, 0)
        for _, step in sorted(self._steps(most), key=itemgetter(0)):
            if until_failed and all(said.failed(requirement) for requirement in self._wanted):
                break
            try:
                step()
            except TargetUnreachable:
                break
        return Verdicts(self._lab.ledger, sum(self._lab.ledger.requests.values()))

    def _steps(self, most: int) -> Iterator[tuple[Phase, Callable[[], None]]]:
        ending = contract().resources.ending
        for case in cases():
            if EFFORTS.index(case.effort) <= most and self._selection.needs(case):
                yield phase_of(None, case, ending), lambda case=case: self._case(case)  # type: ignore[misc]
        rules = any(contract().requirements[r].kind == "rule" for r in self._wanted)
        for test in rule_tests() if rules else ():
            if EFFORTS.index(test.effort) <= most and self._wanted & set(test.judges):
                yield test.phase, lambda test=test: self._rule(test)  # type: ignore[misc]

    def _case(self, case: Case) -> None:
        try:
            judge(self._lab, case)
        except Blocked as blocked:
            self._all(case.requirements, Outcome.BLOCKED, case.id, blocked.reason)

    def _rule(self, test: RuleTest) -> None:
        self._lab.begin(test.name)
        mark = self._lab.resources.mark
        scenario = Scenario(self._lab, test.judges)
        outcome, reason = Outcome.INCONCLUSIVE, "its test ended before judging it"
        try:
            test.run(scenario)
        except (Blocked, Inconclusive) as raised:
            outcome, reason = raised.outcome, raised.reason
        self._all(scenario.pending, outcome, test.name, reason)
        self._lab.resources.release(mark, spares=False)

    def _all(self, ids: Iterable[str], outcome: Outcome, case: str, reason: str) -> None:
        for requirement in ids:
            self._lab.ledger.record(Judgement(requirement, outcome, case, reason))


def hunt(fault: Fault, app: Callable[[World], ASGIApp], seed: int = 0) -> dict[str, str]:
    """Plant a fault and run what it names; the ids that did not fail, with what was said."""
    world = seeded_world(seed)
    patience = UNHEARD_SECONDS if fault.inconclusive else None
    limits = Limits(notifications=UNTOLD_SECONDS)
    with Run(world, app(world), fault.breaks, seed, patience, fault.claims, limits) as run:
        verdicts = run.judge(until_failed=True)
    if fault.inconclusive:
        return {r: verdicts.outcomes(r) for r in fault.breaks if _passed(verdicts, r)}
    return {r: verdicts.outcomes(r) for r in fault.breaks if not verdicts.failed(r)}


def _passed(verdicts: Verdicts, requirement: str) -> bool:
    """Whether it passed, failed, or was not judged: anything but inconclusive or blocked."""
    entry = verdicts.ledger.entries.get(requirement)
    outcomes = set(entry.counts) if entry is not None else set()
    return bool(outcomes & {Outcome.PASS, Outcome.FAIL})
