"""Runs independent items on several threads before pytest runs all items in order.

Those of a phase run before the first item of that phase: items that might crash a server come when
all others have been judged. pytest sets up, calls and reports one item after the other, as every
plugin expects; the call of an item that has passed ahead returns at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from conformance.access.capability import CALLBACK, CLOCK, TOUCHES_OTHERS
from conformance.engine.run.concurrency import at_a_time
from conformance.engine.run.lanes import Ahead, Run, run_ahead
from conformance.engine.run.ordering import Phase
from conformance.engine.run.session import Session
from conformance.model.item_result import ItemResult
from conformance.plugin.collection import case_of, phase_of_item
from conformance.plugin.conformance_run import ConformanceRun

FEWEST = 8
"""Fewer items than this are sooner run one after the other."""

_NAMED = 16
"""Cases that a warning names."""

_FOUND = pytest.StashKey[ItemResult]()
_SENT = pytest.StashKey[Mapping[str, int]]()
_PHASES = (Phase.ORDINARY, Phase.HOSTILE)
_NOT_BESIDE_OTHERS = TOUCHES_OTHERS | {CLOCK, CALLBACK}
"""Capabilities whose use other cases would feel, or that there is one port for."""


def found_ahead(item: pytest.Item) -> ItemResult | None:
    """The result of an item that passed ahead; None if it has to be run."""
    return item.stash.get(_FOUND, None)


def sent_ahead(item: pytest.Item) -> Mapping[str, int]:
    """Requests by flow group of a first try that does not count."""
    return item.stash.get(_SENT, {})


class RunAhead:
    """The hooks around the loop over the items of a run, and around the call of each."""

    def __init__(self, run: ConformanceRun) -> None:
        self._run = run
        self._session = run.session
        self._count = 1
        self._waiting: dict[Phase, list[tuple[pytest.Item, Run]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Find out which items may run ahead; then the loop as usual."""
        if not session.config.option.collectonly:
            beside = [(item, run) for item in session.items if (run := self._beside(item))]
            self._count = at_a_time(self._session) if len(beside) >= FEWEST else 1
            if self._count > 1:
                for item, run in beside:
                    self._waiting.setdefault(self._phase(item), []).append((item, run))
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Run ahead all items of a phase before its first one: those before it are judged then."""
        if self._waiting:
            self._run_ahead(self._waiting.pop(self._phase(item), []))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Skip the call of an item that passed ahead."""
        return True if found_ahead(pyfuncitem) is not None else None

    def _run_ahead(self, beside: list[tuple[pytest.Item, Run]]) -> None:
        if not beside:
            return
        ahead: Ahead[pytest.Item] = Ahead()
        try:
            run_ahead(self._session, beside, self._count, ahead)
        except KeyboardInterrupt:
            for item, result in ahead.good.items():
                self._run.absorb(item.nodeid, result)
            raise
        finally:
            self._run.collected.left_behind.extend(ahead.left)
            self._tell_what_was_last(ahead.unanswered)
        for item, result in ahead.good.items():
            item.stash[_FOUND] = result
        for item, sent in ahead.sent.items():
            item.stash[_SENT] = sent

    def _tell_what_was_last(self, items: list[pytest.Item]) -> None:
        if not items:
            return
        names = ", ".join(sorted(item.name for item in items)[:_NAMED])
        self._run.collected.warnings.append(
            "the target stopped answering while cases ran side by side, these at the end: "
            f"{names}; --concurrency 1 tells which"
        )

    def _phase(self, item: pytest.Item) -> Phase:
        return phase_of_item(item, self._session.contract.resources.ending)

    def _beside(self, item: pytest.Item) -> Run | None:
        """How to run an item in another session; None where it has to run alone."""
        if not isinstance(item, pytest.Function):
            return None
        if self._phase(item) not in _PHASES:
            return None
        case = case_of(item)
        if case is not None:
            operation = self._session.contract.operation(case.operation)
            others = operation.capabilities & _NOT_BESIDE_OTHERS
            return None if others else lambda session: session.run_case(case)
        marker = item.get_closest_marker("sparkrtc_rules")
        if marker is None or marker.kwargs.get("effort") == "thorough":
            return None
        known = self._session.contract.requirements
        for identifier in marker.args:
            if identifier in known and known[identifier].capabilities & _NOT_BESIDE_OTHERS:
                return None
        return _rule(item, marker.args)


def _rule(item: pytest.Function, declared: tuple[str, ...]) -> Run | None:
    """The body of a rule's test, called with a scenario and its parameters."""
    callspec = getattr(item, "callspec", None)
    given: dict[str, Any] = dict(callspec.params) if callspec else {}
    if set(inspect.signature(item.obj).parameters) != {"scenario", *given}:
        return None

    def run(session: Session) -> None:
        scenario = session.scenario(item.name, declared)
        mark = session.lab.resources.mark
        try:
            item.obj(scenario=scenario, **given)
            session.finish(scenario, None)
        finally:
            session.lab.resources.release(mark, spares=False)

    return run
