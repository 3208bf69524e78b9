"""How a case says that it could not judge: a prerequisite failed, or nothing could be seen."""

from __future__ import annotations

from typing import ClassVar

from conformance.model.verdict import Outcome


class Blocked(Exception):  # noqa: N818 - a verdict, not an error
    """A prerequisite failed: ``reason`` names it, ``outcome`` is what it says of requirements."""

    outcome: ClassVar[Outcome] = Outcome.BLOCKED

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotOffered(Blocked):
    """It needs an operation that the target is said not to offer: nothing is sent, or judged."""

    outcome: ClassVar[Outcome] = Outcome.NOT_APPLICABLE


class Inconclusive(Exception):  # noqa: N818 - a verdict, not an error
    """It ran, and nothing could be concluded: ``reason`` says why."""

    outcome: ClassVar[Outcome] = Outcome.INCONCLUSIVE

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotApplicable(Inconclusive):
    """The target has nothing of what the statement is about: ``reason`` says what is not there."""

    outcome: ClassVar[Outcome] = Outcome.NOT_APPLICABLE
