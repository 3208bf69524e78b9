"""Chapter 13, sections 13.7 and 13.8: durations of days are in seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from conformance.engine.scenario import Inconclusive, NotApplicable, Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.daily_samples import date_of, past_days, today
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import number, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    SECOND,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

USERS, METRIC = "ListRtcUserList", "CommunicationDuration"
FIELDS = {"ListRtcHistoryUsage": "total_duration", "ListRtcHistoryScale": "communication_duration"}
UNITS = {"hours": 1 / 3600, "minutes": 1 / 60, "milliseconds": 1000.0}
"""What durations are in where they are not in seconds (tables 13-48, 13-55), and a second in it."""
_HARDLY = 1 / 1000
"""A smaller part of the time that users were in rooms is no talk, but a figure in hours."""
_DAYS = 5
_NEAR = 0.05
"""By which part a figure of another unit may differ from the time that users were in rooms."""
_ROUGH = 0.2
"""A unit is too large to tell where rounding each stay to it may change so much of the sum."""


@for_each(FIELDS.keys(), "durations-in-seconds")
def test_durations_of_days_are_in_seconds(scenario: Scenario, operation: str) -> None:
    """13.7, 13.8: no other unit explains every day that is over by when users were in (13.2).

    How long was talked may be counted in many ways; none is, day after day, a sixtieth.
    """
    rule = scenario.rule(f"{operation}/rule/durations-in-seconds")
    day = today(scenario)
    days = [day - n * DAY for n in range(1, _DAYS + 1)]

    def look(_: bool) -> Comparison:
        exchange = past_days(scenario, operation, metric=METRIC)
        rows = rows_of(operation, exchange.json)
        told = {date_of(row): number(row, FIELDS[operation]) for row in rows}
        stays = _stays(scenario, days)
        known = [it for it in days if sum(stays[it]) and told.get(it)]
        if not any(map(sum, stays.values())):
            raise Inconclusive("no data: nobody was in a room on the past days")
        if len(known) < 2:
            raise NotApplicable("users were in rooms on fewer than two of the past days")
        for unit, size in UNITS.items():
            if all(_explains(size, stays[it], told[it]) for it in known):
                seconds = ", ".join(f"{it:%Y-%m-%d}: {sum(stays[it]):g}" for it in known)
                shown = ", ".join(f"{it:%Y-%m-%d}: {told[it]:g}" for it in known)
                problem = f"{FIELDS[operation]} is in {unit}, by the time that users were in rooms"
                return Comparison(exchange, problem, f"seconds, such as {seconds}", shown)
        return Comparison(exchange)

    judge(rule, settle(scenario, look))


def _explains(size: float, stays: Sequence[float], told: float) -> bool:
    """Whether a day's figure is its stays in a unit, each rounded or the sum.

    Rounding to hours leaves too little to compare; there the figure is hardly anything as well.
    """
    wanted = sum(stays) * size
    rounding = 1 + len(stays) / 2 if size < 1 else 0
    exact = told < _HARDLY * sum(stays) if size < _HARDLY else rounding <= _ROUGH * wanted
    return exact and abs(told - wanted) <= _NEAR * wanted + rounding


def _stays(scenario: Scenario, days: Sequence[dt.datetime]) -> dict[dt.datetime, list[float]]:
    """For each day the seconds of it that each session lasted."""
    reach = Span(min(days) - DAY, max(days) + DAY - SECOND)
    users = listing(scenario, USERS, time_window(scenario, USERS).query(reach)).rows
    spans = [
        (joined, read_time(row.get("leave_time")) or scenario.lab.now())
        for row in users
        if row.get("state") != "FAIL" and (joined := read_time(row.get("join_time")))
    ]
    return {
        day: [
            (min(left, day + DAY) - max(joined, day)).total_seconds()
            for joined, left in spans
            if joined < day + DAY and left > day
        ]
        for day in days
    }
