"""Collects the results of the checks on one exchange."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.model.verdict import Judgement, Outcome


@dataclass(slots=True)
class CheckResults:
    """Requirements that one exchange shows to be kept or broken; ``broken`` wins over ``kept``."""

    case: str
    exchange: int
    kept: set[str] = field(default_factory=set)
    broken: dict[str, Judgement] = field(default_factory=dict)

    def keep(self, requirement: str) -> None:
        """Record that this exchange shows the requirement to be kept."""
        self.kept.add(requirement)

    def fail(self, requirement: str, message: str, expected: str, actual: str) -> None:
        """Record that this exchange breaks the requirement; only the first message is kept."""
        if requirement not in self.broken:
            self.broken[requirement] = Judgement(
                requirement, Outcome.FAIL, self.case, message, expected, actual, self.exchange
            )

    def leave_out(self, requirements: frozenset[str]) -> None:
        """Drop the results for requirements that the contract does not state."""
        self.kept -= requirements
        for requirement in requirements & self.broken.keys():
            del self.broken[requirement]

    def judge(self, requirement: str, ok: bool, message: str, expected: str, actual: str) -> None:
        """Record a pass if ``ok``, otherwise a failure."""
        if ok:
            self.keep(requirement)
        else:
            self.fail(requirement, message, expected, actual)
