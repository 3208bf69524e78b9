"""Rows of the answers of chapter 13: reading and comparing them."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from conformance.contract.document import load_contract
from conformance.contract.paging import Rows
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.time_windows import read_time

Row = Mapping[str, Any]


@lru_cache(maxsize=1)
def shapes() -> Mapping[str, Rows]:
    """For every operation of chapter 13: where its answers have rows, and the time within a row.

    These are the same in every edition and under every pin.
    """
    operations = load_contract().operations.values()
    return {one.id: one.rows for one in operations if one.rows is not None}


def rows_of(operation: str, answer: Any) -> list[Row]:
    """The rows of an answer: a room, a user, a sample, a day, an event or a group each.

    Series are taken apart into samples; events of 13.12 get the user that stands beside them.
    """
    if not isinstance(answer, dict):
        return []
    listed = answer.get(shapes()[operation].items)
    found: list[Row] = (
        [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    )
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


def times_of(operation: str, rows: Iterable[Row]) -> list[dt.datetime]:
    """The times of rows to which the time window of the operation applies, as far as they are."""
    found = (read_time(row.get(shapes()[operation].time or "")) for row in rows)
    return [time for time in found if time is not None]


def is_empty(rows: Iterable[Row]) -> bool:
    """Whether rows show no data: there are none, or all their numbers are zero."""
    return not any(
        _is_thing(row) or any(value for value in row.values() if isinstance(value, (int, float)))
        for row in rows
    )


def lists_something(exchange: Exchange) -> bool:
    """Whether an answer has a list with something in it, whatever it is of."""
    body = exchange.json if isinstance(exchange.json, dict) else {}
    return any(value for value in body.values() if isinstance(value, list))


def shows_nothing(operation: str, rows: Iterable[Row]) -> bool:
    """Whether rows show nothing that has happened: a rate of nothing may be zero, or full.

    What the rate of no attempts is, no line says.
    """
    full = shapes()[operation].full
    return is_empty(
        {name: 0 if _is_number(value) and value in full else value for name, value in row.items()}
        for row in rows
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_thing(row: Row) -> bool:
    """Whether a row is about a thing with a name (a room, a user, an event), not only numbers."""
    return any(row.get(name) for name in ("room_id", "uid", "event_id"))


def without_growing(rows: Iterable[Row]) -> list[Row]:
    """The rows, without ``duration`` where a room is still open: there it grows between queries."""
    return [
        {name: value for name, value in row.items() if name != "duration"}
        if row.get("end_time") == "-"
        else row
        for row in rows
    ]


def number(row: Row, name: str) -> float:
    """A number of a row; 0 for anything else, which the schema's own checks judge."""
    value = row.get(name)
    return value if isinstance(value, (int, float)) else 0


def rows_not_in(part: Iterable[Row], whole: Iterable[Row]) -> list[Row]:
    """The rows of ``part`` that ``whole`` lacks, or has less often."""
    left = Counter(map(_text, whole))
    missing: list[Row] = []
    for row in part:
        if left[_text(row)]:
            left[_text(row)] -= 1
        else:
            missing.append(row)
    return missing


def rows_in_words(rows: Sequence[Row], most: int = 2) -> str:
    """The number of rows, and the first of them, for people."""
    first = "; ".join(json.dumps(row, ensure_ascii=False) for row in rows[:most])
    return f"{len(rows)} rows: {first}" if rows else "no rows"


def _text(row: Row) -> str:
    return json.dumps(row, sort_keys=True)
