"""Chapter 13, section 13.14: how many users had bad experiences, by kind and by cause."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import repeat

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.abnormal_events import (
    BOTH,
    CAUSE,
    KIND,
    descriptions_of,
    number_of,
    past_span,
)
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words, rows_not_in, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    MINUTE,
    SECOND,
    Span,
    read_time,
    time_window,
)
from conformance.suite.kit.statistics.user_sessions import near, refused_or_empty

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

_NO_CHANCE = 3
"""So many users in groups that count as many as there are events are no chance.

An event may affect more users than it names: two of them, and two events of one user, say nothing.
"""

GROUPS, EVENTS = "ListRtcAbnormalEventDimension", "ListRtcAbnormalEvents"
DIMENSIONS: Mapping[str, tuple[str, ...]] = {KIND: (KIND,), CAUSE: (CAUSE,), BOTH: (KIND, CAUSE)}
"""Values of dimension, and the numbers that a group has by each (table 13-97)."""

_DAYS = 4
"""How many days are looked at for events that tell: those of five days can be asked for (7295)."""

Group = tuple[object, ...]
Answers = Mapping[str, Exchange]

_USERS_OF_EVENTS: Sequence[Callable[[Row], set[Group]]] = (
    lambda row: {(row.get("uid"),)},
    lambda row: {(row.get("room_id"), row.get("uid"))},
    lambda row: {(row.get("uid"),), (row.get("peer_uid") or row.get("uid"),)},
    lambda row: {(row.get("room_id"), row.get(it) or row.get("uid")) for it in ("uid", "peer_uid")},
)
"""Whom an event affects, in each reading: its user, or its peer too, once or in every room."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An answer by kind, or by kind and cause, and the events that it counts the users of."""

    what: str
    exchange: Exchange
    events: Sequence[Row]
    dimension: str = BOTH

    @property
    def counts(self) -> dict[Group, int]:
        """The users of each group."""
        return _counts(self.exchange, self.dimension)


@rules(
    "ListRtcAbnormalEventDimension/rule/dimension-selects-fields",
    "ListRtcAbnormalEventDimension/rule/groups-unique",
    "ListRtcAbnormalEventDimension/rule/one-description-per-number",
    "ListRtcAbnormalEventDimension/rule/dimension-default",
    "ListRtcAbnormalEventDimension/rule/several-equal-each",
)
def test_dimension_chooses_the_groups(scenario: Scenario) -> None:
    """Users are grouped by kind, by cause, or by both; these three agree (13.14)."""
    window = time_window(scenario, GROUPS)
    query = window.query(past_span(scenario))

    def ask() -> Answers:
        return {it: scenario.make(GROUPS, query={**query, "dimension": it}) for it in DIMENSIONS}

    def by_default(anew: bool) -> Comparison:
        return _default(scenario.make(GROUPS, query=query), ask() if anew else grouped)

    grouped = ask()
    if not any(rows_of(GROUPS, exchange.json) for exchange in grouped.values()):
        raise Inconclusive("no data: no abnormal events of the past day are counted")
    for dimension, exchange in grouped.items():
        _judge_groups(scenario, dimension, exchange)
    judge(scenario.rule(f"{GROUPS}/rule/dimension-default"), settle(scenario, by_default))
    judge(
        scenario.rule(f"{GROUPS}/rule/several-equal-each"),
        settle(scenario, lambda anew: _both_and_each(ask() if anew else grouped)),
    )


@rules(
    "ListRtcAbnormalEventDimension/rule/filter-room-bounded",
    "ListRtcAbnormalEventDimension/rule/narrower-window-bounded",
    "ListRtcAbnormalEventDimension/rule/user-count-agrees",
)
def test_groups_count_users(scenario: Scenario) -> None:
    """Groups count the users of the events of 13.13, fewer in a room or a shorter span (13.14)."""
    everything, in_room, shorter, _ = counted = _ask(scenario)
    bounded = scenario.rule(f"{GROUPS}/rule/filter-room-bounded")
    narrower = scenario.rule(f"{GROUPS}/rule/narrower-window-bounded")
    for rule, part in ((bounded, in_room), (narrower, shorter)):
        more = {
            group: count
            for group, count in part.counts.items()
            if count > everything.counts.get(group, 0)
        }
        rule.that(
            not more,
            f"{part.what}, groups have more users than in {everything.what}",
            expected=f"at most { {group: everything.counts.get(group, 0) for group in more} }",
            actual=more,
            exchange=part.exchange,
        )
    rooms = {str(row.get("room_id")) for row in everything.events}
    unknown = near(min(rooms), rooms, 1) or [scenario.name("room")]
    query = {**_both(scenario, past_span(scenario)), "room_id": unknown[0]}
    refused_or_empty(scenario, bounded, GROUPS, query)
    judge(
        scenario.rule(f"{GROUPS}/rule/user-count-agrees"),
        settle(scenario, lambda anew: _agree(_ask(scenario) if anew else counted)),
    )


