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
from conformance.suite.kit.statistics.daily_samples import is_counted, today
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import Row, number, rows_in_words
from conformance.suite.kit.statistics.stays import USERS, stays
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

ROOMS, EVENTS = "ListRtcRoomList", "ListRtcAbnormalEvents"
GROUPS = "ListRtcAbnormalEventDimension"
_MOST = 3
"""How many of those who were there are asked about: one may be an exception."""
_STAY = 3 * MINUTE
"""A stay that every sample of a minute must have seen."""
_DAYS = 4

Query = Mapping[str, Any]
Queries = Callable[[Scenario, SettledWindow], Iterator[Query]]
"""What an operation is asked about of which another one shows that it happened, if any does."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What an operation must have data of; without a ``field`` any row will do."""

    queries: Queries
    field: str | None = None


def _lasting(scenario: Scenario) -> list[Span]:
    """When somebody was in during the past days, the latest first, as far as it is settled."""
    return [when for _, when in _lasting_in_rooms(scenario)]


def _lasting_in_rooms(scenario: Scenario) -> list[tuple[Row, Span]]:
    past = time_window(scenario, USERS).past(scenario.lab.now(), _DAYS * DAY)
    settled = [
        (stay.row, Span(stay.when.start, min(stay.when.end, past.end)))
        for stay in stays(scenario, past)
    ]
    lasting = [one for one in settled if one[1].end - one[1].start >= _STAY]
    return sorted(lasting, key=lambda one: one[1].end, reverse=True)


def _is_recent(scenario: Scenario, when: Span) -> bool:
    return when.start >= scenario.lab.now() - DAY + HOUR


def _listed(witness: str, is_use: Callable[[Row], bool]) -> Queries:
    """The longest span, if the witness has shown something of the past day."""

    def queries(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
        past = time_window(scenario, witness).query(_past_day(scenario))
        if any(map(is_use, listing(scenario, witness, past).rows)):
            yield window.query(window.past(scenario.lab.now()))

    return queries


def _past_day(scenario: Scenario) -> Span:
    return time_window(scenario, EVENTS).past(scenario.lab.now())


def _when_in(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The minutes in the middle of a stay."""
    for when in _lasting(scenario):
        if _is_recent(scenario, when):
            yield window.query(_middle(when))


def _when_joining(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The minutes in which somebody joined."""
    for when in _lasting(scenario):
        if _is_recent(scenario, when):
            yield window.query(_around(when.start))


def _middle(when: Span) -> Span:
    return _around(when.start + (when.end - when.start) / 2)


def _around(moment: dt.datetime) -> Span:
    minute = moment.replace(second=0, microsecond=0)
    return Span(minute - MINUTE, minute + MINUTE)


def _days_of(scenario: Scenario, window: SettledWindow) -> Iterator[Query]:
    """The past days on which two were in a room, once they have been counted."""
    past = [today(scenario) - n * DAY for n in range(1, _DAYS)]
    together = [*_together(_lasting_in_rooms(scenario))]
    for day in (it for it in past if is_counted(scenario, it)):
        if any(span.start >= day and span.end < day + DAY for span in together):
            yield window.query(Span(day, day))


def _together(lasting: Sequence[tuple[Row, Span]]) -> Iterator[Span]:
    """When two users were in one room: whether somebody alone talks is not said."""
    by_room: dict[object, list[tuple[object, Span]]] = defaultdict(list)
    for row, span in lasting:
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
    for row, when in _lasting_in_rooms(scenario):
        if _is_recent(scenario, when):
            room = {"room_id": str(row.get("room_id")), "mid": ["all"]}
            yield {**room, **window.query(_middle(when))}


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
    ROOMS: _Use(_listed(USERS, lambda row: row.get("state") != "FAIL")),
    USERS: _Use(_listed(ROOMS, bool)),
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
    EVENTS: _Use(_listed(GROUPS, lambda row: number(row, "user_count") > 0)),
    GROUPS: _Use(_listed(EVENTS, bool), "user_count"),
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
            f"rows for {'&'.join(f'{name}={value}' for name, value in query.items())}",
            rows_in_words(found.rows),
        )

    judge(scenario.rule(f"{operation}/rule/data-of-use"), settle(scenario, look))


def _window(scenario: Scenario, operation: str) -> SettledWindow:
    named = operation if operation != "ListRtcRealtimeScaleDimension" else "ListRtcRealtimeScale"
    return time_window(scenario, named)
