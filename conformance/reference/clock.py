"""Where the reference takes its time from, so that tests move it instead of sleeping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

ZERO_TIME = "0001-01-01T00:00:00Z"
"""What the examples of chapters 4 and 9 show as ``stop_time`` while a job has not stopped."""


class Clock(Protocol):
    """Tells the time, always aware and in UTC, and can be moved forward."""

    def now(self) -> datetime:
        """Return the current moment."""
        ...

    def advance(self, seconds: float) -> datetime:
        """Move forward and return the new moment."""
        ...


class SystemClock:
    """The machine's clock, plus whatever it has been moved forward."""

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the machine's time plus the offset."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> datetime:
        """Widen the offset by ``seconds``."""
        self._offset += timedelta(seconds=seconds)
        return self.now()


class ManualClock:
    """Stands still until it is moved."""

    __slots__ = ("_now",)

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the moment it was last moved to."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move by ``seconds``."""
        self._now += timedelta(seconds=seconds)
        return self._now


def timestamp(moment: datetime) -> str:
    """Write a moment as the document does: ``2006-01-02T15:04:05.075Z``, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def later(previous: datetime, now: datetime) -> datetime:
    """Return ``now``, or one millisecond after ``previous``: an update time always moves."""
    return max(now, previous + timedelta(milliseconds=1))
