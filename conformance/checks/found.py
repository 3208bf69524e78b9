"""What the checks of one exchange say: requirements seen to hold, and those broken."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.model.verdict import Judgement, Outcome


@dataclass(slots=True)
class Found:
    """Collects while the checks of one exchange run; ``broken`` wins over ``held``."""

    case: str
    exchange: int
    held: set[str] = field(default_factory=set)
    broken: dict[str, Judgement] = field(default_factory=dict)

    def hold(self, requirement: str) -> None:
        """This exchange shows that the requirement holds."""
        self.held.add(requirement)

    def fail(self, requirement: str, message: str, expected: str, actual: str) -> None:
        """This exchange breaks the requirement; the first message about it is kept."""
        if requirement not in self.broken:
            self.broken[requirement] = Judgement(
                requirement, Outcome.FAIL, self.case, message, expected, actual, self.exchange
            )

    def leave_out(self, requirements: frozenset[str]) -> None:
        """Forget what the contract does not state."""
        self.held -= requirements
        for requirement in requirements & self.broken.keys():
            del self.broken[requirement]

    def say(self, requirement: str, ok: bool, message: str, expected: str, actual: str) -> None:
        """Either of the two, by ``ok``."""
        if ok:
            self.hold(requirement)
        else:
            self.fail(requirement, message, expected, actual)
