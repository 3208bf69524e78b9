"""Chapter 13, section 13.13: the bad experiences of users, as a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.engine.scenario import Inconclusive, Rule, Scenario, rules
from conformance.model import field_path
from conformance.suite.kit.statistics.abnormal_events import descriptions_of, past_span
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words, rows_not_in, rows_of
from conformance.suite.kit.statistics.time_windows import MINUTE, Span, read_time, time_window
from conformance.suite.kit.statistics.user_sessions import near, refused_or_empty

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

EVENTS, OF_USER = "ListRtcAbnormalEvents", "ListRtcAbnormalEvent"
_MOST_ROOMS = 3
_NEAR = 20 * MINUTE
_SAMPLE = 5 * MINUTE
"""By how much the time of an event may differ from that of the sample that shows it."""
STAGES = {1: "join_room", 2: "communication", 3: "communication"}
"""Kinds of table 13-90 and where they happen: who is slow to join is not in the call yet."""


@rules(
    "ListRtcAbnormalEvents/rule/filter-room-subset",
    "ListRtcAbnormalEvents/rule/filter-uid-subset",
    effort="quick",
)
def test_events_are_narrowed_down(scenario: Scenario) -> None:
    """A room's or a user's events are those that have it, among all of the span (13.13)."""
    query = _past(scenario)
    everything = _events(scenario, query)
    for name, rule in (("room_id", "filter-room-subset"), ("uid", "filter-uid-subset")):
        _judge_filter(scenario, query, everything, name, scenario.rule(f"{EVENTS}/rule/{rule}"))


@rules("ListRtcAbnormalEvent/rule/events-of-user")
def test_what_a_user_suffered_is_in_the_list(scenario: Scenario) -> None:
    """13.12 shows one user's abnormal events in a room: 13.13 lists them, of that user, about then.

    Some of the rooms are asked about of which 13.13 shows events.
    """
    rule = scenario.rule("ListRtcAbnormalEvent/rule/events-of-user")
    window = time_window(scenario, OF_USER)
    known = _events(scenario, _past(scenario)).rows
    rooms = {str(row["room_id"]): row for row in known if row.get("room_id")}
    past = past_span(scenario)
    problem = f"abnormal events of a user are shown that {EVENTS} does not have"
    for room, row in list(rooms.items())[:_MOST_ROOMS]:
        time = read_time(row.get("time"))
        if time is None:
            continue
        near_by = Span(max(time - _NEAR, past.start), min(time + _NEAR, past.end))
        query = {"room_id": room, **window.query(near_by)}

        def look(again: bool, query: Mapping[str, str] = query) -> Comparison:
            every = _events(scenario, _past(scenario)).rows if again else known
            found = listing(scenario, OF_USER, query)
            strange = [one for one in found.rows if not any(_is_same(one, it) for it in every)]
            return Comparison(
                found.exchange,
                problem if strange else "",
                f"events of that user in room {query['room_id']}",
                rows_in_words(strange),
            )

        judge(rule, settle(scenario, look))
    if rule.id in scenario.pending:
        rule.not_applicable("no abnormal event of the past day names a room and a time")


def _is_same(one: Row, listed: Row) -> bool:
    """Whether two rows tell of one user in one room at about the same time."""
    then, sampled = read_time(one.get("ts")), read_time(listed.get("time"))
    near = then is None or sampled is None or abs(then - sampled) <= _SAMPLE
    return near and all(one.get(name) == listed.get(name) for name in ("room_id", "uid"))


@rules(
    "ListRtcAbnormalEvents/rule/default-limit-ten",
    "ListRtcAbnormalEvents/rule/default-offset-zero",
)
def test_a_page_by_default_is_the_first_ten(scenario: Scenario) -> None:
    """Without limit ten events are answered, without offset the first ones (13.13)."""
    query = _past(scenario)
    ten, first = {**query, "limit": 10}, {**query, "limit": 10, "offset": 0}
    total = field_path.read(scenario.make(EVENTS, query=first).json, "total")
    if not isinstance(total, int):
        raise Inconclusive("no data: the answer shows no total")
    if total <= 10:
        raise Inconclusive(f"no data: {total} events are too few to see a default of 10")
    judge(
        scenario.rule(f"{EVENTS}/rule/default-limit-ten"),
        settle(scenario, lambda _: _same(scenario, query, ten, "no limit and limit=10")),
    )
    judge(
        scenario.rule(f"{EVENTS}/rule/default-offset-zero"),
        settle(scenario, lambda _: _same(scenario, ten, first, "no offset and offset=0")),
    )


@rules(
    "ListRtcAbnormalEvents/rule/one-description-per-number",
    "ListRtcAbnormalEvents/rule/stage-fits-type",
)
def test_events_are_told_consistently(scenario: Scenario) -> None:
    """A number means one thing, and an event of a kind happens where that kind can (13.13)."""
    everything = _events(scenario, _past(scenario))
    twice = descriptions_of(everything.rows)
    scenario.rule(f"{EVENTS}/rule/one-description-per-number").that(
        not twice,
        "a number has two descriptions",
        expected="one description for each number",
        actual="; ".join(twice),
        exchange=everything.exchange,
    )
    misplaced = [
        row
        for row in everything.rows
        if row.get("stage") != STAGES.get(_kind(row), row.get("stage"))
    ]
    scenario.rule(f"{EVENTS}/rule/stage-fits-type").that(
        not misplaced,
        "an event happened at a stage where its kind cannot happen",
        expected=f"{STAGES}",
        actual=rows_in_words(misplaced),
        exchange=everything.exchange,
    )


def _past(scenario: Scenario) -> dict[str, str]:
    return time_window(scenario, EVENTS).query(past_span(scenario))


def _events(scenario: Scenario, query: Mapping[str, Any]) -> Listing:
    everything = listing(scenario, EVENTS, query)
    if not everything.rows:
        raise Inconclusive("no data: there are no abnormal events of the past day")
    return everything


def _judge_filter(
    scenario: Scenario, query: Mapping[str, Any], everything: Listing, name: str, rule: Rule
) -> None:
    """The value that the fewest events have answers those events and nothing else.

    Of the users rather one who is also the peer of another; a value that almost is one is nobody's.
    """
    values = Counter(str(row[name]) for row in everything.rows if row.get(name))
    peers = {row.get("peer_uid") for row in everything.rows if row.get("peer_uid") != row.get(name)}
    if len(values) < 2:
        rule.inconclusive(f"no data: all events of the past day have the same {name}")
        return
    value = min(values, key=lambda it: (name == "uid" and it not in peers, values[it], it))
    for other in near(value, values, 2):
        refused_or_empty(scenario, rule, EVENTS, {**query, name: other})

    def look(anew: bool) -> Comparison:
        whole = _events(scenario, query) if anew else everything
        part = listing(scenario, EVENTS, {**query, name: value}, rule)
        wanted = [row for row in whole.rows if row.get(name) == value]
        more, less = rows_not_in(part.rows, wanted), rows_not_in(wanted, part.rows)
        if not more and not less and part.total == len(wanted):
            return Comparison(part.exchange)
        return Comparison(
            part.exchange,
            f"{name}={value} does not answer the {len(wanted)} events that have it",
            expected=f"total {len(wanted)}; missing: {rows_in_words(less)}",
            actual=f"total {part.total}; too many: {rows_in_words(more)}",
        )

    judge(rule, settle(scenario, look))


def _same(
    scenario: Scenario, one: Mapping[str, Any], other: Mapping[str, Any], what: str
) -> Comparison:
    without, given = (scenario.make(EVENTS, query=query) for query in (one, other))
    if without.json == given.json:
        return Comparison(without)
    found, wanted = (rows_in_words(rows_of(EVENTS, exchange.json)) for exchange in (without, given))
    return Comparison(without, f"{what} answer differently", wanted, found)


def _kind(row: Mapping[str, Any]) -> int:
    kind = row.get("abnormal_type")
    return kind if isinstance(kind, int) else 0
