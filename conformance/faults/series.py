"""The statistics operations as faults see them: where the rows are, and what the window is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.faults.messages import Request
from conformance.faults.middleware import Turn

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_FORMS = {True: "%Y-%m-%d", False: "%Y-%m-%dT%H:%M:%SZ"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One operation: the field that holds its rows, the field of a row that holds its time.

    ``inner``: the rows are lists of samples themselves. ``longest``: the longest span.
    """

    rows: str
    time: str | None
    longest: timedelta
    daily: bool = False
    inner: str | None = None
    own: Mapping[str, str] | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """Names of the two ends of the window."""
        return ("start_date", "end_date") if self.daily else ("start_time", "end_time")

    def read(self, request: Request) -> tuple[datetime | None, datetime | None]:
        """The ends that a request gives; None for one that is not there or no time."""
        return tuple(_moment(request.value(name), self.daily) for name in self.ends)  # type: ignore[return-value]

    def write(self, request: Request, start: datetime | None, end: datetime | None) -> Request:
        """The request with other ends; None takes one out."""
        for name, moment in zip(self.ends, (start, end), strict=True):
            text = None if moment is None else moment.strftime(_FORMS[self.daily])
            request = request.with_value(name, text)
        return request

    @property
    def step(self) -> timedelta:
        """A day, or an hour."""
        return DAY if self.daily else HOUR


def _moment(text: str | None, daily: bool) -> datetime | None:
    try:
        return datetime.strptime(text or "", _FORMS[daily]).replace(tzinfo=UTC)
    except ValueError:
        return None


SHAPES: Mapping[str, Shape] = {
    "ListRtcRoomList": Shape("room_info_list", "start_time", 90 * DAY),
    "ListRtcUserList": Shape("users", "join_time", 90 * DAY),
    "ListRtcRealtimeScale": Shape("scale", "time", DAY),
    "ListRtcRealtimeQuality": Shape("quality", "time", DAY),
    "ListRtcRealtimeNetwork": Shape("network", "time", DAY),
    "ListRtcHistoryUsage": Shape("usage", "date", 14 * DAY, daily=True),
    "ListRtcHistoryScale": Shape("scale", "date", 31 * DAY, daily=True),
    "ListRtcHistoryQuality": Shape("quality", "date", 31 * DAY, daily=True),
    "ListRtcClientQosDetails": Shape("data", "time", DAY, inner="data"),
    "ListRtcEvent": Shape("data", "ctime", HOUR),
    "ListRtcAbnormalEvent": Shape("abnormal_list", "ts", HOUR),
    "ListRtcAbnormalEvents": Shape("events", "time", DAY),
    "ListRtcAbnormalEventDimension": Shape("dimensions", None, DAY),
}
"""Every operation with a window (13.4 asks for one moment)."""

ALL_ROWS: Mapping[str, str] = {
    **{name: shape.rows for name, shape in SHAPES.items()},
    "ListRtcRealtimeScaleDimension": "dimensions",
}


def now(turn: Turn) -> datetime:
    """The time of the server, in whole seconds."""
    return turn.world.clock.now().replace(microsecond=0)


def busy_room(turn: Turn) -> str | None:
    """A room of the application asked about in which somebody is."""
    app_id = turn.request.value("app") or turn.request.value("app_id") or ""
    sessions = turn.world.statistics.app(app_id).sessions
    return next((one.room_id for one in sessions if one.state == "ONLINE"), None)


def rows_changed(name: str, change: Callable[[list[Any]], list[Any]]) -> Callable[[Turn, Any], Any]:
    """A change of the rows of an answer; of the samples, where rows are lists of samples."""
    shape = SHAPES.get(name)
    field = ALL_ROWS[name]

    def apply(_turn: Turn, body: Any) -> Any:
        rows = body.get(field) or []
        if shape is not None and shape.inner is not None:
            inner = shape.inner
            return {**body, field: [{**row, inner: change(row[inner])} for row in rows]}
        return {**body, field: change(list(rows))}

    return apply


def spoiled(row: Any) -> Any:
    """A row with one of its values changed."""
    for key, value in row.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {**row, key: value + 1}
    key, value = next(
        (k, v) for k, v in row.items() if isinstance(v, str) and k not in {"time", "ctime", "ts"}
    )
    return {**row, key: f"{value}-"}
