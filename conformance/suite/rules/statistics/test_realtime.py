"""Chapter 13, sections 13.3 and 13.4: what goes on, minute by minute and at one moment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, has_data, listing
from conformance.suite.kit.statistics.rows import Row, is_empty, number, rows_in_words, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    FOREVER,
    HOUR,
    MINUTE,
    Span,
    read_time,
    time_window,
)
from conformance.suite.kit.statistics.user_sessions import near, refused_or_empty

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

SCALE = "ListRtcRealtimeScale"
DIMENSION, ROOMS = "ListRtcRealtimeScaleDimension", "ListRtcRoomList"
DIMENSIONS = ("region", "access_net", "platform", "sdk")
Values = Mapping[dt.datetime, float]
_AROUND = (-2, -1, 1, 2)
"""Minutes around a moment in which nothing may change for it to be a quiet one."""
_APART = dt.timedelta(minutes=10)
"""Between two moments that are to differ."""


@rules(
    f"{SCALE}/rule/rooms-not-more-than-users",
    f"{SCALE}/rule/filter-room-bounded",
    f"{SCALE}/rule/room-count-agrees",
)
def test_rooms_and_users_by_the_minute(scenario: Scenario) -> None:
    """13.3: an open room has a user; one room is one of all; the list of rooms shows as many."""
    span = _past_hour(scenario)
    rooms = _rooms(scenario)
    users, _ = _scale(scenario, span, "OnlineUsers")
    open_rooms, rooms_of = _scale(scenario, span, "RoomCount")
    if not any(users.values()) and not any(open_rooms.values()):
        raise Inconclusive(f"no data: nobody is online in {span}")
    _compared(
        scenario,
        f"{SCALE}/rule/rooms-not-more-than-users",
        open_rooms,
        users,
        rooms_of,
        "more rooms are open than users online",
    )
    room = _room_in(scenario, rooms, span)
    mine, mine_of = _scale(scenario, span, "OnlineUsers", room_id=room)
    one, one_of = _scale(scenario, span, "RoomCount", room_id=room)
    bounded = f"{SCALE}/rule/filter-room-bounded"
    _compared(scenario, bounded, mine, users, mine_of, f"room {room} alone has more users than all")
    shared = [time for time, count in open_rooms.items() if count > 1 and users.get(time)]
    scenario.rule(bounded).that(
        mine != users or len(shared) < 3,
        f"room {room} has all users, though other rooms are open",
        expected="fewer users than without room_id",
        actual=rows_in_words(mine_of.rows),
        exchange=mine_of.exchange,
    )
    for other in near(str(room), {str(row.get("room_id")) for row in rooms}, 2):
        query = {**time_window(scenario, SCALE).query(span), "metric": "OnlineUsers"}
        refused_or_empty(scenario, scenario.rule(bounded), SCALE, {**query, "room_id": other})
    _compared(
        scenario,
        bounded,
        one,
        {time: min(count, 1) for time, count in open_rooms.items()},
        one_of,
        f"room {room} alone is more than one room, or more than all",
    )
    agrees = scenario.rule(f"{SCALE}/rule/room-count-agrees")
    for narrow, seen in (({}, (open_rooms, rooms_of)), ({"room_id": str(room)}, (one, one_of))):

        def look(
            again: bool, narrow: dict[str, str] = narrow, seen: tuple[Values, Listing] = seen
        ) -> Comparison:
            counts = _scale(scenario, span, "RoomCount", **narrow) if again else seen
            return _counted(_rooms(scenario) if again else rooms, *counts, narrow.get("room_id"))

        judge(agrees, settle(scenario, look))


def _counted(rooms: Sequence[Row], counts: Values, found: Listing, room: str | None) -> Comparison:
    """RoomCount lies between the rooms that were open around the minute and in any part of it."""
    spans = [_open(row) for row in rooms if room in (None, row.get("room_id"))]
    for minute, count in counts.items():
        before, after = minute - MINUTE, minute + MINUTE
        least = sum(start <= before and end >= after for start, end in spans)
        most = sum(start <= after and end >= before for start, end in spans)
        if not least <= count <= most:
            where = f"room {room}" if room else "all rooms"
            return Comparison(
                found.exchange,
                f"RoomCount of {minute:%H:%M} is not that of the list of rooms",
                f"{least} to {most} for {where}",
                count,
            )
    return Comparison(found.exchange)


@rules(
    f"{DIMENSION}/rule/ranked-by-users",
    f"{DIMENSION}/rule/most-users-first",
    f"{DIMENSION}/rule/time-selects",
    f"{DIMENSION}/rule/dimension-values-unique",
    f"{DIMENSION}/rule/region-values-known",
    f"{DIMENSION}/rule/sum-agrees-with-scale",
    f"{DIMENSION}/rule/filter-room-bounded",
    f"{DIMENSION}/rule/same-query-same-answer",
)
def test_a_moment_by_dimension(scenario: Scenario) -> None:
    """13.4: each dimension shares the users online out, ranked, each value once.

    The moment is that of the past hour with the most users online.
    """
    span = _past_hour(scenario)
    users, _ = _scale(scenario, span, "OnlineUsers")
    moment = max(users, key=lambda time: users[time], default=span.end)
    if not users.get(moment):
        raise Inconclusive(f"no data: nobody is online in {span}")
    shares = {name: _shares(scenario, moment, dimension=name) for name in DIMENSIONS}
    for name, found in shares.items():
        _ranked(scenario, name, found)
        _shared_out(scenario, name, moment, (found, users[moment]))
    known = {*scenario.lab.contract.regions, *scenario.lab.contract.regions.values()}
    strange = [row for row in shares["region"].rows if str(row.get("dimension")) not in known]
    scenario.rule(f"{DIMENSION}/rule/region-values-known").that(
        not strange,
        "a region is not in table 14-2",
        expected="a name or an abbreviation",
        actual=rows_in_words(strange),
        exchange=shares["region"].exchange,
    )
    before = shares["region"]

    def once_more(again: bool) -> Comparison:
        first = _shares(scenario, moment, dimension="region") if again else before
        second = _shares(scenario, moment, dimension="region")
        problem = "" if first.rows == second.rows else "the same query has another answer"
        return Comparison(
            second.exchange, problem, rows_in_words(first.rows, 9), rows_in_words(second.rows, 9)
        )

    judge(scenario.rule(f"{DIMENSION}/rule/same-query-same-answer"), settle(scenario, once_more))
    _another_moment(scenario, moment, shares["region"])
    _room_of_a_moment(scenario, moment, shares)


def _another_moment(scenario: Scenario, known: dt.datetime, seen: Listing) -> None:
    """At the moment of the past day with the fewest users few are shown, and these shared out.

    Nobody comes or goes around it. What is shown may be of viewers alone, and a user of two rooms
    may count twice (E-13-online-viewers): only more than twice the users are of another time.
    """
    selects = scenario.rule(f"{DIMENSION}/rule/time-selects")
    day = time_window(scenario, SCALE).past(scenario.lab.now(), DAY)
    users, _ = _scale(scenario, day, "OnlineUsers")
    quiet = [
        time
        for time, count in users.items()
        if abs(time - known) >= _APART
        and all(users.get(time + n * MINUTE) == count for n in _AROUND)
    ]
    moment = min(quiet, key=lambda time: (users[time], known - time), default=None)
    if moment is None or _sum(seen) <= 2 * users[moment]:
        selects.inconclusive("no data: about as many users were online all day")
        return

    def look(_: bool) -> Comparison:
        found = _shares(scenario, moment, dimension="region")
        shown = _sum(found)
        return Comparison(
            found.exchange,
            f"{shown:g} users are shown at {moment:%Y-%m-%dT%H:%M:%SZ}, when fewer were online"
            if shown > 2 * users[moment]
            else "",
            f"those of {users[moment]:g} users, not the {_sum(seen):g} of {known:%H:%M}",
            rows_in_words(found.rows, 9),
        )

    judge(selects, settle(scenario, look))


def _room_of_a_moment(
    scenario: Scenario, moment: dt.datetime, shares: Mapping[str, Listing]
) -> None:
    """One room has no more of any value than all, and not all where others have users too."""
    room = _room_in(scenario, _rooms(scenario), Span(moment, moment))
    alone = _scale(scenario, Span(moment, moment + MINUTE), "OnlineUsers", room_id=room)[0]
    for name in ("region", "sdk"):
        found = _shares(scenario, moment, dimension=name, room_id=room)
        every = {
            str(row.get("dimension")): number(row, "online_users") for row in shares[name].rows
        }
        more = [
            row
            for row in found.rows
            if number(row, "online_users") > every.get(str(row.get("dimension")), 0)
        ]
        ignored = _sum(found) == sum(every.values()) > alone.get(moment, 0) > 0
        problem = f"by {name}, room {room} has more users of a value than all rooms"
        if ignored:
            problem = f"by {name}, room {room} has the users of all rooms"
        scenario.rule(f"{DIMENSION}/rule/filter-room-bounded").that(
            not more and not ignored,
            problem,
            expected=f"at most {every}, in all {alone}",
            actual=rows_in_words(found.rows, 9),
            exchange=found.exchange,
        )


def _ranked(scenario: Scenario, name: str, found: Listing) -> None:
    counts = [number(row, "online_users") for row in found.rows]
    descending, ascending = sorted(counts, reverse=True), sorted(counts)
    scenario.rule(f"{DIMENSION}/rule/ranked-by-users").that(
        counts in (descending, ascending),
        f"by {name}, the values are not in the order of their users",
        expected=descending,
        actual=counts,
        exchange=found.exchange,
    )
    scenario.rule(f"{DIMENSION}/rule/most-users-first").that(
        counts != ascending or ascending == descending,
        f"by {name}, a value with fewer users comes before one with more",
        expected=descending,
        actual=counts,
        exchange=found.exchange,
    )
    values = Counter(str(row.get("dimension")) for row in found.rows)
    twice = [value for value, count in values.items() if count > 1]
    scenario.rule(f"{DIMENSION}/rule/dimension-values-unique").that(
        not twice,
        f"by {name}, a value is listed twice",
        expected="each once",
        actual=twice,
        exchange=found.exchange,
    )


def _shared_out(
    scenario: Scenario, name: str, moment: dt.datetime, seen: tuple[Listing, float]
) -> None:
    """The users of all values together are those whom 13.3 counts in that minute."""

    def look(again: bool) -> Comparison:
        shares, online = seen
        if again:
            shares = _shares(scenario, moment, dimension=name)
            online = _scale(scenario, Span(moment, moment + MINUTE), "OnlineUsers")[0].get(
                moment, 0
            )
        same = online == _sum(shares)
        problem = "" if same else f"by {name}, the values do not add up to OnlineUsers"
        return Comparison(
            shares.exchange, problem, online, f"{_sum(shares)}: {rows_in_words(shares.rows, 9)}"
        )

    judge(scenario.rule(f"{DIMENSION}/rule/sum-agrees-with-scale"), settle(scenario, look))


@rules(f"{DIMENSION}/rule/future-time-empty-or-refused")
def test_a_moment_in_the_future(scenario: Scenario) -> None:
    """13.4: of a moment that has not come there is nothing to answer."""
    rule = scenario.rule(f"{DIMENSION}/rule/future-time-empty-or-refused")
    moment = time_window(scenario, SCALE).write(scenario.lab.now() + HOUR)
    answer = scenario.send(DIMENSION, query={"time": moment})
    if rule.permitted(answer) and answer.status == 200:
        rows = rows_of(DIMENSION, answer.json)
        if is_empty(rows) and not has_data(scenario, DIMENSION):
            raise Inconclusive("no data: the present has none either")
        rule.that(
            is_empty({"value": row.get("online_users")} for row in rows),
            f"users are shown at {moment}, which has not come",
            expected="no data",
            actual=rows_in_words(rows),
            exchange=answer,
        )


def _compared(
    scenario: Scenario, identifier: str, low: Values, high: Values, found: Listing, problem: str
) -> None:
    """In no minute that both have is a value of ``low`` above that of ``high``."""
    wrong = [time for time in low if time in high and low[time] > high[time]]
    shown = "; ".join(f"{time:%H:%M}: {low[time]} > {high[time]}" for time in wrong[:4])
    scenario.rule(identifier).that(
        not wrong,
        f"{problem}, in {len(wrong)} minutes",
        expected="no minute of that kind",
        actual=shown,
        exchange=found.exchange,
    )


def _past_hour(scenario: Scenario) -> Span:
    return time_window(scenario, SCALE).past(scenario.lab.now(), HOUR)


def _scale(scenario: Scenario, span: Span, metric: str, **narrow: str) -> tuple[Values, Listing]:
    query = {**time_window(scenario, SCALE).query(span), "metric": metric, **narrow}
    found = listing(scenario, SCALE, query)
    return _values(found.rows), found


def _shares(scenario: Scenario, moment: dt.datetime, **narrow: str) -> Listing:
    time = time_window(scenario, SCALE).write(moment)
    return listing(scenario, DIMENSION, {"metric": "OnlineUsers", "time": time, **narrow})


def _values(rows: Sequence[Row]) -> dict[dt.datetime, float]:
    return {
        time: row["value"]
        for row in rows
        if (time := read_time(row.get("time"))) and isinstance(row.get("value"), (int, float))
    }


def _sum(found: Listing) -> float:
    return sum(number(row, "online_users") for row in found.rows)


def _rooms(scenario: Scenario) -> Sequence[Row]:
    """Every room that the list of rooms can show."""
    window = time_window(scenario, ROOMS)
    return listing(scenario, ROOMS, window.query(window.past(scenario.lab.now()))).rows


def _open(row: Row) -> tuple[dt.datetime, dt.datetime]:
    """From when to when a room was open; a room that is open has no end."""
    start = read_time(row.get("start_time")) or FOREVER
    return start, read_time(row.get("end_time")) or FOREVER


def _room_in(scenario: Scenario, rooms: Sequence[Row], span: Span) -> Any:
    """A room that was open throughout a span, or at least in a part of it."""
    spans = [(row, *_open(row)) for row in rooms]
    within = [row for row, start, end in spans if start <= span.start and end > span.end]
    within = within or [row for row, start, end in spans if start < span.end and end > span.start]
    if not within:
        raise Inconclusive(f"no data: the list of rooms shows none that was open in {span}")
    return scenario.lab.random.choice(within).get("room_id")
