"""Faults of chapter 13: time windows, and what their samples owe to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, every_other, refused_when, shown
from conformance.faults.messages import Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.series import (
    ALL_ROWS,
    DAY,
    HOUR,
    SHAPES,
    Shape,
    busy_room,
    now,
    rows_changed,
    spoiled,
)

INVALID = "DATA.100011002"
MINUTE = timedelta(minutes=1)
_SAMPLED = ("ListRtcRealtimeScale", "ListRtcRealtimeQuality", "ListRtcRealtimeNetwork")
_DAILY = ("ListRtcHistoryUsage", "ListRtcHistoryScale", "ListRtcHistoryQuality")
_CALLS = ("ListRtcClientQosDetails", "ListRtcEvent", "ListRtcAbnormalEvent")


def faults() -> Iterator[Fault]:
    """Every fault of a window, operation by operation."""
    for name, shape in SHAPES.items():
        yield from _of_ends(name, shape)
        if shape.time is not None:
            yield from _of_samples(name, shape)
        if name not in {"ListRtcHistoryUsage", *_CALLS}:
            yield from _of_defaults(name, shape)
    for name in ALL_ROWS:
        yield breaking(
            f"{name}/rule/same-query-same-answer",
            f"{name} answers every second time with a row changed",
            every_other(rows_changed(name, _spoil_all)),
        )
    for name in (*_SAMPLED, *_DAILY, "ListRtcClientQosDetails"):
        yield breaking(
            f"{name}/rule/time-order",
            f"{name} answers the newest sample first",
            shown(rows_changed(name, lambda rows: rows[::-1])),
        )
    for name in _DAILY:
        yield from _off_by_one_day(name)
    yield from _of_steps()
    yield from _of_retention()
    yield from _of_the_moment()


def _off_by_one_day(name: str) -> Iterator[Fault]:
    """The window that is looked at is not the one that was asked for."""
    shape = SHAPES[name]

    def moved(first: timedelta, last: timedelta) -> Behaviour:
        def change(turn: Turn) -> Request | None:
            start, end = shape.read(turn.request)
            if start is None or end is None or end <= start:
                return None
            return shape.write(turn.request, start + first, end + last)

        return on_request(change)

    none = timedelta()
    for slug, title, behaviour in (
        ("day-early", "begins a day early", moved(-DAY, none)),
        ("day-off", "shows the window a day before", moved(-DAY, -DAY)),
    ):
        yield breaking(
            f"{name}/rule/samples-inside-window", f"{name} {title}", behaviour, slug=slug
        )
    yield breaking(
        f"{name}/rule/narrower-window-contained",
        f"{name} leaves out the last day",
        moved(none, -DAY),
        slug="end-left-out",
    )


def _of_ends(name: str, shape: Shape) -> Iterator[Fault]:
    def malformed(turn: Turn) -> Request | None:
        request = turn.request
        given = [request.value(end) for end in shape.ends]
        start, end = shape.read(request)
        if (given[0] is None or start) and (given[1] is None or end):
            return None
        last = now(turn) - 2 * shape.step
        return shape.write(request, last - shape.step / 2, last)

    def swapped(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        return shape.write(turn.request, end, start) if start and end and end < start else None

    def clamped(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        room = turn.request.value("room_id") is not None and name in _CALLS
        longest = {"ListRtcEvent": DAY, "ListRtcAbnormalEvent": 5 * DAY}
        most = longest.get(name, shape.longest) if room else shape.longest
        if start is None or end is None or end - start <= most:
            return None
        return shape.write(turn.request, end - most, end)

    def started(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        if start is None or end is not None or now(turn) - start <= shape.longest:
            return None
        return shape.write(turn.request, now(turn) - shape.longest, now(turn))

    def future(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        if start is None or end is None or start <= now(turn):
            return None
        last = now(turn) - (DAY if shape.daily else 2 * MINUTE)
        return shape.write(turn.request, last - shape.step, last)

    slack = DAY if shape.daily else MINUTE

    def longest(turn: Turn) -> bool:
        start, end = shape.read(turn.request)
        return start is not None and end is not None and end - start >= shape.longest - slack

    for rule, title, behaviour in (
        ("malformed-time-refused", "reads times that are none", on_request(malformed)),
        (
            "end-before-start-refused",
            "swaps ends that are the wrong way round",
            on_request(swapped),
        ),
        ("span-exceeded-refused", "cuts a span that is too long", on_request(clamped)),
        ("future-window-empty-or-refused", "shows the past for the future", on_request(future)),
        ("longest-span-accepted", "refuses the longest span", refused_when(longest, 400, INVALID)),
    ):
        if (name, rule) != ("ListRtcHistoryUsage", "span-exceeded-refused"):
            yield breaking(f"{name}/rule/{rule}", f"{name} {title}", behaviour)
    if name not in {*_DAILY, *_CALLS}:
        yield breaking(
            f"{name}/rule/span-exceeded-refused",
            f"{name} cuts a span that is too long and has no end",
            on_request(started),
            slug="start-alone",
        )


def _of_samples(name: str, shape: Shape) -> Iterator[Fault]:
    def strays(rows: list[Any]) -> list[Any]:
        return rows + [_in_another_year(row) for row in rows[-1:]]

    yield _row_fault(name, "samples-inside-window", "shows what lies a year on", strays)
    last: Callable[[list[Any]], list[Any]] = lambda rows: rows[:-2]  # noqa: E731

    def narrow(turn: Turn) -> bool:
        start, end = shape.read(turn.request)
        return start is not None and end is not None and end - start < _wide(name, shape)

    yield breaking(
        f"{name}/rule/narrower-window-contained",
        f"{name} loses what is at the end of a narrow window",
        shown(rows_changed(name, _spoil_all if name == "ListRtcAbnormalEvent" else last), narrow),
    )


def _in_another_year(row: Any) -> Any:
    """The row with every time in it a year on; "-" stays."""
    times = {key: value for key, value in row.items() if str(value)[4:5] == "-"}
    return {**row, **{key: f"{int(text[:4]) + 1}{text[4:]}" for key, text in times.items()}}


def _spoil_all(rows: list[Any]) -> list[Any]:
    return [spoiled(row) for row in rows]


def _wide(name: str, shape: Shape) -> timedelta:
    longest = DAY if name in {"ListRtcRoomList", "ListRtcUserList"} else shape.longest
    return longest - (DAY / 2 if shape.daily else MINUTE)


def _of_defaults(name: str, shape: Shape) -> Iterator[Fault]:
    def both(turn: Turn) -> Request | None:
        if shape.read(turn.request) != (None, None):
            return None
        last = now(turn) - (5 * DAY if shape.daily else 2 * HOUR)
        return shape.write(turn.request, last - shape.step, last)

    def start_only(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        if start is None or end is not None:
            return None
        before = 3 * shape.step
        return shape.write(turn.request, start - before, start - before / 3)

    def end_only(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        if start is not None or end is None:
            return None
        return shape.write(turn.request, end - 7 * shape.step, end - 5 * shape.step)

    for rule, title, change in (
        ("default-window", "shows another window when none is asked for", both),
        ("start-only", "does not go on to the present", start_only),
        ("end-only", "goes back too far", end_only),
    ):
        yield breaking(f"{name}/rule/{rule}", f"{name} {title}", on_request(change))


def _of_steps() -> Iterator[Fault]:
    def off_the_minute(rows: list[Any]) -> list[Any]:
        return [
            {**row, "time": row["time"].replace(":00Z", ":30Z")} if position % 2 else row
            for position, row in enumerate(rows)
        ]

    def gap(rows: list[Any]) -> list[Any]:
        return rows[: len(rows) // 2] + rows[len(rows) // 2 + 1 :]

    def doubled(rows: list[Any]) -> list[Any]:
        return [row for row in rows for _ in range(2)]

    for name in _SAMPLED:
        yield _row_fault(name, "step-one-minute", "samples off the minute", off_the_minute)
        yield _row_fault(name, "every-minute-sampled", "leaves a minute out", gap)
    for name in _DAILY:
        yield _row_fault(name, "step-one-day", "answers each day twice", doubled)
        yield _row_fault(name, "every-day-sampled", "leaves a day out", gap)
    for name in _DAILY[1:]:
        yield breaking(
            f"{name}/rule/today-absent", f"{name} has a sample of today", shown(_with_today(name))
        )


def _with_today(name: str) -> Callable[[Turn, Any], Any]:
    def change(turn: Turn, body: Any) -> Any:
        rows = body[ALL_ROWS[name]]
        today = now(turn).strftime("%Y-%m-%d")
        end = turn.request.value("end_date")
        if rows and end is not None and end >= today:
            rows.append({**rows[-1], "date": today})
        return body

    return change


def _row_fault(name: str, rule: str, title: str, change: Callable[[list[Any]], list[Any]]) -> Fault:
    return breaking(f"{name}/rule/{rule}", f"{name} {title}", shown(rows_changed(name, change)))


def _of_retention() -> Iterator[Fault]:
    for name in (*_DAILY[1:], *_CALLS):
        shape = SHAPES[name]
        yield breaking(
            f"{name}/rule/beyond-retention-empty-or-refused",
            f"{name} shows the present for what is no longer kept",
            on_request(_recent(shape, 31 * DAY if shape.daily else 5 * DAY)),
        )


def _recent(shape: Shape, kept: timedelta) -> Callable[[Turn], Request | None]:
    def change(turn: Turn) -> Request | None:
        start, end = shape.read(turn.request)
        if start is None or end is None or end >= now(turn) - kept:
            return None
        slack = DAY if shape.daily else MINUTE
        last = now(turn) - 2 * slack
        room = None if shape.daily else busy_room(turn)
        request = turn.request if room is None else turn.request.with_value("room_id", room)
        return shape.write(request, last - shape.longest + slack, last)

    return change


def _of_the_moment() -> Iterator[Fault]:
    name = "ListRtcRealtimeScaleDimension"

    def change(wanted: Callable[[Turn, str], bool]) -> Behaviour:
        def behave(turn: Turn) -> Request | None:
            given = turn.request.value("time")
            if given is None or not wanted(turn, given):
                return None
            past = (now(turn) - HOUR).strftime("%Y-%m-%dT%H:%M:00Z")
            return turn.request.with_value("time", past)

        return on_request(behave)

    def malformed(_turn: Turn, given: str) -> bool:
        shape = SHAPES["ListRtcRealtimeScale"]
        probe = Request("GET", "/", (("start_time", given),), (), b"")
        return shape.read(probe)[0] is None

    def ahead(turn: Turn, given: str) -> bool:
        return given > now(turn).strftime("%Y-%m-%dT%H:%M:%SZ")

    yield breaking(
        f"{name}/rule/malformed-time-refused",
        f"{name} reads times that are none",
        change(malformed),
    )
    yield breaking(
        f"{name}/rule/future-time-empty-or-refused",
        f"{name} shows the past for the future",
        change(ahead),
    )
