"""Exceptions by which a case ends without a judgement, and their outcomes."""

from __future__ import annotations

from typing import ClassVar

from conformance.model.verdict import Outcome


class Blocked(Exception):  # noqa: N818 - a verdict, not an error
    """A prerequisite failed: ``reason`` names it, ``outcome`` is recorded for the requirements."""

    outcome: ClassVar[Outcome] = Outcome.BLOCKED

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotOffered(Blocked):
    """The case needs an operation that the target does not offer: nothing is sent or judged."""

    outcome: ClassVar[Outcome] = Outcome.NOT_APPLICABLE


class Inconclusive(Exception):  # noqa: N818 - a verdict, not an error
    """The case ran, but nothing could be concluded: ``reason`` says why."""

    outcome: ClassVar[Outcome] = Outcome.INCONCLUSIVE

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotApplicable(Inconclusive):
    """The target has nothing that the requirement is about: ``reason`` says what is missing."""

    outcome: ClassVar[Outcome] = Outcome.NOT_APPLICABLE
