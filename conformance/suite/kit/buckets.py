"""The lists of chapter 12, whatever was answered in their place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from conformance.engine.comparing.timestamps import CLOCKS_DIFFER
from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange

_ZONED = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d) GMT ?([+-]\d\d:\d\d)")
_DIGITS = re.compile(r"\d{14}")
_ZONES = (dt.UTC, dt.timezone(dt.timedelta(hours=8)))
"""Those that fourteen digits may be in: of all other times, and of the other form's examples."""


def moments(text: Any) -> Sequence[dt.datetime]:
    """The moments that a date of chapter 12 may mean; none if it is no date.

    It has its zone, or is of fourteen digits without one (E-12-date-format).
    """
    found = _ZONED.fullmatch(str(text))
    try:
        if found:
            year, month, day, time, zone = found.groups()
            return (dt.datetime.fromisoformat(f"{year}-{month}-{day}T{time}{zone}"),)
        if _DIGITS.fullmatch(str(text)):
            plain = dt.datetime.strptime(str(text), "%Y%m%d%H%M%S")
            return tuple(plain.replace(tzinfo=zone) for zone in _ZONES)
    except ValueError:
        return ()
    return ()


def in_future(scenario: Scenario, text: Any) -> bool:
    """Whether a date lies in the future, whatever it may mean."""
    found = moments(text)
    return bool(found) and min(found) > scenario.lab.now() + CLOCKS_DIFFER


def rows_of(exchange: Exchange, name: str) -> list[dict[str, Any]]:
    """The rows of a list in an answer. Raises Inconclusive where no list can be there."""
    listed = exchange.json.get(name) if isinstance(exchange.json, dict) else ""
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise Inconclusive(f"{exchange.request.operation} answered no list of {name}")
    return [row for row in listed if isinstance(row, dict)]


def another_bucket(scenario: Scenario, taken: Any) -> dict[str, Any]:
    """The row of another bucket in the place of an ``obs_addr``, rather an authorised one.

    It is empty where none is known.
    """
    if not isinstance(taken, dict) or not scenario.offers("ListObsBuckets"):
        return {}
    listed = scenario.send("ListObsBuckets")
    rows = rows_of(listed, "buckets") if listed.succeeded else []
    place, name = taken.get("location"), taken.get("bucket")
    others = [row for row in rows if row.get("location") == place and row.get("bucket") != name]
    others.sort(key=lambda row: (row.get("is_authorized") is not True, str(row.get("bucket"))))
    return others[0] if others else {}
