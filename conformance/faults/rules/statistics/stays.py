"""Faults of 13.1 and 13.2: what was there during a window is taken for what began in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.faults.handmade import breaking
from conformance.faults.messages import Answer
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.series import ALL_ROWS, DAY, SHAPES

_ENDS = {"ListRtcRoomList": "end_time", "ListRtcUserList": "leave_time"}
_ALL = "1000"


def faults() -> Iterator[Fault]:
    """Both lists."""
    for name in _ENDS:
        yield breaking(
            f"{name}/rule/samples-inside-window",
            f"{name} shows what was there in the window, though it began before",
            _still_there,
            slug="still-there",
        )


async def _still_there(turn: Turn) -> Answer:
    name, request = turn.endpoint.name, turn.request
    shape, items = SHAPES[name], ALL_ROWS[name]
    start, end = shape.read(request)
    if start is None or end is None:
        return await turn.forward(request)
    paged = request.with_value("limit", _ALL).with_value("offset", None)
    begun = await turn.forward(request)
    whole = await turn.forward(shape.write(paged, start - DAY, end))
    if not begun.succeeded or not whole.succeeded:
        return begun
    since = request.value(shape.ends[0]) or ""
    rows = [row for row in whole.json[items] if _is_there(row.get(_ENDS[name]), since)]
    first, most = int(begun.json["offset"]), int(begun.json["limit"])
    page = {items: rows[first : first + most], "total": len(rows)}
    return begun.with_json({**begun.json, **page})


def _is_there(ended: Any, since: str) -> bool:
    """Whether it was over after a time, or is not over at all."""
    return ended in {None, "-"} or str(ended) >= since
