"""Faults of chapter 13: what one answer owes to another, and one field to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import Change, breaking, shown
from conformance.faults.messages import Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.series import SHAPES, now, rows_changed, spoiled

Rows = list[Any]
_RATES = "JoinSuccess5SecsRate"


def faults() -> Iterator[Fault]:
    """Every fault of a relation between answers or fields."""
    for requirement, title, change in (*_ROOMS, *_USERS, *_MINUTES, *_DAYS, *_CALLS, *_ABNORMAL):
        operation, _, rule = requirement.partition("/")
        yield breaking(
            f"ListRtc{operation}/rule/{rule}", f"ListRtc{operation} {title}", shown(change)
        )
    for requirement, title, name, value in _DEFAULTS:
        operation, _, rule = requirement.partition("/")
        yield breaking(
            f"ListRtc{operation}/rule/{rule}",
            f"ListRtc{operation} {title}",
            on_request(_unless_given(name, value)),
        )
    yield breaking(
        "ListRtcUserList/rule/region-name-or-abbreviation",
        "ListRtcUserList takes names and abbreviations in one list for names",
        shown(_when(lambda request: _mixed(request.value("region") or ""), _lost("UserList"))),
        slug="mixed-list",
    )
    yield breaking(
        "ListRtcRoomList/rule/duration-in-seconds",
        "ListRtcRoomList gives the duration of open rooms in hours",
        shown(_rows("RoomList", _open_in_hours)),
        slug="open-in-hours",
    )
    yield breaking(
        "ListRtcRoomList/rule/duration-in-seconds",
        "ListRtcRoomList has no duration of any room",
        shown(_rows("RoomList", _with(duration=0))),
        slug="zero",
    )
    yield breaking(
        "ListRtcRealtimeScaleDimension/rule/time-selects",
        "ListRtcRealtimeScaleDimension shows the present, whatever the moment",
        on_request(_at_present),
    )
    yield breaking(
        "ListRtcAbnormalEvent/rule/events-of-user",
        "ListRtcAbnormalEvent shows the events of one user under the name of another",
        shown(lambda _turn, body: {**body, "uid": f"{body['uid']}-2"} if body.get("uid") else body),
    )
    yield breaking(
        "ListRtcHistoryScale/rule/session-count-agrees",
        "ListRtcHistoryScale has nothing of the day before yesterday",
        shown(_day_lost),
        slug="day-lost",
    )
    yield breaking(
        "ListRtcHistoryUsage/rule/usage-without-start",
        "ListRtcHistoryUsage shows a week without start_date",
        on_request(_usage_of_a_week),
    )


def _day_lost(turn: Turn, body: Any) -> Any:
    day = f"{now(turn) - 2 * SHAPES['ListRtcHistoryScale'].step:%Y-%m-%d}"
    return {**body, "scale": [row for row in body["scale"] if row["date"] != day]}


def _at_present(turn: Turn) -> Request | None:
    time = turn.request.value("time")
    present = f"{now(turn):%Y-%m-%dT%H:%M:%SZ}"
    return turn.request.with_value("time", present) if time is not None else None


def _unless_given(name: str, value: str) -> Callable[[Turn], Request | None]:
    def change(turn: Turn) -> Request | None:
        return turn.request.with_value(name, value) if turn.request.value(name) is None else None

    return change


def _usage_of_a_week(turn: Turn) -> Request | None:
    shape = SHAPES["ListRtcHistoryUsage"]
    start, end = shape.read(turn.request)
    if start is not None or end is None or turn.request.value("start_date") is not None:
        return None
    return shape.write(turn.request, end - 7 * shape.step, end)


def _rows(name: str, edit: Callable[[Any], Any]) -> Change:
    """A change of every row."""
    return rows_changed(f"ListRtc{name}", lambda rows: [edit(row) for row in rows])


def _when(wanted: Callable[[Request], bool], change: Change) -> Change:
    return lambda turn, body: change(turn, body) if wanted(turn.request) else body


def _several(name: str) -> Callable[[Request], bool]:
    return lambda request: "," in (request.value(name) or "")


def _mixed(regions: str) -> bool:
    """Whether some are written in letters of ASCII and some are not."""
    return len({one.isascii() for one in regions.split(",")}) > 1


def _is(name: str, value: str) -> Callable[[Request], bool]:
    return lambda request: request.value(name) == value


def _with(**values: Any) -> Callable[[Any], Any]:
    return lambda row: {**row, **values}


def _plus(key: str, by: int) -> Callable[[Any], Any]:
    return lambda row: {**row, key: row[key] + by} if key in row else row


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


def _first_again(name: str) -> Change:
    return rows_changed(f"ListRtc{name}", lambda rows: [*rows[:1], *rows])


def _lost(name: str) -> Change:
    return rows_changed(f"ListRtc{name}", lambda rows: rows[:-1])


def _described(keys: tuple[str, ...]) -> Callable[[Rows], Rows]:
    """Every second row describes its numbers in another way."""

    def change(rows: Rows) -> Rows:
        return [
            {k: f"{v}?" if k in keys and position % 2 else v for k, v in row.items()}
            for position, row in enumerate([*rows, *rows[:1]])
        ]

    return change


def _without_first_chosen(turn: Turn, body: Any) -> Any:
    """Leave out, in the last day, the field that sorts first."""
    del turn
    key = next(iter(body))
    rows = body[key]
    for row in rows[-1:]:
        for name in [name for name in sorted(row) if name not in {"date", "user_count"}][:1]:
            del row[name]
        row.pop("user_count", None)
    return body


def _other_dimension(_turn: Turn, body: Any) -> Any:
    return {**body, "dimensions": [{"user_count": row["user_count"]} for row in body["dimensions"]]}


_DESCRIPTIONS = ("abnormal_type_desc", "abnormal_factor_desc")
_ROOMS = (
    (
        "RoomList/end-not-before-start",
        "ends rooms before they start",
        _rows("RoomList", _swapped("start_time", "end_time")),
    ),
    (
        "RoomList/duration-within-span",
        "gives rooms a duration longer than they were open",
        _rows("RoomList", _long),
    ),
    (
        "RoomList/start-is-first-join",
        "begins rooms an hour before anybody joins",
        _rows("RoomList", _hour_early),
    ),
    (
        "RoomList/open-while-online",
        "closes rooms in which users are online",
        _rows("RoomList", _closed_at_start),
    ),
    (
        "RoomList/duration-in-seconds",
        "gives the duration of rooms in milliseconds",
        _rows("RoomList", lambda row: {**row, "duration": row["duration"] * 1000}),
    ),
)
_USERS = (
    (
        "UserList/several-equal-each",
        "loses an entry when several values are given",
        _when(
            lambda request: any(_several(name)(request) for name in ("region", "isp", "state")),
            _lost("UserList"),
        ),
    ),
    (
        "UserList/region-name-or-abbreviation",
        "takes abbreviations of regions for other names",
        _when(lambda request: (request.value("region") or "-").isascii(), _lost("UserList")),
    ),
    (
        "UserList/summary-one-per-user",
        "lists a user twice in summary",
        rows_changed("ListRtcUserList", lambda rows: [*rows[:1], *rows]),
    ),
    (
        "UserList/detail-covers-summary",
        "leaves entries out of detail",
        _when(_is("type", "detail"), _rows("UserList", lambda row: {**row, "uid": "nobody"})),
    ),
    (
        "UserList/leave-not-before-join",
        "lets users leave before they join",
        _rows("UserList", _swapped("join_time", "leave_time")),
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
        _when(_is("metric", "RoomCount"), _rows("RealtimeScale", _plus("value", 10_000))),
    ),
    (
        "RealtimeScale/room-count-agrees",
        "counts a room too many",
        _when(_is("metric", "RoomCount"), _rows("RealtimeScale", _plus("value", 1))),
    ),
    (
        "RealtimeScale/online-users-agree",
        "counts users for ten minutes after they have left",
        _when(_is("metric", "OnlineUsers"), _lingering),
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
        _when(
            _is("dimension", "region"), _rows("RealtimeScaleDimension", _with(dimension="Atlantis"))
        ),
    ),
    (
        "RealtimeScaleDimension/sum-agrees-with-scale",
        "counts users twice",
        _rows(
            "RealtimeScaleDimension", lambda row: {**row, "online_users": 2 * row["online_users"]}
        ),
    ),
    (
        "RealtimeScaleDimension/users-of-value-bounded",
        "counts the users of one platform under the name of another",
        _when(_is("dimension", "platform"), rows_changed(_BY_VALUE, _names_moved)),
    ),
    (
        "RealtimeScaleDimension/values-of-users",
        "numbers the platforms",
        _when(_is("dimension", "platform"), rows_changed(_BY_VALUE, _numbered)),
    ),
    (
        "RealtimeQuality/five-second-rate-not-above-rate",
        "has more who joined fast than joined",
        _when(_is("metric", _RATES), _rows("RealtimeQuality", _with(value=101.0))),
    ),
)
_DAYS = (
    (
        "HistoryUsage/total-is-sum",
        "has totals that do not add up",
        _rows("HistoryUsage", _plus("total_duration", 3)),
    ),
    (
        "HistoryScale/metric-selects-fields",
        "leaves a chosen field out on the last day",
        _without_first_chosen,
    ),
    (
        "HistoryQuality/metric-selects-fields",
        "leaves a chosen field out on the last day",
        _without_first_chosen,
    ),
    (
        "HistoryScale/metric-omits-others",
        "answers fields that were not chosen",
        _rows("HistoryScale", lambda row: {"user_count": 1, "session_count": 1, **row}),
    ),
    (
        "HistoryQuality/metric-omits-others",
        "answers fields that were not chosen",
        _rows(
            "HistoryQuality",
            lambda row: {"join_success_rate": 1.0, "audio_freeze_rate": 1.0, **row},
        ),
    ),
    (
        "HistoryScale/several-equal-each",
        "counts otherwise when several metrics are asked for",
        _when(_several("metric"), _rows("HistoryScale", spoiled)),
    ),
    (
        "HistoryQuality/several-equal-each",
        "measures otherwise when several metrics are asked for",
        _when(_several("metric"), _rows("HistoryQuality", spoiled)),
    ),
    (
        "HistoryScale/users-not-more-than-sessions",
        "counts more users than sessions",
        _rows("HistoryScale", _plus("user_count", 1_000_000)),
    ),
    (
        "HistoryScale/room-count-agrees",
        "counts a room too many",
        _rows("HistoryScale", _plus("room_count", 1)),
    ),
    (
        "HistoryQuality/five-second-rate-not-above-rate",
        "has more who joined fast than joined",
        _rows(
            "HistoryQuality",
            lambda row: {
                key: 101.0 if key == "join_success_in5secs_rate" else value
                for key, value in row.items()
            },
        ),
    ),
)
_CALLS = (
    (
        "ClientQosDetails/room-echoed",
        "names another room",
        lambda _turn, body: {**body, "room_id": "another"},
    ),
    (
        "ClientQosDetails/mid-selects-series",
        "answers a metric that was not asked for",
        lambda _turn, body: {
            **body,
            "data": [
                *body["data"],
                *(
                    {**row, "mid": "drtt" if row["mid"] != "drtt" else "appcpu"}
                    for row in body["data"][:1]
                ),
            ],
        },
    ),
    (
        "ClientQosDetails/several-equal-each",
        "loses a series when several metrics are asked for",
        _when(_several("mid"), lambda _turn, body: {**body, "data": body["data"][:-1]}),
    ),
    (
        "ClientQosDetails/mid-all-is-union",
        "leaves a metric out of all",
        _when(
            _is("mid", "all"),
            lambda _turn, body: {
                **body,
                "data": [row for row in body["data"] if row["mid"] != body["data"][0]["mid"]],
            },
        ),
    ),
    (
        "ClientQosDetails/default-time-type",
        "shifts the samples when no time_type is given",
        _when(
            lambda request: request.value("time_type") is None,
            rows_changed("ListRtcClientQosDetails", lambda rows: list(map(spoiled, rows))),
        ),
    ),
    (
        "Event/event-info-json",
        "writes event_info as plain text",
        _rows("Event", _with(event_info="user joined")),
    ),
)
_ABNORMAL = (
    (
        "AbnormalEvents/one-description-per-number",
        "describes one number in two ways",
        rows_changed("ListRtcAbnormalEvents", _described(_DESCRIPTIONS)),
    ),
    (
        "AbnormalEventDimension/one-description-per-number",
        "describes one number in two ways",
        rows_changed("ListRtcAbnormalEventDimension", _described(_DESCRIPTIONS)),
    ),
    (
        "AbnormalEvents/stage-fits-type",
        "puts every event into the call",
        _rows(
            "AbnormalEvents",
            lambda row: {
                **row,
                "stage": "communication" if row["abnormal_type"] == 1 else "join_room",
            },
        ),
    ),
    (
        "AbnormalEventDimension/narrower-window-bounded",
        "counts more users in a narrow window",
        _when(
            lambda request: _short(request),
            _rows("AbnormalEventDimension", _plus("user_count", 10_000)),
        ),
    ),
    (
        "AbnormalEventDimension/dimension-selects-fields",
        "leaves out what was asked for",
        _other_dimension,
    ),
    (
        "AbnormalEventDimension/dimension-default",
        "groups by nothing without a dimension",
        _when(lambda request: request.value("dimension") is None, _other_dimension),
    ),
    (
        "AbnormalEventDimension/several-equal-each",
        "counts otherwise when grouped by both",
        _when(_several("dimension"), _rows("AbnormalEventDimension", _plus("user_count", 10_000))),
    ),
    (
        "AbnormalEventDimension/user-count-agrees",
        "counts a user too many",
        _rows("AbnormalEventDimension", _plus("user_count", 1)),
    ),
)


def _short(request: Request) -> bool:
    shape = SHAPES["ListRtcAbnormalEventDimension"]
    start, end = shape.read(request)
    return start is not None and end is not None and end - start < shape.longest - shape.step / 2


_DEFAULTS = (
    ("UserList/default-type-summary", "shows details unless told otherwise", "type", "detail"),
    ("AbnormalEvents/default-limit-ten", "answers five unless told otherwise", "limit", "5"),
    (
        "AbnormalEvents/default-offset-zero",
        "leaves out the first unless told otherwise",
        "offset",
        "1",
    ),
)
