"""Checks that the timestamps of an answer exist in the calendar."""

from __future__ import annotations

import datetime as dt
import re

from conformance.checks.results import CheckResults
from conformance.model.exchange import Response

REAL = "common/answer/timestamps-real"

_TIMESTAMP = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[^"]{0,16}"')


def check_timestamps(response: Response, found: CheckResults) -> None:
    """Judge that no field shows an impossible time, such as 30 February or 25 o'clock.

    A minute may have a 61st second.
    """
    seen = {match.group(1) for match in _TIMESTAMP.finditer(response.body)}
    if not seen:
        return
    unreal = sorted(text for text in (one.decode() for one in seen) if not _is_real(text))
    found.judge(
        REAL,
        not unreal,
        f"the answer shows a time that does not exist: {', '.join(unreal[:3])}",
        "a day and a time that exist",
        ", ".join(unreal[:3]),
    )


def _is_real(text: str) -> bool:
    if text.endswith(":60"):
        text = f"{text[:-2]}59"
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
