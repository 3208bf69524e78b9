"""Waivers: known deviations that are accepted until a date, and what can be wrong with one."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from conformance.model.text import Text

WARN_BEFORE = dt.timedelta(days=14)
"""How long before its last day a waiver is warned of."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known deviation of a target or client that is accepted until a date."""

    requirement: Text
    """Requirement id or glob."""
    reason: Text
    """Why it is accepted."""
    owner: Text
    """Who answers for it."""
    issue: Text
    """Link to the issue that will end it."""
    expires: dt.date
    """Last day on which it holds."""

    def warning(self, today: dt.date) -> str | None:
        """The warning for a waiver that ends within WARN_BEFORE; None while it lasts longer."""
        left = self.expires - today
        if not dt.timedelta(0) <= left <= WARN_BEFORE:
            return None
        return f"waiver {self.requirement} expires on {self.expires} ({self.owner}, {self.issue})"


class Misfit(enum.StrEnum):
    """Why a waiver fails the run."""

    EXPIRED = "expired"
    UNKNOWN = "unknown"
    UNNEEDED = "unneeded"


@dataclass(frozen=True, slots=True)
class WaiverProblem:
    """One waiver that has expired or is not needed; ``text`` is the line for people."""

    waiver: str
    misfit: Misfit
    text: str
