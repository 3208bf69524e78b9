"""Chapter 13, sections 13.11 and 13.12: the abnormal events of calls, room by room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.engine.scenario import (
    Inconclusive,
    NotApplicable,
    Rule,
    Scenario,
    answer_excerpt,
    rules,
)
from conformance.model import field_path
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words, rows_not_in, rows_of
from conformance.suite.kit.statistics.time_windows import HOUR, MINUTE, Span, read_time, time_window
from conformance.suite.kit.statistics.user_sessions import near, refused_or_empty

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

EVENT, OF_USER = "ListRtcEvent", "ListRtcAbnormalEvent"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An hour in which something went wrong, and one or two rooms in which it did."""

    query: Mapping[str, Any]
    rooms: tuple[str, ...]
    known: frozenset[str]
    """Every room of the past day in which something went wrong."""


@rules("ListRtcEvent/rule/filter-room-subset", "ListRtcEvent/rule/event-info-json")
def test_events_of_a_room(scenario: Scenario) -> None:
    """With room_id the answer is part of the unfiltered one; the details are JSON (13.11).

    The events of two rooms are so even taken together: none of them is in both. A query without
    room_id may be refused (E-13-event-room-needed).
    """
    trouble = _find_trouble(scenario)

    def ask() -> list[Exchange]:
        rooms = [scenario.make(EVENT, query=_in(trouble, room)) for room in trouble.rooms]
        return [scenario.send(EVENT, query=trouble.query), *rooms]

    asked = ask()
    if not any(rows_of(EVENT, exchange.json) for exchange in asked):
        raise Inconclusive(f"no data: no events in {' and '.join(trouble.rooms)}")
    _judge_details(scenario, asked)
    if asked[0].status != 200:
        scenario.rule("ListRtcEvent/rule/filter-room-subset").not_applicable(
            f"nothing to compare with: without room_id {answer_excerpt(asked[0])}"
        )
        return
    subset = scenario.rule("ListRtcEvent/rule/filter-room-subset")
    judge(subset, settle(scenario, lambda anew: _joined(ask() if anew else asked)))
    _judge_no_room(scenario, subset, EVENT, trouble)


@rules("ListRtcAbnormalEvent/rule/filter-room-subset")
def test_events_of_a_user_in_a_room(scenario: Scenario) -> None:
    """With room_id the answer is of that room; of the same user it has no more events (13.12)."""
    trouble = _find_trouble(scenario)
    rule = scenario.rule("ListRtcAbnormalEvent/rule/filter-room-subset")
    whole = scenario.make(OF_USER, query=trouble.query)
    rooms = {*trouble.rooms, *(str(row["room_id"]) for row in rows_of(OF_USER, whole.json))}

    def look(anew: bool) -> Comparison:
        unfiltered = scenario.make(OF_USER, query=trouble.query) if anew else whole
        return _narrowed(scenario, trouble, sorted(rooms), rows_of(OF_USER, unfiltered.json))

    judge(rule, settle(scenario, look))
    _judge_no_room(scenario, rule, OF_USER, trouble)


def _judge_no_room(scenario: Scenario, rule: Rule, operation: str, trouble: Trouble) -> None:
    """The beginning of the name of a room is no room: it has no events."""
    for other in near(trouble.rooms[0], trouble.known, 1):
        refused_or_empty(scenario, rule, operation, _in(trouble, other))


@rules("ListRtcEvent/rule/hour-unless-single-user")
def test_hours_of_everybody_are_not_served(scenario: Scenario) -> None:
    """13.11: start and end are an hour apart at most, but for a single user, whom nothing names.

    Without a room nobody is single; events of one hour alone, or of one user, break nothing.
    """
    rule = scenario.rule("ListRtcEvent/rule/hour-unless-single-user")
    window = time_window(scenario, EVENT)
    span = window.past(scenario.lab.now(), 23 * HOUR)
    answer = scenario.send(EVENT, query=window.query(span))
    if not rule.permitted(answer) or answer.status != 200:
        return
    rows = rows_of(EVENT, answer.json)
    times = [time for row in rows if (time := read_time(row.get("ctime"))) is not None]
    users = {user for row in rows if (user := _user_of(row))}
    if len(rows) > 1 and not users:
        raise NotApplicable("event_info, of which no table says what is in it, names no user")
    rule.that(
        len(users) < 2 or max(times, default=span.end) - min(times, default=span.end) <= HOUR,
        f"{span} is answered, with events of {len(users)} users",
        expected="an hour at most",
        actual=rows_in_words(rows[:1] + rows[-1:]),
        exchange=answer,
    )


