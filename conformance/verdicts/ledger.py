"""What the cases of one process have said so far, and the evidence for what they said."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.checks.found import Found
from conformance.model.exchange import Exchange
from conformance.model.verdict import Judgement, Outcome

_CASES_KEPT = 5


@dataclass(slots=True)
class Entry:
    """Everything said about one requirement; ``cases`` are the first few that judged it."""

    counts: dict[Outcome, int] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    told: list[Judgement] = field(default_factory=list)

    def add(self, outcome: Outcome, case: str) -> None:
        """Count one judgement."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        if len(self.cases) < _CASES_KEPT and case not in self.cases:
            self.cases.append(case)


class Ledger:
    """Judgements by requirement, and per operation the statuses that were answered."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.statuses: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        self._new: list[Judgement] = []
        self._held: dict[str, str] = {}

    def passed(self, requirement: str, case: str) -> None:
        """The case shows that the requirement holds."""
        self._entry(requirement).add(Outcome.PASS, case)
        self._held.setdefault(requirement, case)

    def say(self, judgement: Judgement) -> None:
        """Any other judgement, with its reasons."""
        if judgement.outcome is Outcome.PASS:
            self.passed(judgement.requirement, judgement.case)
            return
        entry = self._entry(judgement.requirement)
        entry.add(judgement.outcome, judgement.case)
        entry.told.append(judgement)
        self._new.append(judgement)

    def found(self, found: Found) -> None:
        """Take over what the checks of one exchange found."""
        for requirement in found.held:
            entry = self.entries.get(requirement)
            if entry is None:
                self.passed(requirement, found.case)
            else:
                entry.add(Outcome.PASS, found.case)
        for judgement in found.broken.values():
            self.say(judgement)

    def answered(self, exchange: Exchange, group: str) -> None:
        """Count one request of a flow group, and the status that its operation answered."""
        self.requests[group] = self.requests.get(group, 0) + 1
        if exchange.response is not None and exchange.request.operation:
            key = f"{exchange.request.operation} {exchange.response.status}"
            self.statuses[key] = self.statuses.get(key, 0) + 1

    def drain(self) -> dict[str, Any]:
        """What is new since the last call, as plain data that crosses processes."""
        told = [{**asdict(one), "outcome": one.outcome.value} for one in self._new]
        held = list(self._held.items())
        statuses, requests = self.statuses, self.requests
        self._new, self._held, self.statuses, self.requests = [], {}, {}, {}
        return {"told": told, "held": held, "statuses": statuses, "requests": requests}

    def absorb(self, data: dict[str, Any]) -> None:
        """Take over what another ledger has drained."""
        for requirement, case in data["held"]:
            self._entry(requirement).add(Outcome.PASS, case)
        for item in data["told"]:
            judgement = Judgement(**{**item, "outcome": Outcome(item["outcome"])})
            entry = self._entry(judgement.requirement)
            entry.add(judgement.outcome, judgement.case)
            entry.told.append(judgement)
        for mine, theirs in ((self.statuses, data["statuses"]), (self.requests, data["requests"])):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count

    def _entry(self, requirement: str) -> Entry:
        entry = self.entries.get(requirement)
        if entry is None:
            entry = self.entries[requirement] = Entry()
        return entry
