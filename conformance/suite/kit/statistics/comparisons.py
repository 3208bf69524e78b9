"""Comparing answers of chapter 13 with each other, while others may come and go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.engine.scenario import Inconclusive, Rule, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.queries import FINEST, LARGEST_LIMIT, Listing, listing
from conformance.suite.kit.statistics.rows import (
    rows_in_words,
    rows_not_in,
    rows_of,
    without_growing,
)
from conformance.suite.kit.statistics.time_windows import DAY, time_window

_BRACKETS = 3
"""How often two readings are compared again while others come and go."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing answers; without a ``problem`` they are as expected."""

    exchange: Exchange
    problem: str = ""
    expected: object = ""
    actual: object = ""


def compare_filtered(
    found: Listing, whole: Listing, narrow: Mapping[str, Any], field: str, values: Collection[Any]
) -> Comparison:
    """Compare a filter's answer with the rows of the whole that have one of the values.

    ``narrow`` are the parameters of the filter, ``field`` is what the values stand in.
    """
    asked = ", ".join(f"{name}={value}" for name, value in narrow.items())
    rows, every = without_growing(found.rows), without_growing(whole.rows)
    due = [row for row in every if row.get(field) in values]
    foreign = [row for row in rows if row.get(field) not in values]
    strange, lost = rows_not_in(rows, every), rows_not_in(due, rows)
    problem, seen = "", rows
    if foreign:
        problem, seen = f"with {asked}, the answer has items that it should leave out", foreign
    elif strange:
        problem, seen = f"with {asked}, the answer has items that are absent without it", strange
    elif lost:
        problem = f"with {asked}, items are missing that are present without it"
    elif found.total not in (None, len(rows)):
        return Comparison(
            found.exchange,
            f"with {asked} the total is not that of the items it leaves",
            f"total {len(rows)}",
            f"total {found.total}",
        )
    return Comparison(found.exchange, problem, rows_in_words(due), rows_in_words(seen))


def check_filter(
    scenario: Scenario,
    operation: str,
    whole: tuple[Mapping[str, Any], Listing],
    narrow: Mapping[str, Any],
    field: str,
    values: Collection[Any],
) -> Comparison:
    """Query with a filter, and compare it with ``whole``: a query without it, and its answer.

    If they do not fit, both are asked for once more.
    """
    query, before = whole

    def look(again: bool) -> Comparison:
        every = listing(scenario, operation, query) if again else before
        found = listing(scenario, operation, {**query, **narrow})
        return compare_filtered(found, every, narrow, field, values)

    return settle(scenario, look)


def settle(scenario: Scenario, look: Callable[[bool], Comparison]) -> Comparison:
    """Compare answers, and once more if they do not fit: data may change between two queries.

    ``look`` compares them; its argument says whether to query everything again. Where others use
    the target, the users online are listed before and after: a problem that was seen while one of
    them came or went says nothing. Raises Inconclusive when they do not stop.
    """
    found = look(False)
    if not found.problem:
        return found
    if not scenario.lab.settings.others_may_move:
        return look(True)
    for _ in range(_BRACKETS):
        before = _present(scenario)
        found = look(True)
        if not found.problem or _present(scenario) == before:
            return found
    raise Inconclusive(
        f"others did not stop: users came or went during each of {_BRACKETS} comparisons"
    )


def _present(scenario: Scenario) -> tuple[object, ...]:
    """The sessions online, and how many there are and were in the past day."""
    operation = "ListRtcUserList"
    window = time_window(scenario, operation)
    now = scenario.lab.now()
    query = {window.start: window.write(now - DAY), **FINEST[operation], "limit": LARGEST_LIMIT}
    online = scenario.make(operation, query={**query, "state": "ONLINE"})
    everybody = scenario.make(operation, query={**query, "limit": 1})
    sessions = sorted(str(row.get("session")) for row in rows_of(operation, online.json))
    return (*sessions, *(it.json.get("total") for it in (online, everybody)))


def judge(rule: Rule, found: Comparison) -> bool:
    """Judge a rule by the result of a comparison."""
    return rule.that(
        not found.problem,
        found.problem,
        expected=found.expected,
        actual=found.actual,
        exchange=found.exchange,
    )