@rules(f"{GROUPS}/rule/user-count-within-users")
def test_groups_do_not_count_events(scenario: Scenario) -> None:
    """13.14: users are counted, not events, of which one user may have many.

    Users are whom the events name, as user or as peer, once or in every room. Whoever counts none
    of these, but as many as there are events in every group, has counted events. What one day
    cannot tell an earlier one may.
    """
    day = past_span(scenario)

    def look(_: bool) -> Comparison:
        kept: list[Counted] = []
        for days in range(_DAYS):
            kept += _inside(scenario, day.moved(-days * DAY))
            told = [_users_or_events(kept, dimension) for dimension in (KIND, BOTH)]
            found = [one for one in told if one is not None]
            if any(one.problem for one in found) or len(found) == len(told):
                return next((one for one in found if one.problem), found[0])
        if found:
            return found[0]
        raise Inconclusive(f"no data: in {_DAYS} days there are about as many events as users")

    judge(scenario.rule(f"{GROUPS}/rule/user-count-within-users"), settle(scenario, look))


def _inside(scenario: Scenario, day: Span) -> list[Counted]:
    """The users by kind, and by kind and cause, of all of a day but its ends; and the events."""
    events = listing(scenario, EVENTS, time_window(scenario, EVENTS).query(day)).rows
    timed = [(row, time) for row in events if (time := read_time(row.get("time"))) is not None]
    inner = _between(day, {time for _, time in timed})
    within = [row for row, time in timed if time in inner]
    if not within:
        return []
    query = _both(scenario, inner)
    asked = {it: scenario.make(GROUPS, query={**query, "dimension": it}) for it in (KIND, BOTH)}
    return [Counted(f"by {it}, {inner}", asked[it], within, it) for it in asked]


def _between(day: Span, times: Set[dt.datetime]) -> Span:
    """All of a day but its ends, where ends are no event's time: whether they count is open."""
    inner = Span(day.start + MINUTE, day.end - MINUTE)
    while times & {inner.start, inner.end}:
        inner = Span(inner.start + SECOND, inner.end - SECOND)
    return inner


def _users_or_events(kept: Sequence[Counted], dimension: str) -> Comparison | None:
    """Whether groups of a dimension count users or events; None if these are about as many."""
    of_it = [counted for counted in kept if counted.dimension == dimension]
    beyond = next((one for one in of_it if _beyond(one)), None)
    if beyond is None and any(one.counts != _events(one) for one in of_it):
        return Comparison(next(one for one in of_it if one.counts != _events(one)).exchange)
    far = min(sum(map(_excess, of_it, repeat(user))) for user in _USERS_OF_EVENTS)
    if beyond is None and far < _NO_CHANCE:
        return None
    worst = beyond or max(of_it, key=lambda it: _excess(it, _USERS_OF_EVENTS[0]))
    return Comparison(
        worst.exchange,
        f"{worst.what}: user_count is the number of events in {EVENTS}, not of their users",
        expected=f"users of these events: {_named(worst, _USERS_OF_EVENTS[0])}",
        actual=worst.counts,
    )


def _events(counted: Counted) -> dict[Group, int]:
    return dict(Counter(_group(row, counted.dimension) for row in counted.events))


def _beyond(counted: Counted) -> bool:
    """Whether groups with more users than there are in any reading have as many as events."""
    most = [_named(counted, user) for user in _USERS_OF_EVENTS]
    events, counts = _events(counted), counted.counts
    more = {it: many for it, many in counts.items() if many > max(one[it] for one in most)}
    are_events = all(events.get(group) == many for group, many in more.items())
    return are_events and sum(more.values()) >= _NO_CHANCE


def _excess(counted: Counted, users: Callable[[Row], set[Group]]) -> int:
    named = _named(counted, users)
    return sum(abs(count - named[group]) for group, count in counted.counts.items())


def _named(counted: Counted, users: Callable[[Row], set[Group]]) -> Mapping[Group, int]:
    named: dict[Group, set[Group]] = {group: set() for group in counted.counts}
    for row in counted.events:
        named.setdefault(_group(row, counted.dimension), set()).update(users(row))
    return {group: len(them) for group, them in named.items()}


