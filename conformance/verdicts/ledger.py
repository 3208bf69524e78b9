"""Collects the judgements of the cases in one process, or of the judges of a client."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace

from conformance.checks.results import CheckResults
from conformance.model.exchange import Exchange
from conformance.model.item_result import ItemResult
from conformance.model.verdict import Judgement, Outcome

CASES_KEPT = 5
"""Cases named per requirement."""


@dataclass(slots=True)
class Entry:
    """Everything recorded of one requirement; ``cases`` are the first few that judged it."""

    counts: dict[Outcome, int] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    told: list[Judgement] = field(default_factory=list)

    def add(self, outcome: Outcome, case: str) -> None:
        """Count one judgement."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if len(self.cases) < CASES_KEPT and case not in self.cases:
            self.cases.append(case)

    @property
    def failed(self) -> bool:
        """Whether any case found the requirement broken."""
        return self.counts.get(Outcome.FAIL, 0) > 0


class Ledger:
    """Judgements by requirement, and per operation the statuses that were answered.

    ``known``: the ids that may be recorded; any other is a bug of the suite (KeyError). ``keep``:
    how many judgements are kept per requirement; without it, all of them.
    """

    def __init__(self, known: Container[str] | None = None, keep: int | None = None) -> None:
        self.entries: dict[str, Entry] = {}
        self.statuses: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        self._known = known
        self._keep = keep
        self._new: list[Judgement] = []
        self._passed: dict[str, str] = {}

    def passed(self, requirement: str, case: str) -> None:
        """Record that the case shows the requirement to be kept."""
        self._entry(requirement).add(Outcome.PASS, case)
        self._passed.setdefault(requirement, case)

    def record(self, judgement: Judgement) -> None:
        """Record a judgement of any outcome."""
        if judgement.outcome is Outcome.PASS:
            self.passed(judgement.requirement, judgement.case)
            return
        entry = self._entry(judgement.requirement)
        entry.add(judgement.outcome, judgement.case)
        if self._keep is None or len(entry.told) < self._keep:
            entry.told.append(judgement)
            self._new.append(judgement)

    def add_results(self, found: CheckResults) -> None:
        """Record everything that the checks of one exchange found."""
        for requirement in found.kept:
            entry = self.entries.get(requirement)
            if entry is None:
                self.passed(requirement, found.case)
            else:
                entry.add(Outcome.PASS, found.case)
        for judgement in found.broken.values():
            self.record(judgement)

    def answered(self, exchange: Exchange, group: str) -> None:
        """Count one request of a flow group, and the status that its operation answered."""
        self.requests[group] = self.requests.get(group, 0) + 1
        if exchange.response is not None and exchange.request.operation:
            key = f"{exchange.request.operation} {exchange.response.status}"
            self.statuses[key] = self.statuses.get(key, 0) + 1

    def failures(self, requirement: str) -> Iterator[Judgement]:
        """The kept judgements that the requirement is broken."""
        entry = self.entries.get(requirement)
        return (j for j in entry.told if j.outcome is Outcome.FAIL) if entry else iter(())

    def rewrite(self, write: Callable[[str], str]) -> None:
        """Apply a function to every message, such as one that removes secrets."""
        for entry in self.entries.values():
            entry.told = [
                replace(
                    told,
                    message=write(told.message),
                    expected=write(told.expected),
                    actual=write(told.actual),
                )
                for told in entry.told
            ]

    def drain(self) -> ItemResult:
        """Return everything recorded since the last call."""
        result = ItemResult(tuple(self._new), self._passed, self.statuses, self.requests)
        self._new, self._passed, self.statuses, self.requests = [], {}, {}, {}
        return result

    def forget(self, result: ItemResult) -> None:
        """Forget what was drained: found again, it counts as new."""
        for requirement in (*result.passed, *(one.requirement for one in result.judgements)):
            self.entries.pop(requirement, None)

    def absorb(self, result: ItemResult) -> None:
        """Add everything that another ledger has drained."""
        for requirement, case in result.passed.items():
            self._entry(requirement).add(Outcome.PASS, case)
        for judgement in result.judgements:
            entry = self._entry(judgement.requirement)
            entry.add(judgement.outcome, judgement.case)
            entry.told.append(judgement)
        for mine, theirs in ((self.statuses, result.statuses), (self.requests, result.requests)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count

    def _entry(self, requirement: str) -> Entry:
        if self._known is not None and requirement not in self._known:
            raise KeyError(requirement)
        entry = self.entries.get(requirement)
        if entry is None:
            entry = self.entries[requirement] = Entry()
        return entry
