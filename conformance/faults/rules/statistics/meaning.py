"""Faults of chapter 13 in what a figure or list means: its unit, whom it counts or omits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, shown
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.rules.statistics.row_edits import has_value, when
from conformance.faults.series import DAY, HOUR, SHAPES, rows_changed

USERS, EVENT = "ListRtcUserList", "ListRtcEvent"
GROUPS = "ListRtcAbnormalEventDimension"
_OTHER = {"webrtc": "native", "native": "webrtc"}


def faults() -> Iterator[Fault]:
    """Every fault in the meaning of an answer that is well in its form."""
    yield breaking(
        f"{USERS}/rule/failed-users-listed",
        f"{USERS} leaves out who failed to join",
        shown(_without_failed),
    )
    for name in ("ListRtcRealtimeQuality", "ListRtcRealtimeNetwork"):
        yield breaking(
            f"{name}/rule/sdk-type-of-clients",
            f"{name} takes native clients for those of the web, and the other way round",
            on_request(_swapped),
        )
    for name in ("ListRtcHistoryUsage", "ListRtcHistoryScale"):
        for slug, unit in (("minutes", 60), ("hours", 3600)):
            yield breaking(
                f"{name}/rule/durations-in-seconds",
                f"{name} shows durations in {slug}",
                shown(rows_changed(name, _divided(unit))),
                slug=slug,
            )
    yield breaking(
        f"{GROUPS}/rule/user-count-within-users",
        f"{GROUPS} counts events for users",
        shown(_events_counted),
    )
    yield breaking(
        f"{GROUPS}/rule/user-count-within-users",
        f"{GROUPS} counts events for users when it groups by kind alone",
        shown(when(has_value("dimension", "abnormal_type"), _events_counted)),
        slug="kind",
    )
    yield breaking(
        "ListRtcHistoryScale/rule/user-count-agrees",
        "ListRtcHistoryScale counts a user of several rooms once",
        shown(_users_once),
        slug="once",
    )
    yield breaking(
        f"{EVENT}/rule/hour-unless-single-user",
        f"{EVENT} serves a day of all rooms",
        _day_of_everybody,
    )


def _without_failed(_turn: Turn, body: Any) -> Any:
    rows = [row for row in body["users"] if row["state"] != "FAIL"]
    return {**body, "users": rows, "total": body["total"] - len(body["users"]) + len(rows)}


def _swapped(turn: Turn) -> Request | None:
    other = _OTHER.get(turn.request.value("sdk_type") or "")
    return None if other is None else turn.request.with_value("sdk_type", other)


def _divided(unit: int) -> Callable[[list[Any]], list[Any]]:
    """Every duration of a day in a larger unit."""

    def figure(name: str, value: Any) -> Any:
        return round(value / unit) if name != "date" and not name.endswith("count") else value

    return lambda rows: [{name: figure(name, row[name]) for name in row} for row in rows]


def _events_counted(turn: Turn, body: Any) -> Any:
    """As many users of each kind as there are events of it."""
    start, end = SHAPES[GROUPS].read(turn.request)
    events = turn.world.statistics.app(turn.request.value("app") or "").events
    rows = []
    for row in body["dimensions"]:
        same = [
            it
            for it in events
            if row.get("abnormal_type") in (None, it.abnormal_type)
            and row.get("abnormal_factor") in (None, it.abnormal_factor)
            and turn.request.value("room_id") in (None, it.session.room_id)
            and (start is None or start.timestamp() <= it.time)
            and (end is None or it.time <= end.timestamp())
        ]
        rows.append({**row, "user_count": len(same)})
    return {**body, "dimensions": rows}


def _users_once(turn: Turn, body: Any) -> Any:
    sessions = turn.world.statistics.app(turn.request.value("app") or "").sessions
    rows: list[Any] = []
    for row in body["scale"]:
        start = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp()
        end = start + DAY.total_seconds()
        joined = {it.uid for it in sessions if not it.failed and start <= it.joined < end}
        rows.append({**row, "user_count": len(joined)} if "user_count" in row else row)
    return {**body, "scale": rows}


async def _day_of_everybody(turn: Turn) -> Answer:
    """Without a room, the days of all rooms one after the other."""
    start, end = SHAPES[EVENT].read(turn.request)
    short = start is None or end is None or end - start <= HOUR
    if short or turn.request.value("room_id") is not None:
        return await turn.forward(turn.request)
    app = turn.request.value("app_id") or ""
    rooms = sorted({it.room_id for it in turn.world.statistics.app(app).sessions})
    if not rooms:
        return await turn.forward(turn.request)
    rows: list[Any] = []
    for room in rooms:
        answer = await turn.forward(turn.request.with_value("room_id", room))
        if not answer.succeeded:
            return answer
        rows += answer.json["data"]
    return answer.with_json({"data": sorted(rows, key=lambda row: str(row["ctime"]))})
