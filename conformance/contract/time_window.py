"""The time span of a query (``x-time-window``)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FORMS = {"date-time": "%Y-%m-%dT%H:%M:%SZ", "date": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The query parameters for both ends, their notation, and the longest span allowed.

    ``form`` is ``date-time`` or ``date``. ``single`` is the longer span allowed for a query about a
    single user, and ``single_by`` the parameter that names that user (None: none does).
    """

    start: str
    end: str
    form: str
    longest: dt.timedelta | None
    default: dt.timedelta | None
    single: dt.timedelta | None
    single_by: str | None
    retention: dt.timedelta | None

    @property
    def ends(self) -> tuple[str, str]:
        """Names of both parameters."""
        return self.start, self.end

    @property
    def daily(self) -> bool:
        """Whether its ends are days."""
        return self.form == "date"

    def write(self, moment: dt.datetime) -> str:
        """A moment of UTC in the notation of this operation."""
        return moment.strftime(_FORMS[self.form])

    def read(self, text: str) -> dt.datetime:
        """The moment, without its zone. Raises ValueError for another notation."""
        return dt.datetime.strptime(text, _FORMS[self.form])


def read_time_window(node: Mapping[str, Any] | None) -> TimeWindow | None:
    """Build the record; None for an operation without a window.

    Raises KeyError for a missing part, ValueError for an invalid duration.
    """
    if node is None:
        return None
    return TimeWindow(
        start=node["start"],
        end=node["end"],
        form=node["format"],
        longest=_optional(node["max_span"]),
        default=_optional(node.get("default_span")),
        single=_optional(node.get("single_user_span")),
        single_by=node.get("single_user_by"),
        retention=_optional(node.get("retention")),
    )


def read_duration(text: str) -> dt.timedelta:
    """An ISO 8601 duration in days, hours and minutes: ``P31D``, ``PT1H``, ``PT1M``.

    Raises ValueError for any other text.
    """
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    if found is None or not any(found.groups()):
        raise ValueError(f"{text!r} is not a duration such as P31D or PT1H")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return dt.timedelta(days=days, hours=hours, minutes=minutes)


def _optional(text: str | None) -> dt.timedelta | None:
    return None if text is None else read_duration(text)
