"""How a case says that it could not judge: a prerequisite failed, or nothing could be seen."""

from __future__ import annotations


class Blocked(Exception):  # noqa: N818 - a verdict, not an error
    """A prerequisite failed: ``reason`` names it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Inconclusive(Exception):  # noqa: N818 - a verdict, not an error
    """It ran, and nothing could be concluded: ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotApplicable(Inconclusive):
    """The target has nothing of what the statement is about: ``reason`` says what is not there."""
