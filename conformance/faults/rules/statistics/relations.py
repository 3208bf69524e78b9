"""Faults of chapter 13: what one answer owes to another, and one field to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import RequirementRow, breaking, faults_of, shown
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
from conformance.faults.series import ALL_ROWS, SHAPES, now, rows_changed, spoiled


def faults() -> Iterator[Fault]:
    """Every fault of a relation between answers or fields."""
    yield from faults_of_edits((*_DAYS, *_CALLS, *_ABNORMAL))
    for requirement, title, name, value in _DEFAULTS:
        operation, _, rule = requirement.partition("/")
        yield breaking(
            f"ListRtc{operation}/rule/{rule}",
            f"ListRtc{operation} {title}",
            on_request(_unless_given(name, value)),
        )
    for name in ALL_ROWS:
        yield breaking(
            f"{name}/rule/data-of-use",
            f"{name} never answers a row",
            shown(rows_changed(name, lambda _rows: [])),
        )
    yield from faults_of(_MORE)


def _day_lost(turn: Turn, body: Any) -> Any:
    day = f"{now(turn) - 2 * SHAPES['ListRtcHistoryScale'].step:%Y-%m-%d}"
    return {**body, "scale": [row for row in body["scale"] if row["date"] != day]}


def _of_another_user(_turn: Turn, body: Any) -> Any:
    return {**body, "uid": f"{body['uid']}-2"} if body.get("uid") else body


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
_DAYS = (
    (
        "HistoryUsage/total-is-sum",
        "has totals that do not add up",
        every_row("HistoryUsage", plus("total_duration", 3)),
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
        every_row("HistoryScale", lambda row: {"user_count": 1, "session_count": 1, **row}),
    ),
    (
        "HistoryQuality/metric-omits-others",
        "answers fields that were not chosen",
        every_row(
            "HistoryQuality",
            lambda row: {"join_success_rate": 1.0, "audio_freeze_rate": 1.0, **row},
        ),
    ),
    (
        "HistoryScale/several-equal-each",
        "counts otherwise when several metrics are asked for",
        when(has_several("metric"), every_row("HistoryScale", spoiled)),
    ),
    (
        "HistoryQuality/several-equal-each",
        "measures otherwise when several metrics are asked for",
        when(has_several("metric"), every_row("HistoryQuality", spoiled)),
    ),
    (
        "HistoryScale/users-not-more-than-sessions",
        "counts more users than sessions",
        every_row("HistoryScale", plus("user_count", 1_000_000)),
    ),
    (
        "HistoryScale/room-count-agrees",
        "counts a room too many",
        every_row("HistoryScale", plus("room_count", 1)),
    ),
    (
        "HistoryQuality/five-second-rate-not-above-rate",
        "has more who joined fast than joined",
        every_row(
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
        when(has_several("mid"), lambda _turn, body: {**body, "data": body["data"][:-1]}),
    ),
    (
        "ClientQosDetails/mid-all-is-union",
        "leaves a metric out of all",
        when(
            has_value("mid", "all"),
            lambda _turn, body: {
                **body,
                "data": [row for row in body["data"] if row["mid"] != body["data"][0]["mid"]],
            },
        ),
    ),
    (
        "ClientQosDetails/default-time-type",
        "shifts the samples when no time_type is given",
        when(
            lambda request: request.value("time_type") is None,
            rows_changed("ListRtcClientQosDetails", lambda rows: list(map(spoiled, rows))),
        ),
    ),
    (
        "Event/event-info-json",
        "writes event_info as plain text",
        every_row("Event", with_values(event_info="user joined")),
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
        every_row(
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
        when(
            lambda request: _short(request),
            every_row("AbnormalEventDimension", plus("user_count", 10_000)),
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
        when(lambda request: request.value("dimension") is None, _other_dimension),
    ),
    (
        "AbnormalEventDimension/several-equal-each",
        "counts otherwise when grouped by both",
        when(
            has_several("dimension"),
            every_row("AbnormalEventDimension", plus("user_count", 10_000)),
        ),
    ),
    (
        "AbnormalEventDimension/user-count-agrees",
        "counts a user too many",
        every_row("AbnormalEventDimension", plus("user_count", 1)),
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

_MORE: tuple[RequirementRow, ...] = (
    (
        "ListRtcAbnormalEvent/rule/events-of-user",
        "broken",
        "ListRtcAbnormalEvent shows the events of one user under the name of another",
        shown(_of_another_user),
        (),
    ),
    (
        "ListRtcHistoryScale/rule/session-count-agrees",
        "day-lost",
        "ListRtcHistoryScale has nothing of the day before yesterday",
        shown(_day_lost),
        (),
    ),
    (
        "ListRtcHistoryUsage/rule/usage-without-start",
        "broken",
        "ListRtcHistoryUsage shows a week without start_date",
        on_request(_usage_of_a_week),
        (),
    ),
)
