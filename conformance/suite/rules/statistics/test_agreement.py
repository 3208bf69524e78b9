"""Chapter 13: the same things seen by two operations: stays in rooms, peaks of days, durations."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.daily_samples import ask, date_of, past_days, today
from conformance.suite.kit.statistics.queries import Listing, listing
from conformance.suite.kit.statistics.rows import Row, number, rows_in_words, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    FOREVER,
    MINUTE,
    SECOND,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

ROOMS, USERS = "ListRtcRoomList", "ListRtcUserList"
SCALE, USAGE, MINUTES = "ListRtcHistoryScale", "ListRtcHistoryUsage", "ListRtcRealtimeScale"
DURATION = "CommunicationDuration"
ROUNDING = 2
"""Seconds by which two sums may differ whose four parts were rounded one by one."""
PEAKS = {
    "max_online_user_count": ("MaxOnlineUserCount", "OnlineUsers"),
    "max_online_room_count": ("MaxOnlineRoomCount", "RoomCount"),
}
"""Fields of table 13-55, their metrics, and the metrics of table 13-16 that show the same."""
_MOST_ROOMS = 3
_REACH = 7 * DAY
"""How long before the users a room may have begun."""

Times = tuple[dt.datetime, dt.datetime | None]


@rules(
    f"{ROOMS}/rule/users-within-room",
    f"{ROOMS}/rule/start-is-first-join",
    f"{ROOMS}/rule/open-while-online",
)
def test_rooms_are_open_while_users_are_in(scenario: Scenario) -> None:
    """13.1: a room begins when its first user joins; until the last has left it is not over."""
    judged: tuple[tuple[str, Callable[[_Seen], Comparison]], ...] = (
        ("users-within-room", _within),
        ("start-is-first-join", _begun),
        ("open-while-online", _open),
    )
    first = _Seen.of(scenario)
    for rule, compare in judged:

        def look(again: bool, compare: Callable[[_Seen], Comparison] = compare) -> Comparison:
            return compare(_Seen.of(scenario) if again else first)

        judge(scenario.rule(f"{ROOMS}/rule/{rule}"), settle(scenario, look))


@dataclass(frozen=True, slots=True)
class _Seen:
    """The rooms of some days (13.1), and the users who joined on the last of them (13.2)."""

    scenario: Scenario
    span: Span
    rooms: Listing
    users: Sequence[Row]

    @classmethod
    def of(cls, scenario: Scenario) -> _Seen:
        """Ask for both. Raises Inconclusive where no user is in a room that is listed."""
        span = time_window(scenario, USERS).past(scenario.lab.now(), DAY)
        before = Span(span.start - _REACH, span.end)
        rooms = listing(scenario, ROOMS, time_window(scenario, ROOMS).query(before))
        users = listing(scenario, USERS, time_window(scenario, USERS).query(span)).rows
        listed = {row.get("room_id") for row in rooms.rows}
        known = [row for row in users if row.get("room_id") in listed]
        if not known:
            raise Inconclusive(f"no data: no user of {span} is in a room that is listed")
        return cls(scenario, span, rooms, known)

    def opened(self, room: object) -> list[Times]:
        """When a room was open, each time."""
        rows = (row for row in self.rooms.rows if row.get("room_id") == room)
        return [times for row in rows if (times := _times(row, "start_time", "end_time"))]

    def began(self, room: object) -> list[dt.datetime]:
        """When a room began, each time of the longest span: it may be open for weeks."""
        window = time_window(self.scenario, ROOMS)
        query = {**window.query(window.past(self.scenario.lab.now())), "room_id": str(room)}
        rows = listing(self.scenario, ROOMS, query).rows
        return [start for row in rows if (start := read_time(row.get("start_time")))]

    def stays(self) -> Iterator[tuple[Row, Times]]:
        """Who got into a room, and from when to when they were in."""
        for row in self.users:
            times = _times(row, "join_time", "leave_time")
            if row.get("state") != "FAIL" and times is not None:
                yield row, times

    def broken_by(self, problem: str, wrong: Sequence[Row]) -> Comparison:
        """The comparison that finds users who are not in their room as it is listed."""
        if not wrong:
            return Comparison(self.rooms.exchange)
        room = wrong[0].get("room_id")
        listed = [row for row in self.rooms.rows if row.get("room_id") == room]
        expected = f"a room around them, not {rows_in_words(listed)}"
        return Comparison(self.rooms.exchange, problem, expected, rows_in_words(wrong))


def _within(seen: _Seen) -> Comparison:
    outside = [
        row
        for row, stay in seen.stays()
        if not any(_contains(times, stay) for times in seen.opened(row.get("room_id")))
    ]
    problem = "users are in a room before its start_time or after its end_time"
    return seen.broken_by(problem, outside)


def _begun(seen: _Seen) -> Comparison:
    """Nobody joined before, and somebody joined then."""
    early = [
        row
        for row, (join, _) in seen.stays()
        if (opened := seen.opened(row.get("room_id")))
        and join < min(start for start, _ in opened) - MINUTE
    ]
    for room in [*dict.fromkeys(row.get("room_id") for row in early)][:_MOST_ROOMS]:
        there = [row for row in early if row.get("room_id") == room]
        if min(_joins(there)) < min(seen.began(room), default=FOREVER) - MINUTE:
            return seen.broken_by("users joined a room before its start_time", there)
    joins = {(row.get("room_id"), read_time(row.get("join_time"))) for row in seen.users}
    empty = [
        row
        for row in seen.rooms.rows
        if (start := read_time(row.get("start_time")))
        and start in seen.span
        and not any(
            room == row.get("room_id") and join and abs(join - start) <= MINUTE
            for room, join in joins
        )
    ]
    return Comparison(
        seen.rooms.exchange,
        "a room began when nobody joined it" if empty else "",
        "start_time is that of the first join",
        rows_in_words(empty),
    )


def _joins(rows: Sequence[Row]) -> Iterator[dt.datetime]:
    return (join for row in rows if (join := read_time(row.get("join_time"))))


def _open(seen: _Seen) -> Comparison:
    """Whoever is online is in a room that is open."""
    shut = [
        row
        for row, (_, left) in seen.stays()
        if left is None
        and row.get("state") == "ONLINE"
        and all(end is not None for _, end in seen.opened(row.get("room_id")))
    ]
    return seen.broken_by("users are online in a room that is over", shut)


def _times(row: Row, first: str, last: str) -> Times | None:
    start = read_time(row.get(first))
    return None if start is None else (start, read_time(row.get(last)))


def _contains(room: Times, stay: Times) -> bool:
    """Whether a stay lies in the time that a room was open, to the minute."""
    (start, end), (join, leave) = room, stay
    if start - MINUTE > join:
        return False
    return end is None or (leave is not None and leave <= end + MINUTE)


@rules(f"{SCALE}/rule/max-online-agrees")
def test_the_most_at_once_of_a_day(scenario: Scenario) -> None:
    """13.8: the peaks of a day are those that 13.3 shows, but for who comes or goes that minute.

    The day is that of the past week with the most rooms, in which users and peak differ the most.
    """
    rule = scenario.rule(f"{SCALE}/rule/max-online-agrees")
    day = _busiest(scenario)
    for field in PEAKS:

        def look(_: bool, field: str = field) -> Comparison:
            return _peak(scenario, day, field)

        judge(rule, settle(scenario, look))


def _busiest(scenario: Scenario) -> dt.datetime:
    now = today(scenario)
    week = Span(now - 8 * DAY, now - SECOND)
    rows = listing(scenario, ROOMS, time_window(scenario, ROOMS).query(week)).rows
    spans = [times for row in rows if (times := _times(row, "start_time", "end_time"))]
    days = [now - n * DAY for n in range(1, 8)]
    present = [
        sum(start < day + DAY and (end or now) >= day for start, end in spans) for day in days
    ]
    return days[present.index(max(present))]


def _peak(scenario: Scenario, day: dt.datetime, field: str) -> Comparison:
    metric, minutes = PEAKS[field]
    exchange = ask(scenario, SCALE, Span(day, day), metric=[metric])
    row = next((row for row in rows_of(SCALE, exchange.json) if date_of(row) == day), None)
    whole = Span(day, day + DAY - MINUTE)
    asked = {**time_window(scenario, MINUTES).query(whole), "metric": minutes}
    samples = {
        time.replace(second=0): number(sample, "value")
        for sample in listing(scenario, MINUTES, asked).rows
        if (time := read_time(sample.get("time")))
    }
    if row is None or field not in row or not any(samples.values()):
        raise Inconclusive(f"no data: {SCALE} and {MINUTES} do not both show {day:%Y-%m-%d}")
    least, most = _bounds(day, samples, _stays(scenario, day, metric))
    found = number(row, field)
    problem = f"{field} of {day:%Y-%m-%d} is not what {MINUTES} shows by the minute"
    good = least <= found <= most
    return Comparison(exchange, "" if good else problem, f"{least:g} to {most:g}", found)


@dataclass(frozen=True, slots=True)
class _Stays:
    """When users or rooms were there; ``again`` are users who may count once or twice."""

    spans: Sequence[tuple[dt.datetime, dt.datetime]]
    again: int

    def near(self) -> Counter[dt.datetime]:
        """How many came, or how many went, in a minute or in the ones before and after it."""
        found: Counter[dt.datetime] = Counter()
        for times in zip(*self.spans, strict=True):
            moved = Counter(time.replace(second=0) for time in times if time != FOREVER)
            around: Counter[dt.datetime] = Counter()
            for minute, count in moved.items():
                for at in (minute - MINUTE, minute, minute + MINUTE):
                    around[at] += count
            found |= around
        return found

    def most(self, day: dt.datetime, online: float) -> float:
        """The most at once on a day on which ``online`` were there when it began."""
        listed = sum(start <= day <= end for start, end in self.spans)
        ends = [
            (max(time, day), going)
            for span in self.spans
            if span[0] < day + DAY and span[1] >= day
            for going, time in enumerate(span)
        ]
        steps = accumulate(-1 if going else 1 for _, going in sorted(ends))
        return max(steps, default=0) + max(0, online - listed)


def _stays(scenario: Scenario, day: dt.datetime, metric: str) -> _Stays:
    operation, first, last = (USERS, "join_time", "leave_time")
    if metric == "MaxOnlineRoomCount":
        operation, first, last = (ROOMS, "start_time", "end_time")
    around = Span(day - DAY, day + DAY - SECOND)
    rows = listing(scenario, operation, time_window(scenario, operation).query(around)).rows
    rows = [row for row in rows if row.get("state") != "FAIL"]
    spans = [(times[0], times[1] or FOREVER) for row in rows if (times := _times(row, first, last))]
    names = {(row.get("room_id"), row.get("uid")) for row in rows}
    again = len(names) - len({uid for _, uid in names}) if operation == USERS else 0
    return _Stays(spans, again)


def _bounds(
    day: dt.datetime, samples: Mapping[dt.datetime, float], stays: _Stays
) -> tuple[float, float]:
    """Between which numbers the most at once lies, if each sample is true of its minute."""
    near = stays.near()
    every = (day + n * MINUTE for n in range(DAY // MINUTE))
    most = max(samples.get(minute, 0) + near[minute] for minute in every)
    least = max(value - near[minute] for minute, value in samples.items())
    return max(0, least - stays.again), min(most, stays.most(day, samples.get(day, 0)))


@rules(f"{SCALE}/rule/duration-agrees-with-usage")
def test_durations_are_those_of_the_usage(scenario: Scenario) -> None:
    """13.8: how long was talked on a day is told by the usage of that day too (13.7)."""

    def look(_: bool) -> Comparison:
        scale = past_days(scenario, SCALE, metric=[DURATION])
        span = time_window(scenario, SCALE).past(today(scenario))
        usage = ask(scenario, USAGE, span, metric=DURATION)
        talked = _by_day(scale, "communication_duration")
        used = _by_day(usage, "total_duration")
        days = [day for day in talked if day in used]
        if not any(talked[day] or used[day] for day in days):
            raise Inconclusive("no data: nobody talked on the past 31 days")
        wrong = [day for day in days if abs(talked[day] - used[day]) > ROUNDING]
        problem = f"communication_duration of {len(wrong)} days is not the usage of these days"
        return Comparison(
            scale, problem if wrong else "", _shown(wrong, used), _shown(wrong, talked)
        )

    judge(scenario.rule(f"{SCALE}/rule/duration-agrees-with-usage"), settle(scenario, look))


def _by_day(exchange: Exchange, field: str) -> dict[dt.datetime, float]:
    rows = rows_of(SCALE if field == "communication_duration" else USAGE, exchange.json)
    return {day: number(row, field) for row in rows if (day := date_of(row)) and field in row}


def _shown(days: Sequence[dt.datetime], values: Mapping[dt.datetime, float]) -> str:
    return ", ".join(f"{day:%Y-%m-%d}: {values[day]:g}" for day in days[:5])
