"""Collects the items of a run, orders them, and notes what they are planned to judge."""

from __future__ import annotations

import gc
from collections.abc import Collection as Names
from collections.abc import Iterable
from pathlib import Path

import pytest

from conformance.engine.run.ordering import Phase, phase_of
from conformance.engine.run.planning import plan_generated
from conformance.errors import TargetError
from conformance.model.case import EFFORTS, Case
from conformance.model.requirement_id import RequirementId
from conformance.plugin.conformance_run import ConformanceRun
from conformance.plugin.rule_index import RuleIndex, RuleItem

_GENERATED = "test_generated"
_RANDOM = "test_random_requests.py"
_COMMON, _UNRULED = 98, 99
"""Places after all chapters: rules of no operation, and items that are no rule."""


class Collection:
    """The collection hooks of a run."""

    def __init__(self, run: ConformanceRun) -> None:
        self._run = run
        self._session = run.session
        self._config = run.session.config
        self._index = RuleIndex(run.session.contract.sha256)
        self._done: list[pytest.Item] = []

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One item per generated case of this run."""
        if metafunc.function.__name__ != _GENERATED:
            return
        cases = [c for c in self._session.selected_cases if self._config.runs(c.id)]
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out random requests below level thorough, and modules that judge nothing here."""
        idle = self._config.level != "thorough" and collection_path.name == _RANDOM
        return True if idle or self._is_of_no_use(collection_path) else None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note what the modules have, before anything is left out."""
        self._index.note(item)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the rules' tests that this run does not need; note what is planned."""
        self._index.keep()
        kept: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        done = self._run.collected.requests_by_item.keys() if self._config.resume else ()
        for item in items:
            if self._needed(item) and item.nodeid in done:
                self._done.append(item)
                dropped.append(item)
            else:
                (kept if self._needed(item) else dropped).append(item)
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = sorted(kept, key=self._place)
        if config.pluginmanager.hasplugin("timeout"):
            _limit_calls(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is planned, now that every plugin has selected (``-k``, ``--lf``).

        What was built so far stays to the end: the garbage collector need not look at it.
        """
        chosen = (*session.items, *self._done)
        for item in chosen:
            marker = item.get_closest_marker("sparkrtc_rules")
            if marker is not None:
                self._run.collected.plan(marker.args, _effort(marker), selected=True)
        cases = {case.id for item in chosen if (case := case_of(item)) is not None}
        plan_generated(self._session, self._run.collected, cases)
        gc.freeze()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Stop the run if a module of the suite cannot be collected."""
        if report.failed:
            text = str(report.longrepr).strip().splitlines()
            problem = f"cannot be collected ({text[-1] if text else 'no reason given'})"
            self._run.stopped = TargetError(f"the suite's {report.nodeid}", problem)

    def _is_of_no_use(self, path: Path) -> bool:
        """Whether a module is known to judge nothing of this run; what it could is noted."""
        items = self._index.leaves_out(path, self._is_needed)
        for item in items:
            self._run.collected.plan(item.rules, item.effort, selected=False)
        return bool(items)

    def _needed(self, item: pytest.Item) -> bool:
        told = RuleItem.of(item)
        if told is None:
            return self._explores(item) and not _is_empty(item)
        self._run.collected.plan(told.rules, told.effort, selected=False)
        return self._is_needed(told)

    def _is_needed(self, item: RuleItem) -> bool:
        return (
            EFFORTS.index(item.effort) <= EFFORTS.index(self._config.level)
            and not self._session.selection.judged.isdisjoint(item.rules)
            and self._config.runs(item.name)
        )

    def _explores(self, item: pytest.Item) -> bool:
        """Keep random requests only at level thorough, for operations that are offered."""
        marker = item.get_closest_marker("sparkrtc_explores")
        if marker is None:
            return True
        (operation,) = marker.args
        selection = self._session.selection
        wanted = any(r.startswith(f"{operation}/") for r in selection.judged)
        offered = operation in selection.claimed and self._config.runs(item.name)
        return self._config.level == "thorough" and wanted and offered

    def _place(self, item: pytest.Item) -> tuple[int, int]:
        """The position of an item in the run: its phase, then its chapter."""
        rules = item.get_closest_marker("sparkrtc_rules")
        judged = rules.args if rules is not None else ()
        first = RequirementId.parse(judged[0]).operation if judged else ""
        operation = self._session.contract.operations.get(first)
        if operation is not None:
            chapter = int(operation.chapter) if operation.chapter.isdigit() else _UNRULED
        else:
            chapter = _COMMON if rules is not None else _UNRULED
        return phase_of_item(item, self._session.contract.resources.ending), chapter


def phase_of_item(item: pytest.Item, ending: Names[str]) -> Phase:
    """The phase of an item: by the mark of its rules, of its module, or by its case.

    ``ending`` are the operations that end existing resources; random requests to one use them up.
    """
    explores = item.get_closest_marker("sparkrtc_explores")
    if explores is not None and explores.args[0] in ending:
        return Phase.ENDING
    rules = item.get_closest_marker("sparkrtc_rules")
    own = rules.kwargs.get("phase") if rules is not None else None
    general = item.get_closest_marker("sparkrtc_phase")
    marked = own or (general.args[0] if general is not None else None)
    return phase_of(marked, case_of(item), ending)


def _limit_calls(items: Iterable[pytest.Item]) -> None:
    """Limit pytest-timeout to calls: an alarm in a hook would end the whole session."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(func_only=True))


def _effort(marker: pytest.Mark) -> str:
    """The lowest level that includes a rule's test."""
    return str(marker.kwargs.get("effort", "standard"))


def _is_empty(item: pytest.Item) -> bool:
    """Whether pytest made this item for a generated test without cases."""
    generated = getattr(item, "originalname", "") == _GENERATED
    return generated and case_of(item) is None


def case_of(item: pytest.Item) -> Case | None:
    """The generated case that an item runs, if it runs one."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return case if isinstance(case, Case) else None
