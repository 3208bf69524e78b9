"""The lists of chapter 12, whatever was answered in their place."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Inconclusive
from conformance.model.exchange import Exchange


def rows_of(exchange: Exchange, name: str) -> list[dict[str, Any]]:
    """The rows of a list in an answer. Raises Inconclusive where no list can be there."""
    listed = exchange.json.get(name) if isinstance(exchange.json, dict) else ""
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise Inconclusive(f"{exchange.request.operation} answered no list of {name}")
    return [row for row in listed if isinstance(row, dict)]
