"""Time windows of chapter 13: what ``x-time-window`` says of an operation, and spans within it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from conformance.cases.requests import span_seconds
from conformance.engine.scenario import Scenario

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

SETTLING = 2 * MINUTE
"""How long after a minute its numbers may still change, and how far clocks may differ."""

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

_FORMS = {"date-time": "%Y-%m-%dT%H:%M:%SZ", "date": "%Y-%m-%d"}
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
"""How both are written, which is read faster than by their forms."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end``, both included; of days, the first and the last one."""

    start: dt.datetime
    end: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.start <= moment <= self.end

    def moved(self, by: dt.timedelta) -> Span:
        """The same span, later by that much."""
        return Span(self.start + by, self.end + by)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ} to {self.end:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """``x-time-window`` of one operation: the names of its ends and how far apart they may be.

    ``single`` is the longer span that the document grants a query for a single user.
    """

    start: str
    end: str
    form: str
    longest: dt.timedelta
    default: dt.timedelta | None
    single: dt.timedelta | None
    retention: dt.timedelta | None

    @property
    def daily(self) -> bool:
        """Whether its ends are days."""
        return self.form == "date"

    def query(self, span: Span) -> dict[str, str]:
        """Both ends as the query parameters that they are."""
        return {self.start: self.write(span.start), self.end: self.write(span.end)}

    def write(self, moment: dt.datetime) -> str:
        """A moment in the notation of this operation."""
        return moment.strftime(_FORMS[self.form])

    def past(self, now: dt.datetime, length: dt.timedelta | None = None) -> Span:
        """A span that is over and settled, the longest one unless ``length`` says otherwise.

        It ends two minutes ago on a whole minute, or yesterday, the first and last day counted.
        """
        length = self.longest if length is None else length
        if self.daily:
            yesterday = midnight(now) - DAY
            return Span(yesterday - length + DAY, yesterday)
        end = (now - SETTLING).replace(second=0, microsecond=0)
        return Span(end - length, end)


def time_window(scenario: Scenario, operation: str) -> TimeWindow:
    """What the contract says of the window of an operation. Raises LookupError if it has none."""
    window = scenario.lab.contract.operation(operation).window
    if window is None:
        raise LookupError(f"{operation} has no time window")
    return TimeWindow(
        window["start"],
        window["end"],
        window["format"],
        dt.timedelta(seconds=span_seconds(window["max_span"])),
        _optional(window.get("default_span")),
        _optional(window.get("single_user_span")),
        _optional(window.get("retention")),
    )


def midnight(moment: dt.datetime) -> dt.datetime:
    """The first moment of its day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def read_time(value: Any) -> dt.datetime | None:
    """A time or a day of an answer; None for everything else, such as the "-" of what goes on."""
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=dt.UTC)
        except ValueError:
            return None
    for form in _FORMS.values():
        try:
            return dt.datetime.strptime(value, form).replace(tzinfo=dt.UTC)
        except (TypeError, ValueError):
            continue
    return None


def _optional(text: str | None) -> dt.timedelta | None:
    return None if text is None else dt.timedelta(seconds=span_seconds(text))
