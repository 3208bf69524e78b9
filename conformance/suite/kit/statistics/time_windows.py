"""Time windows of chapter 13 (``x-time-window``), and spans within them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from conformance.contract.time_window import TimeWindow
from conformance.engine.scenario import Scenario

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)
"""When what goes on has its end."""
SETTLING = 2 * MINUTE
"""How long after a minute its numbers may still change, and how far clocks may differ."""

_ENOUGH = HOUR / 2
"""Of a day, what has to be over for it to show something."""

PAST_HOUR = (
    "ListRtcRoomList",
    "ListRtcUserList",
    "ListRtcRealtimeScale",
    "ListRtcRealtimeQuality",
    "ListRtcRealtimeNetwork",
    "ListRtcAbnormalEvents",
    "ListRtcAbnormalEventDimension",
)
PAST_DAY = ("ListRtcHistoryScale", "ListRtcHistoryQuality")
"""Operations whose window, left out, is the past hour or the past day (13.1 to 13.14)."""

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
"""How both are written."""
_SINCE_1970 = re.compile(r"\d{10}(\d{3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end``, both included; of days, the first and the last one."""

    start: dt.datetime
    end: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start <= moment <= self.end

    def moved(self, by: dt.timedelta) -> Span:
        """The same span, that much later."""
        return Span(self.start + by, self.end + by)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ} to {self.end:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class SettledWindow(TimeWindow):
    """The window of one operation at one target whose statistics lag by ``settling``."""

    longest: dt.timedelta
    settling: dt.timedelta = SETTLING

    def query(self, span: Span) -> dict[str, str]:
        """Both ends as query parameters."""
        return {self.start: self.write(span.start), self.end: self.write(span.end)}

    def past(self, now: dt.datetime, length: dt.timedelta | None = None) -> Span:
        """A span that is over and settled, the longest one unless ``length`` says otherwise.

        It ends on a whole minute, two minutes ago or as long as the target's statistics may lag
        behind; or yesterday, the first and last day counted. Where only a query about a single user
        is said to cross days (13.10 to 13.12), it lies within today, or just after midnight within
        yesterday.
        """
        length = self.longest if length is None else length
        span = self.last(now, length)
        crosses = not self.daily and span.start < midnight(span.end)
        if self.single is None or length > self.longest or not crosses:
            return span
        return self._within_today(span) or self.of_yesterday(now, length)

    def last(self, now: dt.datetime, length: dt.timedelta | None = None) -> Span:
        """The same, whether it crosses days or not."""
        length = self.longest if length is None else length
        if self.daily:
            yesterday = midnight(now) - DAY
            return Span(yesterday - length + DAY, yesterday)
        end = (now - self.settling).replace(second=0, microsecond=0)
        return Span(end - length, end)

    def _within_today(self, span: Span) -> Span | None:
        today = midnight(span.end)
        return Span(today, span.end) if span.end - today >= _ENOUGH else None

    def of_yesterday(self, now: dt.datetime, length: dt.timedelta) -> Span:
        """The end of yesterday, at most all of it."""
        end = midnight(now) - SECOND
        return Span(max(end - length, midnight(end)), end)


def time_window(scenario: Scenario, operation: str) -> SettledWindow:
    """What the contract says of the window of an operation. Raises LookupError if it has none."""
    window = scenario.lab.contract.operation(operation).window
    if window is None or window.longest is None:
        raise LookupError(f"{operation} has no time window")
    lag = dt.timedelta(seconds=scenario.lab.settings.statistics_lag)
    stated = {one.name: getattr(window, one.name) for one in dataclasses.fields(window)}
    return SettledWindow(**stated, settling=max(SETTLING, lag))


def midnight(moment: dt.datetime) -> dt.datetime:
    """The first moment of its day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def read_time(value: Any) -> dt.datetime | None:
    """A time or a day of an answer; None for everything else, such as the "-" of what goes on.

    Where no form is documented (E-13-ts-format) it may have an offset, or be seconds or
    milliseconds since 1970; which form a field may have is judged elsewhere. The first and the last
    year that can be written are no times either: some say "never" so.
    """
    if not isinstance(value, str):
        return None
    try:
        found = _parsed(value)
    except (OverflowError, ValueError):
        return None
    return found if found is not None and dt.MINYEAR < found.year < dt.MAXYEAR else None


def _parsed(value: str) -> dt.datetime | None:
    if _SINCE_1970.fullmatch(value):
        return dt.datetime.fromtimestamp(int(value[:10]), dt.UTC)
    if _WRITTEN.fullmatch(value):
        return dt.datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC) if "T" in value else None
