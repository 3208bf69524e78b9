"""The lists of chapter 12, whatever was answered in their place."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange


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
