"""Chapter 13: what one operation shows to have happened, the others have data of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import pytest

from conformance.engine.scenario import NotApplicable, Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.daily_samples import today
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import Row, number, rows_in_words
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    MINUTE,
    SettledWindow,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

ROOMS, USERS, EVENTS = "ListRtcRoomList", "ListRtcUserList", "ListRtcAbnormalEvents"
GROUPS = "ListRtcAbnormalEventDimension"
_MOST = 3
"""How many of those who were there are asked about: one may be an exception."""
_STAY = 3 * MINUTE
"""A stay that every sample of a minute must have seen."""
_DAYS = 4
_COUNTED = dt.timedelta(hours=12)
"""How long after its end a day may be missing: no sentence says when it has been counted."""

Query = Mapping[str, Any]
Queries = Callable[[Scenario, SettledWindow], Iterator[Query]]
"""What an operation is asked about of which another one shows that it happened, if any does."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What an operation must have data of; without a ``field`` any row will do."""

    queries: Queries
    field: str | None = None


def _stays(scenario: Scenario) -> list[tuple[Row, Span]]:
    """Who was in a room during the past days (13.2), the latest first, as long as it is settled."""
    window = time_window(scenario, USERS)
    past = window.past(scenario.lab.now(), _DAYS * DAY)
    stays = []
    for row in listing(scenario, USERS, window.query(past)).rows:
        joined, left = read_time(row.get("join_time")), read_time(row.get("leave_time"))
        span = Span(joined or past.end, min(left or past.end, past.end))
        if row.get("state") != "FAIL" and span.end - span.start >= _STAY:
            stays.append((row, span))
    return sorted(stays, key=lambda stay: stay[1].end, reverse=True)


def _recent_stays(scenario: Scenario) -> Iterator[tuple[Row, Span]]:
    since = scenario.lab.now() - DAY + HOUR
    return (stay for stay in _stays(scenario) if stay[1].start >= since)


def _whole(scenario: Scenario, window: SettledWindow, witness: str) -> Iterator[Query]:
    """The longest span, of which the witness has something."""
    found = listing(scenario, witness, time_window(scenario, witness).query(_past_day(scenario)))
    if any(number(row, "user_count") for row in found.rows) or (found.rows and witness != GROUPS):
        yield window.query(window.past(scenario.lab.now()))


def _past_day(scenario: Scenario) -> Span:
    return time_window(scenario, EVENTS).past(scenario.lab.now())


