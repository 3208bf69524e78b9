"""Edits of the rows of chapter 13's answers, and the requests that they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.faults.handmade import Change, breaking, shown
from conformance.faults.messages import Request
from conformance.faults.model import Fault
from conformance.faults.series import rows_changed

Rows = list[Any]
Edited = tuple[str, str, Change]
"""An operation and its rule (``RoomList/rooms-unique``), what the operation does, the change."""


def faults_of_edits(edits: Iterable[Edited]) -> Iterator[Fault]:
    """The fault of each change of an answer."""
    for requirement, title, change in edits:
        operation, _, rule = requirement.partition("/")
        yield breaking(
            f"ListRtc{operation}/rule/{rule}", f"ListRtc{operation} {title}", shown(change)
        )


def every_row(name: str, edit: Callable[[Any], Any]) -> Change:
    """A change of every row."""
    return rows_changed(f"ListRtc{name}", lambda rows: [edit(row) for row in rows])


def when(wanted: Callable[[Request], bool], change: Change) -> Change:
    """The change, for the requests that are wanted."""
    return lambda turn, body: change(turn, body) if wanted(turn.request) else body


def has_several(name: str) -> Callable[[Request], bool]:
    """Requests with more than one value in a parameter."""
    return lambda request: "," in (request.value(name) or "")


def has_value(name: str, value: str) -> Callable[[Request], bool]:
    """Requests with that value in a parameter."""
    return lambda request: request.value(name) == value


def with_values(**values: Any) -> Callable[[Any], Any]:
    """A row with other values."""
    return lambda row: {**row, **values}


def plus(key: str, by: int) -> Callable[[Any], Any]:
    """A row with a number that is greater by so much, where it has it."""
    return lambda row: {**row, key: row[key] + by} if key in row else row
