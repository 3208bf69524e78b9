"""Time windows: from one moment to another, both included, in seconds or in days.

Table rows such as start_time and end_time of 13-2 give the defaults, the introductions of the
operations give the longest span.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from conformance.reference.statistics.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUR = 3600
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_EARLIEST = (1 - _EPOCH_ORDINAL) * DAY
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = tuple(f"T{hour:02}:{minute:02}:00Z" for hour in range(24) for minute in range(60))


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` to ``end``, both included; seconds since 1970, or day numbers."""

    start: int
    end: int

    def __contains__(self, moment: int) -> bool:
        return self.start <= moment <= self.end

    def until(self, latest: int) -> Window:
        """The part that is not later than ``latest``; it may be empty."""
        return Window(self.start, min(self.end, latest))

    def since(self, earliest: int) -> Window:
        """The part that is not earlier than ``earliest``; it may be empty."""
        return Window(max(self.start, earliest), self.end)

    def minutes(self) -> range:
        """The full minutes inside a window of seconds, as minutes since 1970."""
        return range(-(-max(self.start, _EARLIEST) // 60), self.end // 60 + 1)

    def days(self) -> range:
        """The days of a window of days."""
        return range(self.start, self.end + 1)


def resolve(
    start: int | None, end: int | None, *, now: int, default: int, longest: int | None, field: str
) -> Window:
    """Fill in what is not given and hold the window against its longest span.

    Without an end it ends now; without a start it starts ``default`` before its end. ``field`` is
    the name of the parameter that a refusal is about.
    """
    last = now if end is None else end
    first = last - default if start is None else start
    if last < first:
        raise invalid(field, "it ends before it starts")
    if longest is not None and last - first > longest:
        raise invalid(field, "the span is too long")
    return Window(first, last)


def parse_instant(text: object) -> int:
    """Read ``YYYY-MM-DDThh:mm:ssZ``; raises ValueError."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError("expected YYYY-MM-DDThh:mm:ssZ")
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return int(moment.timestamp())


def parse_date(text: object) -> int:
    """Read ``YYYY-MM-DD`` as the number of that day; raises ValueError."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise ValueError("expected YYYY-MM-DD")
    return date.fromisoformat(text).toordinal()


def day_of(moment: int) -> int:
    """The number of the day that a moment is in."""
    return moment // DAY + _EPOCH_ORDINAL


def start_of(day: int) -> int:
    """The first second of a day."""
    return (day - _EPOCH_ORDINAL) * DAY


def show_instant(moment: int) -> str:
    """Write ``YYYY-MM-DDThh:mm:ssZ``."""
    return f"{(_EPOCH + timedelta(seconds=moment)).isoformat()}Z"


def show_date(day: int) -> str:
    """Write ``YYYY-MM-DD``."""
    return date.fromordinal(day).isoformat()


def show_minutes(minutes: range) -> Iterator[str]:
    """Write each minute as ``YYYY-MM-DDThh:mm:00Z``."""
    shown, prefix = None, ""
    for minute in minutes:
        day, of_day = divmod(minute, len(_CLOCK))
        if day != shown:
            shown, prefix = day, date.fromordinal(day + _EPOCH_ORDINAL).isoformat()
        yield prefix + _CLOCK[of_day]


def sums_by_minute(spans: Iterable[tuple[int, int | None, int]], minutes: range) -> list[int]:
    """For each minute, the sum of the weights of the spans (start, end, weight) open at it.

    A span is open from its start until just before its end; without an end it stays open.
    """
    count = len(minutes)
    steps = [0] * (count + 1)
    for start, end, weight in spans:
        first = max(-(-start // 60) - minutes.start, 0)
        last = count if end is None else min(-(-end // 60) - minutes.start, count)
        if first < last:
            steps[first] += weight
            steps[last] -= weight
    return list(accumulate(steps[:count]))


def peak_by_minute(spans: Iterable[tuple[int, int | None]], minutes: range) -> int:
    """The most spans that are open at the same one of these minutes.

    It is reached at the first minute of some span, or at the first of all.
    """
    first, last = minutes.start * 60, minutes.stop * 60
    near = [(it, end) for it, end in spans if it < last and (end is None or end > first)]
    candidates = {max(-(-start // 60) * 60, first) for start, _ in near}
    return max(
        (
            sum(start <= moment and (end is None or moment < end) for start, end in near)
            for moment in candidates
            if moment < last
        ),
        default=0,
    )
