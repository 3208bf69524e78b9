"""Path segments that a client has forgotten to fill in."""

from __future__ import annotations

import re

_BLANKS = re.compile(
    r"|undefined|null|None|nil|NaN|\[object Object\]|\{.*\}|<.*>|:\w+|\$\{?\w+\}?|%\w+%|%[sdvq]"
)


def is_blank(value: str) -> bool:
    """Whether a path segment is a placeholder that was never filled in."""
    return _BLANKS.fullmatch(value) is not None
