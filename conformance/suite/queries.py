"""Queries of chapter 13 and what their answers hold: rows, pages, and how two answers relate."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.model.exchange import Exchange
from conformance.suite.rules import Blocked, Rule, Scenario

Row = Mapping[str, Any]

WHOLE = 1000
"""A ``limit`` that asks for everything at once; what a target cuts off is fetched page by page."""

_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an answer has its rows, and which of their fields is their time."""

    items: str
    time: str | None


SHAPES: Mapping[str, Shape] = {
    "ListRtcRoomList": Shape("room_info_list", "start_time"),
    "ListRtcUserList": Shape("users", "join_time"),
    "ListRtcRealtimeScale": Shape("scale", "time"),
    "ListRtcRealtimeScaleDimension": Shape("dimensions", None),
    "ListRtcRealtimeQuality": Shape("quality", "time"),
    "ListRtcRealtimeNetwork": Shape("network", "time"),
    "ListRtcHistoryUsage": Shape("usage", "date"),
    "ListRtcHistoryScale": Shape("scale", "date"),
    "ListRtcHistoryQuality": Shape("quality", "date"),
    "ListRtcClientQosDetails": Shape("data", "time"),
    "ListRtcEvent": Shape("data", "ctime"),
    "ListRtcAbnormalEvent": Shape("abnormal_list", "ts"),
    "ListRtcAbnormalEvents": Shape("events", "time"),
    "ListRtcAbnormalEventDimension": Shape("dimensions", None),
}
"""Every operation of the chapter; the time is the one that the window is about."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that a query answers, with the last exchange that it took."""

    rows: Sequence[Row]
    total: int | None
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """What comparing answers has shown; without a ``problem`` they are as they must be."""

    exchange: Exchange
    problem: str = ""
    expected: object = ""
    actual: object = ""


def rows_of(operation: str, answer: Any) -> list[Row]:
    """The rows of an answer: series are taken apart into samples, the user of 13.12 is added.

    A row is one room, one user, one sample, one day, one event or one group.
    """
    if not isinstance(answer, dict):
        return []
    listed = answer.get(SHAPES[operation].items)
    found = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    if operation == "ListRtcClientQosDetails":
        return [
            {**{name: series.get(name) for name in ("uid", "peerid", "mid")}, **sample}
            for series in found
            for sample in series.get("data") or ()
            if isinstance(sample, dict)
        ]
    if operation == "ListRtcEvent" and not isinstance(listed, list) and "event_id" in answer:
        return [answer]
    if operation == "ListRtcAbnormalEvent":
        user = {name: answer.get(name) for name in ("room_id", "uid", "exp_id")}
        return [{**user, **row} for row in found]
    return found


def listing(scenario: Scenario, operation: str, query: Mapping[str, Any]) -> Listing:
    """Everything that a query answers, from as many pages as that takes.

    Raises Blocked when the query is refused.
    """
    pages = scenario.lab.contract.operation(operation).pagination
    if pages is None or operation == "ListRtcClientQosDetails":
        exchange = scenario.make(operation, query=query)
        return Listing(rows_of(operation, exchange.json), None, exchange)
    rows: list[Row] = []
    for _ in range(_MOST_PAGES):
        page = {pages["limit"]: WHOLE, pages["offset"]: len(rows)}
        exchange = scenario.make(operation, query={**query, **page})
        found = rows_of(operation, exchange.json)
        rows += found
        total = exchange.json.get("total") if isinstance(exchange.json, dict) else None
        if not found or not isinstance(total, int) or len(rows) >= total:
            return Listing(rows, total, exchange)
    raise Blocked(f"{operation} answers more than {len(rows)} items; narrow its data down")


def still(rows: Iterable[Row]) -> list[Row]:
    """The rows without what grows by itself: the ``duration`` of a room that is still open."""
    return [
        {name: value for name, value in row.items() if name != "duration"}
        if row.get("end_time") == "-"
        else row
        for row in rows
    ]


def beyond(part: Iterable[Row], whole: Iterable[Row]) -> list[Row]:
    """The rows of ``part`` that are not, field by field and as often, in ``whole``."""
    left = Counter(map(_text, whole))
    missing: list[Row] = []
    for row in part:
        if left[_text(row)]:
            left[_text(row)] -= 1
        else:
            missing.append(row)
    return missing


def settle(look: Callable[[], Finding]) -> Finding:
    """Look, and once more if there is a problem: data may have moved between two queries."""
    found = look()
    return look() if found.problem else found


def tell(rule: Rule, found: Finding) -> bool:
    """Judge a rule by what comparing has shown."""
    return rule.that(
        not found.problem, found.problem, expected=found.expected, actual=found.actual,
        exchange=found.exchange,
    )  # fmt: skip


def show(rows: Sequence[Row], most: int = 2) -> str:
    """How many rows, and the first of them, for people."""
    first = "; ".join(json.dumps(row, ensure_ascii=False) for row in rows[:most])
    return f"{len(rows)} rows: {first}" if rows else "no rows"


def _text(row: Row) -> str:
    return json.dumps(row, sort_keys=True)
