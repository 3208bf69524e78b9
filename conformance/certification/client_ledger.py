"""Collects the judgements of one certification."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.certification.recording.call import Call
from conformance.model.requirement import Level, Requirement
from conformance.model.verdict import Judgement, Outcome
from conformance.verdicts.ledger import Ledger

FINDINGS_KEPT = 10
"""Findings kept per requirement: a client that errs in a loop says the same each time."""


class ClientLedger(Ledger):
    """The ledger of a client. Recording an unknown id is a bug of the suite (KeyError).

    ``explained``: numbers of the exchanges whose refusal is explained, by a finding or otherwise.
    """

    def __init__(self, requirements: Mapping[str, Requirement]) -> None:
        super().__init__(known=requirements, keep=FINDINGS_KEPT)
        self.requirements = requirements
        self.explained: set[int] = set()

    def broke(
        self, requirement: str, call: Call, message: str, expected: str = "", actual: str = ""
    ) -> None:
        """Record that a request breaks the requirement."""
        number = call.exchange.number
        self.explained.add(number)
        self.record(
            Judgement(requirement, Outcome.FAIL, call.case, message, expected, actual, number)
        )

    def may_be_refused(self, call: Call) -> None:
        """Note that the contract leaves open whether a server accepts this request."""
        self.explained.add(call.exchange.number)

    @property
    def broken(self) -> list[Judgement]:
        """Every kept judgement of a broken requirement, in the order of the requirements."""
        return [found for name in self.requirements for found in self.failures(name)]


def violation_lines(ledger: ClientLedger, *, strict: bool = False) -> list[str]:
    """What a ledger says is broken, one line each."""
    return [
        f"{item.requirement} ({item.case}): {item.message}; expected {item.expected},"
        f" was {item.actual}"
        for item in ledger.broken
        if strict or ledger.requirements[item.requirement].level is Level.MUST
    ]
