"""Sessions in a list that may merge them (13.2), and filter values that nothing has."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from conformance.engine.scenario import Rule, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge
from conformance.suite.kit.statistics.queries import Listing, listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words, rows_of, shows_nothing
from conformance.suite.kit.statistics.time_windows import SECOND, read_time, time_window

USERS = "ListRtcUserList"
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_LOOKS = 24
"""How many shorter windows are looked at for a session that the longest one has swallowed."""


def judge_sessions(scenario: Scenario, query: Mapping[str, str], whole: Listing) -> None:
    """Judge that detail lists each session: some user is listed twice for a room.

    Where there is none, the list may have been summed up: then a window that ends before somebody
    joined shows an earlier session, which the whole lacks. If nobody came back in ``whole``,
    somebody may have in the longest span.
    """
    rule = scenario.rule(f"{USERS}/rule/detail-lists-sessions")
    if _shows_returning(whole):
        rule.that(True, "")
        return
    known = {row.get("session") for row in whole.rows}
    for room, end in islice(_before_joining(whole), _LOOKS):
        window = time_window(scenario, USERS)
        narrow = {**query, "room_id": room, window.end: window.write(end)}
        part = listing(scenario, USERS, narrow)
        lost = [row for row in part.rows if row.get("session") not in known]
        if lost:
            problem = f"until {window.write(end)} there are sessions that a longer window lacks"
            judge(
                rule,
                Comparison(part.exchange, problem, rows_in_words(whole.rows), rows_in_words(lost)),
            )
            return
    window = time_window(scenario, USERS)
    longest = window.query(window.past(scenario.lab.now()))
    if _shows_returning(listing(scenario, USERS, {**query, **longest})):
        rule.that(True, "")
    else:
        rule.inconclusive("no data: nobody came back to a room")


def _shows_returning(found: Listing) -> bool:
    return max(Counter(map(_person, found.rows)).values(), default=0) > 1


def _person(row: Row) -> tuple[str, str]:
    return str(row.get("room_id")), str(row.get("uid"))


def _before_joining(whole: Listing) -> Iterator[tuple[str, dt.datetime]]:
    """A room and the second before each joining in it; the rooms that most have joined first."""
    sizes = Counter(str(row.get("room_id")) for row in whole.rows)
    for room, _ in sizes.most_common():
        times = (read_time(r.get("join_time")) for r in whole.rows if r.get("room_id") == room)
        yield from ((room, time - SECOND) for time in sorted(filter(None, times))[1:])


def near(value: str, known: Collection[str], most: int) -> list[str]:
    """Values that are similar to one, or differ only in case, and that do not exist."""
    others = (value[:-1], value.swapcase(), value[1:], value + value[-1:])
    stripped = dict.fromkeys(one.strip() for one in others)
    return [one for one in stripped if one and one not in known][:most]


def ask_for_unknown(
    scenario: Scenario, rule: Rule, operation: str, query: Mapping[str, Any]
) -> Exchange | None:
    """The answer to a filter by a value that nothing has; None if it is refused, which is judged.

    It is refused as an unknown application is: what does not exist is a matter of 14.1.
    """
    unknown = f"{operation}/rule/unknown-app-empty-or-refused"
    accepted = scenario.lab.contract.answers_of(unknown)
    nowhere = scenario.send(operation, query=query, accept=accepted)
    if nowhere.status not in _REFUSED:
        return nowhere
    rule.answered(nowhere, *scenario.refusals(unknown))
    return None


def refused_or_empty(
    scenario: Scenario, rule: Rule, operation: str, query: Mapping[str, Any]
) -> None:
    """Judge that a filter by a value that nothing has is refused or returns nothing."""
    nowhere = ask_for_unknown(scenario, rule, operation, query)
    if nowhere is not None and rule.succeeded(nowhere):
        rows = rows_of(operation, nowhere.json)
        rule.that(
            shows_nothing(operation, rows),
            "a value that nothing has, though one almost like it, answers data",
            expected="no data",
            actual=rows_in_words(rows),
            exchange=nowhere,
        )
