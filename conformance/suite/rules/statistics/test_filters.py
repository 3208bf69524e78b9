"""Chapter 13: several filters in one query of 13.1, 13.2 and 13.13."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, compare_filtered, judge, settle
from conformance.suite.kit.statistics.queries import Listing, listing, recent

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ListRtcRoomList": (("room_id", "state"),),
    "ListRtcUserList": (("region", "isp"), ("room_id", "uid"), ("isp", "state")),
    "ListRtcAbnormalEvents": (("room_id", "uid"),),
}
"""Filters that are asked for together; each is named like the field that it is about."""


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(
            operation, marks=pytest.mark.sparkrtc_rules(f"{operation}/rule/filters-combine")
        )
        for operation in PAIRS
    ],
)
def test_filters_combined(scenario: Scenario, operation: str) -> None:
    """What one filter leaves is narrowed down by the other (tables 13-2, 13-9 and 13-86).

    Once with the values of one item, which has to be there, once with those of two items that
    differ in both: whoever heeds one filter alone, or either of them, answers too much.
    """
    rule = scenario.rule(f"{operation}/rule/filters-combine")
    query, whole = recent(scenario, operation)
    rows = [*whole.rows]
    scenario.lab.random.shuffle(rows)
    for first, second in PAIRS[operation]:
        apart = next((row for row in rows if _apart(rows[0], row, first, second)), rows[0])
        for row in (rows[0], apart):
            wanted = {first: rows[0].get(first), second: row.get(second)}
            if all(isinstance(value, str) and value for value in wanted.values()):
                judge(rule, _both(scenario, operation, (query, whole), wanted))
    if rule.id in scenario.pending:
        rule.inconclusive("no data: no item has all the fields that are filtered by")


def _apart(one: Mapping[str, Any], other: Mapping[str, Any], first: str, second: str) -> bool:
    """Whether two items differ in both fields."""
    return one.get(first) != other.get(first) and one.get(second) != other.get(second)


def _both(
    scenario: Scenario,
    operation: str,
    whole: tuple[Mapping[str, Any], Listing],
    wanted: Mapping[str, Any],
) -> Comparison:
    """Hold what both filters leave against what has both values in the whole."""
    query, before = whole
    (first, value), (second, other) = wanted.items()

    def look(again: bool) -> Comparison:
        every = listing(scenario, operation, query) if again else before
        part = replace(every, rows=tuple(row for row in every.rows if row.get(first) == value))
        found = listing(scenario, operation, {**query, **wanted})
        return compare_filtered(found, part, wanted, second, [other])

    return settle(scenario, look)
