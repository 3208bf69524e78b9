"""Times in answers: written in UTC with any number of fractional digits (E-4-time-fraction)."""

from __future__ import annotations

import re

_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
_YEAR_ONE = "0001-01-01T00:00:00"


def is_time(text: object) -> bool:
    """Whether it is a time in UTC at all."""
    return isinstance(text, str) and _UTC.fullmatch(text) is not None


def is_never(text: object) -> bool:
    """Whether it is what stands for "not yet": nothing, or the first instant of year 1."""
    return text is None or (is_time(text) and str(text).startswith(_YEAR_ONE))


def is_real(text: object) -> bool:
    """Whether it is a time, and not the first instant of year 1."""
    return is_time(text) and not is_never(text)


def earlier(left: object, right: object) -> bool:
    """Whether ``left`` lies before ``right``, as far as the coarser of the two can tell.

    False when one of them is no time: that is said by the schema's requirements.
    """
    first, second = _digits(left, right)
    return first < second


def _digits(left: object, right: object) -> tuple[str, str]:
    one, two = (_UTC.fullmatch(text) if isinstance(text, str) else None for text in (left, right))
    if one is None or two is None:
        return "", ""
    width = min(len(one[2] or ""), len(two[2] or ""))
    return one[1] + (one[2] or "")[:width], two[1] + (two[2] or "")[:width]
