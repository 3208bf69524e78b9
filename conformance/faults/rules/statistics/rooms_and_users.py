"""Faults of 13.1 to 13.4: rooms, users, and how many of them there are at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import Change, RequirementRow, faults_of, shown
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.rules.statistics.row_edits import (
    Rows,
    every_row,
    faults_of_edits,
    has_several,
    has_value,
    plus,
    when,
    with_values,
)
from conformance.faults.series import now, rows_changed


def faults() -> Iterator[Fault]:
    """Every fault of a list, of a series of it, and of the users by what they have."""
    yield from faults_of_edits((*_ROOMS, *_USERS, *_MINUTES))
    yield from faults_of(_MORE)


_RATES = "JoinSuccess5SecsRate"


def _at_present(turn: Turn) -> Request | None:
    time = turn.request.value("time")
    present = f"{now(turn):%Y-%m-%dT%H:%M:%SZ}"
    return turn.request.with_value("time", present) if time is not None else None


def _mixed(regions: str) -> bool:
    """Whether some are written in letters of ASCII and some are not."""
    return len({one.isascii() for one in regions.split(",")}) > 1


def _swapped(first: str, second: str) -> Callable[[Any], Any]:
    """Two times the wrong way round; "-" stays where it is."""

    def edit(row: Any) -> Any:
        if row[second] == "-":
            return row
        return {**row, first: f"{int(row[first][:4]) + 1}{row[first][4:]}"}

    return edit


def _long(row: Any) -> Any:
    return {**row, "duration": row["duration"] + 10_000_000}


def _open_in_hours(row: Any) -> Any:
    return {**row, "duration": row["duration"] // 3600} if row["end_time"] == "-" else row


def _hour_early(row: Any) -> Any:
    start = datetime.fromisoformat(row["start_time"]) - timedelta(hours=1)
    return {**row, "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}"}


def _closed_at_start(row: Any) -> Any:
    if row["end_time"] != "-":
        return row
    return {**row, "end_time": row["start_time"], "state": "CLOSED"}


def _lost(name: str) -> Change:
    return rows_changed(f"ListRtc{name}", lambda rows: rows[:-1])


_ROOMS = (
    (
        "RoomList/end-not-before-start",
        "ends rooms before they start",
        every_row("RoomList", _swapped("start_time", "end_time")),
    ),
    (
        "RoomList/duration-within-span",
        "gives rooms a duration longer than they were open",
        every_row("RoomList", _long),
    ),
    (
        "RoomList/start-is-first-join",
        "begins rooms an hour before anybody joins",
        every_row("RoomList", _hour_early),
    ),
    (
        "RoomList/open-while-online",
        "closes rooms in which users are online",
        every_row("RoomList", _closed_at_start),
    ),
    (
        "RoomList/duration-in-seconds",
        "gives the duration of rooms in milliseconds",
        every_row("RoomList", lambda row: {**row, "duration": row["duration"] * 1000}),
    ),
)
_USERS = (
    (
        "UserList/several-equal-each",
        "loses an entry when several values are given",
        when(
            lambda request: any(has_several(name)(request) for name in ("region", "isp", "state")),
            _lost("UserList"),
        ),
    ),
    (
        "UserList/region-name-or-abbreviation",
        "takes abbreviations of regions for other names",
        when(lambda request: (request.value("region") or "-").isascii(), _lost("UserList")),
    ),
    (
        "UserList/summary-one-per-user",
        "lists a user twice in summary",
        rows_changed("ListRtcUserList", lambda rows: [*rows[:1], *rows]),
    ),
    (
        "UserList/detail-covers-summary",
        "leaves entries out of detail",
        when(
            has_value("type", "detail"), every_row("UserList", lambda row: {**row, "uid": "nobody"})
        ),
    ),
    (
        "UserList/leave-not-before-join",
        "lets users leave before they join",
        every_row("UserList", _swapped("join_time", "leave_time")),
    ),
)
_TEN_MINUTES = 10


def _lingering(_turn: Turn, body: Any) -> Any:
    """The most of a minute and of the ten before it."""
    rows = body["scale"]
    counts = [row["value"] for row in rows]
    return {
        **body,
        "scale": [
            {**row, "value": max(counts[max(0, n - _TEN_MINUTES) : n + 1])}
            for n, row in enumerate(rows)
        ],
    }


_BY_VALUE = "ListRtcRealtimeScaleDimension"


def _names_moved(rows: Rows) -> Rows:
    """The fewest users have the name of the most, and all the others that of the next."""
    names = [row["dimension"] for row in rows]
    return [
        {**row, "dimension": name} for row, name in zip(rows, [*names[1:], *names[:1]], strict=True)
    ]


def _numbered(rows: Rows) -> Rows:
    return [{**row, "dimension": str(position)} for position, row in enumerate(rows)]


_MINUTES = (
    (
        "RealtimeScale/rooms-not-more-than-users",
        "counts more rooms than users",
        when(has_value("metric", "RoomCount"), every_row("RealtimeScale", plus("value", 10_000))),
    ),
    (
        "RealtimeScale/room-count-agrees",
        "counts a room too many",
        when(has_value("metric", "RoomCount"), every_row("RealtimeScale", plus("value", 1))),
    ),
    (
        "RealtimeScale/online-users-agree",
        "counts users for ten minutes after they have left",
        when(has_value("metric", "OnlineUsers"), _lingering),
    ),
    (
        "RealtimeScaleDimension/ranked-by-users",
        "lists the most in the middle",
        rows_changed(
            "ListRtcRealtimeScaleDimension", lambda rows: [*rows[1:3], *rows[:1], *rows[3:]]
        ),
    ),
    (
        "RealtimeScaleDimension/most-users-first",
        "ranks the smallest first",
        rows_changed("ListRtcRealtimeScaleDimension", lambda rows: rows[::-1]),
    ),
    (
        "RealtimeScaleDimension/region-values-known",
        "names a region that is none",
        when(
            has_value("dimension", "region"),
            every_row("RealtimeScaleDimension", with_values(dimension="Atlantis")),
        ),
    ),
    (
        "RealtimeScaleDimension/sum-agrees-with-scale",
        "counts users twice",
        every_row(
            "RealtimeScaleDimension", lambda row: {**row, "online_users": 2 * row["online_users"]}
        ),
    ),
    (
        "RealtimeScaleDimension/users-of-value-bounded",
        "counts the users of one platform under the name of another",
        when(has_value("dimension", "platform"), rows_changed(_BY_VALUE, _names_moved)),
    ),
    (
        "RealtimeScaleDimension/values-of-users",
        "numbers the platforms",
        when(has_value("dimension", "platform"), rows_changed(_BY_VALUE, _numbered)),
    ),
    (
        "RealtimeQuality/five-second-rate-not-above-rate",
        "has more who joined fast than joined",
        when(has_value("metric", _RATES), every_row("RealtimeQuality", with_values(value=101.0))),
    ),
)

_MORE: tuple[RequirementRow, ...] = (
    (
        "ListRtcUserList/rule/region-name-or-abbreviation",
        "mixed-list",
        "ListRtcUserList takes names and abbreviations in one list for names",
        shown(when(lambda request: _mixed(request.value("region") or ""), _lost("UserList"))),
        (),
    ),
    (
        "ListRtcRoomList/rule/duration-in-seconds",
        "open-in-hours",
        "ListRtcRoomList gives the duration of open rooms in hours",
        shown(every_row("RoomList", _open_in_hours)),
        (),
    ),
    (
        "ListRtcRoomList/rule/duration-in-seconds",
        "zero",
        "ListRtcRoomList has no duration of any room",
        shown(every_row("RoomList", with_values(duration=0))),
        (),
    ),
    (
        "ListRtcRealtimeScaleDimension/rule/time-selects",
        "broken",
        "ListRtcRealtimeScaleDimension shows the present, whatever the moment",
        on_request(_at_present),
        (),
    ),
)