def _user_of(row: Row) -> str:
    text = row.get("event_info")
    details = json.loads(text) if isinstance(text, str) and _is_object(text) else {}
    return str(details.get("uid") or "")


def _joined(asked: Sequence[Exchange]) -> Comparison:
    """The events of single rooms, taken together, are in the unfiltered answer, which is first."""
    whole, *rooms = asked
    rows = [row for exchange in rooms for row in rows_of(EVENT, exchange.json)]
    more = rows_not_in(rows, rows_of(EVENT, whole.json))
    if not more:
        return Comparison(rooms[-1])
    return Comparison(
        rooms[-1],
        "with room_id there are events that are not there without it, or in two rooms",
        expected="each event of a room once among those without room_id",
        actual=rows_in_words(more),
    )


def _narrowed(
    scenario: Scenario, trouble: Trouble, rooms: list[str], unfiltered: list[Row]
) -> Comparison:
    found = False
    users = {(row["room_id"], row["uid"]) for row in unfiltered}
    for room in rooms:
        exchange = scenario.make(OF_USER, query=_in(trouble, room))
        rows = rows_of(OF_USER, exchange.json)
        found = found or bool(rows)
        answered = field_path.read(exchange.json, "room_id")
        if answered != room and (rows or answered != ""):
            return Comparison(exchange, "the answer is of another room", room, answered)
        same = [row for row in rows if (row["room_id"], row["uid"]) in users]
        if more := rows_not_in(same, unfiltered):
            return Comparison(
                exchange,
                f"room_id={room} answers events of the same user that are not there without it",
                expected=rows_in_words(unfiltered),
                actual=rows_in_words(more),
            )
    if not found:
        raise Inconclusive(f"no data: no events in {' and '.join(rooms)}")
    return Comparison(exchange)


def _find_trouble(scenario: Scenario) -> Trouble:
    """The hour of the past day in which 13.13 shows trouble in the most rooms, by events."""
    window = time_window(scenario, "ListRtcAbnormalEvents")
    past = window.past(scenario.lab.now())
    events = [
        (time, str(row.get("room_id")))
        for row in listing(scenario, "ListRtcAbnormalEvents", window.query(past)).rows
        if (time := read_time(row.get("time"))) is not None
    ]
    if not events:
        raise Inconclusive("no data: ListRtcAbnormalEvents shows no events of the past day")
    ends = [min(time + 30 * MINUTE, past.end) for time, _ in events]
    hours = [Span(end - 59 * MINUTE, end) for end in ends]
    rooms = [{room for time, room in events if time in hour} for hour in hours]
    best = max(range(len(hours)), key=lambda n: (len(rooms[n]), -n))
    return Trouble(
        time_window(scenario, EVENT).query(hours[best]),
        rooms=tuple(sorted(rooms[best])[:2]),
        known=frozenset(room for _, room in events),
    )


def _in(trouble: Trouble, room: str) -> dict[str, Any]:
    return {**trouble.query, "room_id": room}


def _judge_details(scenario: Scenario, asked: Sequence[Exchange]) -> None:
    for exchange in asked:
        rows = rows_of(EVENT, exchange.json)
        wrong = [row for row in rows if not _is_object(row.get("event_info"))]
        if rows:
            scenario.rule("ListRtcEvent/rule/event-info-json").that(
                not wrong,
                "event_info is not a JSON object written as text",
                expected='text such as {"uid": "..."}',
                actual=rows_in_words(wrong),
                exchange=exchange,
            )


def _is_object(text: object) -> bool:
    try:
        return isinstance(text, str) and isinstance(json.loads(text), dict)
    except ValueError:
        return False
