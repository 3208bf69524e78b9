"""Times in answers: written in UTC with any number of fractional digits (E-4-time-fraction)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from conformance.model.exchange import Exchange

_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
_YEAR_ONE = "0001-01-01T00:00:00"
CLOCKS_DIFFER = dt.timedelta(minutes=5)
"""How far the target's clock may differ from ours."""


def moment(text: object) -> dt.datetime | None:
    """The time that a text states, with its zone; None where it is not a time."""
    try:
        found = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def date_of(exchange: Exchange) -> list[dt.datetime]:
    """The Date header of an answer, if it has one; without a zone it is in UTC."""
    header = exchange.response.header("Date") if exchange.response else None
    try:
        found = parsedate_to_datetime(header) if header else None
    except (OverflowError, ValueError):
        return []
    if found is None:
        return []
    return [found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)]


def is_time(text: object) -> bool:
    """Whether the value is a time in UTC."""
    return isinstance(text, str) and _UTC.fullmatch(text) is not None


def is_never(text: object) -> bool:
    """Whether the value stands for "not yet": absent, empty, or the first instant of year 1."""
    return text in {None, ""} or (is_time(text) and str(text).startswith(_YEAR_ONE))


def is_real(text: object) -> bool:
    """Whether the value is a time other than the first instant of year 1."""
    return is_time(text) and not is_never(text)


def earlier(left: object, right: object) -> bool:
    """Whether ``left`` is before ``right``, to the precision of the coarser of the two.

    False when either is not a time: the requirements of the schema judge that.
    """
    first, second = _digits(left, right)
    return first < second


def _digits(left: object, right: object) -> tuple[str, str]:
    one, two = (_UTC.fullmatch(text) if isinstance(text, str) else None for text in (left, right))
    if one is None or two is None:
        return "", ""
    width = min(len(one[2] or ""), len(two[2] or ""))
    return one[1] + (one[2] or "")[:width], two[1] + (two[2] or "")[:width]


def same_instant(left: object, right: object) -> bool:
    """Whether both are the same time, to the precision of the coarser of the two."""
    first, second = _digits(left, right)
    return first != "" and first == second