def _ask(scenario: Scenario) -> tuple[Counted, Counted, Counted, Counted]:
    """The users and events of the past day, of one room in it, of its later part, and by kind."""
    day = past_span(scenario)
    events = listing(scenario, EVENTS, time_window(scenario, EVENTS).query(day)).rows
    times = sorted(time for row in events if (time := read_time(row.get("time"))) is not None)
    if not times:
        raise Inconclusive("no data: there are no abnormal events of the past day")
    rooms = Counter(str(row.get("room_id")) for row in events)
    room = min(rooms, key=lambda it: (rooms[it], it))
    there = [row for row in events if row.get("room_id") == room]
    later = Span(times[len(times) // 2], day.end)
    then = [row for row in events if (time := read_time(row.get("time"))) and time in later]
    whole, part = _both(scenario, day), _both(scenario, later)
    by_kind = scenario.make(GROUPS, query={**whole, "dimension": KIND})
    in_room = scenario.make(GROUPS, query={**whole, "room_id": room})
    return (
        Counted(f"all of {day}", scenario.make(GROUPS, query=whole), events),
        Counted(f"room {room}", in_room, there),
        Counted(f"only {later}", scenario.make(GROUPS, query=part), then),
        Counted(f"all of {day} by kind alone", by_kind, events, KIND),
    )


def _both(scenario: Scenario, span: Span) -> dict[str, str]:
    return {**time_window(scenario, GROUPS).query(span), "dimension": BOTH}


def _judge_groups(scenario: Scenario, dimension: str, exchange: Exchange) -> None:
    rows = rows_of(GROUPS, exchange.json)
    wanted = {it for name in DIMENSIONS[dimension] for it in (name, f"{name}_desc")}
    lacking = [
        row for row in rows if not wanted <= row.keys() or (KIND in wanted and not row[KIND])
    ]
    scenario.rule(f"{GROUPS}/rule/dimension-selects-fields").that(
        bool(rows) and not lacking,
        f"dimension={dimension}: a group lacks what it is a group of",
        expected=", ".join(sorted(wanted)),
        actual=rows_in_words(lacking),
        exchange=exchange,
    )
    groups = Counter(_group(row, dimension) for row in rows)
    twice = [group for group, count in groups.items() if count > 1]
    scenario.rule(f"{GROUPS}/rule/groups-unique").that(
        not twice,
        f"dimension={dimension}: a group is listed more than once",
        expected="once",
        actual=twice,
        exchange=exchange,
    )
    told = descriptions_of(rows, DIMENSIONS[dimension])
    scenario.rule(f"{GROUPS}/rule/one-description-per-number").that(
        not told,
        f"dimension={dimension}: a number has two descriptions",
        expected="one description for each number",
        actual="; ".join(told),
        exchange=exchange,
    )


def _default(without: Exchange, grouped: Answers) -> Comparison:
    found = rows_of(GROUPS, without.json)
    for exchange in grouped.values():
        wanted = rows_of(GROUPS, exchange.json)
        if not rows_not_in(found, wanted) and not rows_not_in(wanted, found):
            return Comparison(without)
    return Comparison(
        without,
        "without dimension, the groups are not by kind, by cause, or by both",
        expected=f"what dimension={', '.join(DIMENSIONS)} answers",
        actual=rows_in_words(found),
    )


def _both_and_each(grouped: Answers) -> Comparison:
    """The groups by both are refinements of the groups by each, and cover them."""
    both = grouped[BOTH]
    for name in (KIND, CAUSE):
        alone = _counts(grouped[name], name)
        parts: dict[Group, list[int]] = defaultdict(list)
        for row in rows_of(GROUPS, both.json):
            parts[_group(row, name)].append(_users(row))
        if parts.keys() != alone.keys():
            return Comparison(
                both,
                f"other groups of {name} occur by both than by it alone",
                expected=sorted(map(str, alone)),
                actual=sorted(map(str, parts)),
            )
        wrong = {
            group: f"{alone[group]} alone, {counts} by both"
            for group, counts in parts.items()
            if not max(counts) <= alone[group] <= sum(counts)
        }
        if wrong:
            return Comparison(
                both,
                f"groups of {name} do not have the users of what they consist of",
                expected="as many as the largest of its groups, at most all of theirs together",
                actual=wrong,
            )
    return Comparison(both)


def _agree(counted: Iterable[Counted]) -> Comparison:
    """Each count is that of the users of the group's events.

    Who is in two rooms may be one user or two, but the same everywhere: table 13-51 says which of
    13.8 alone.
    """
    found: Comparison | None = None
    for user in (("uid",), ("uid", "room_id")):
        problems = [problem for it in counted if (problem := _disagreement(it, user))]
        if not problems:
            return Comparison(next(iter(counted)).exchange)
        found = found or problems[0]
    return found or Comparison(next(iter(counted)).exchange)


def _disagreement(counted: Counted, user: Sequence[str]) -> Comparison | None:
    users: dict[Group, set[Group]] = defaultdict(set)
    for row in counted.events:
        users[_group(row, counted.dimension)].add(tuple(str(row.get(name)) for name in user))
    wanted = {group: len(them) for group, them in users.items()}
    if wanted == counted.counts:
        return None
    groups = wanted.keys() | counted.counts.keys()
    wrong = [it for it in groups if wanted.get(it) != counted.counts.get(it)]
    return Comparison(
        counted.exchange,
        f"{counted.what}: user_count is not the users whom {EVENTS} shows",
        expected={it: wanted.get(it, 0) for it in wrong},
        actual={it: counted.counts.get(it, 0) for it in wrong},
    )


def _counts(exchange: Exchange, dimension: str) -> dict[Group, int]:
    return {_group(row, dimension): _users(row) for row in rows_of(GROUPS, exchange.json)}


def _users(row: Row) -> int:
    count = row.get("user_count")
    return count if isinstance(count, int) else 0


def _group(row: Row, dimension: str) -> Group:
    """What a row is the group of; a cause's number alone needs its words, for it can mean two."""
    if dimension == KIND:
        return (number_of(row, KIND),)
    other = str(row.get(f"{CAUSE}_desc")) if dimension == CAUSE else number_of(row, KIND)
    return (number_of(row, CAUSE), other)