def _when_in(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The minutes in the middle of a stay."""
    for _, stay in _recent_stays(scenario):
        yield window.query(_around(stay.start + (stay.end - stay.start) / 2))


def _when_joining(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The minutes in which somebody joined."""
    return (window.query(_around(stay.start)) for _, stay in _recent_stays(scenario))


def _around(moment: dt.datetime) -> Span:
    minute = moment.replace(second=0, microsecond=0)
    return Span(minute - MINUTE, minute + MINUTE)


def _days_of(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The past days on which two were in a room, once they have been counted."""
    now = scenario.lab.now()
    past = [today(scenario) - n * DAY for n in range(1, _DAYS)]
    together = [*_together(_stays(scenario))]
    for day in (it for it in past if it + DAY + _COUNTED <= now):
        if any(span.start >= day and span.end < day + DAY for span in together):
            yield window.query(Span(day, day))


def _together(stays: Sequence[tuple[Row, Span]]) -> Iterator[Span]:
    """When two users were in one room: whether somebody alone talks is not said."""
    by_room: dict[object, list[tuple[object, Span]]] = defaultdict(list)
    for row, span in stays:
        by_room[row.get("room_id")].append((row.get("uid"), span))
    for there in by_room.values():
        for (user, first), (other, second) in combinations(there, 2):
            both = Span(max(first.start, second.start), min(first.end, second.end))
            if user != other and both.end - both.start >= _STAY:
                yield both


def _moments(scenario: Scenario, _: SettledWindow) -> Iterator[Query]:
    """The minute in the middle of a stay, which is a parameter of its own (13.4)."""
    window = time_window(scenario, "ListRtcRealtimeScale")
    for query in _when_in(scenario, window):
        start = dt.datetime.fromisoformat(query[window.start])
        yield {"time": window.write(start + MINUTE)}


def _measured(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The rooms in which somebody was, in the middle of the stay."""
    for row, stay in _recent_stays(scenario):
        middle = window.query(_around(stay.start + (stay.end - stay.start) / 2))
        yield {"room_id": str(row.get("room_id")), "mid": ["all"], **middle}


def _troubled(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The rooms of which 13.13 shows abnormal events, around their time."""
    past = time_window(scenario, EVENTS).query(_past_day(scenario))
    for row in listing(scenario, EVENTS, past).rows:
        time = read_time(row.get("time"))
        if time is not None and row.get("room_id"):
            around = Span(time - 20 * MINUTE, time + 20 * MINUTE)
            yield {"room_id": str(row["room_id"]), **window.query(around)}


def _with(more: Query, queries: Queries) -> Queries:
    return lambda scenario, window: ({**query, **more} for query in queries(scenario, window))


USES: Mapping[str, _Use] = {
    ROOMS: _Use(lambda scenario, window: _whole(scenario, window, USERS)),
    USERS: _Use(lambda scenario, window: _whole(scenario, window, ROOMS)),
    "ListRtcRealtimeScale": _Use(_with({"metric": "OnlineUsers"}, _when_in), "value"),
    "ListRtcRealtimeScaleDimension": _Use(
        _with({"metric": "OnlineUsers", "dimension": "region"}, _moments), "online_users"
    ),
    "ListRtcRealtimeQuality": _Use(_with({"metric": "JoinSuccessRate"}, _when_joining), "value"),
    "ListRtcRealtimeNetwork": _Use(_with({"metric": "AudioUpstreamExcellentTransRate"}, _when_in)),
    "ListRtcHistoryUsage": _Use(
        _with({"metric": "CommunicationDuration"}, _days_of), "total_duration"
    ),
    "ListRtcHistoryScale": _Use(_with({"metric": "SessionCount"}, _days_of), "session_count"),
    "ListRtcHistoryQuality": _Use(
        _with({"metric": "JoinSuccessRate"}, _days_of), "join_success_rate"
    ),
    "ListRtcClientQosDetails": _Use(_measured),
    "ListRtcEvent": _Use(_troubled),
    "ListRtcAbnormalEvent": _Use(_troubled),
    EVENTS: _Use(lambda scenario, window: _whole(scenario, window, GROUPS)),
    GROUPS: _Use(lambda scenario, window: _whole(scenario, window, EVENTS), "user_count"),
}


@for_each(USES.keys(), "data-of-use")
def test_there_is_data_of_what_happened(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: who answers nothing of anybody whom others show has computed nothing.

    Some are asked about, and data of one of them will do.
    """
    use = USES[operation]

    def look(_: bool) -> Comparison:
        window = _window(scenario, operation)
        asked: Sequence[Query] = [*islice(use.queries(scenario, window), _MOST)]
        if not asked:
            raise NotApplicable("no other operation shows anybody to ask about")
        for query in asked:
            found = listing(scenario, operation, query)
            if any(use.field is None or number(row, use.field) for row in found.rows):
                return Comparison(found.exchange)
        return Comparison(
            found.exchange,
            f"there is nothing in {len(asked)} answers about what others show to have happened",
            f"rows, as in {', '.join(_told(query) for query in asked[-1:])}",
            rows_in_words(found.rows),
        )

    judge(scenario.rule(f"{operation}/rule/data-of-use"), settle(scenario, look))


def _window(scenario: Scenario, operation: str) -> SettledWindow:
    named = operation if operation != "ListRtcRealtimeScaleDimension" else "ListRtcRealtimeScale"
    return time_window(scenario, named)


def _told(query: Query) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())
