"""Days in the history queries (13.7 to 13.9): which are over, and that none is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.missing_samples import left_out
from conformance.suite.kit.statistics.rows import Row, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    MINUTE,
    Span,
    midnight,
    read_time,
    time_window,
)

_COUNTED = 12 * HOUR
"""How long after its end a day may be missing: no sentence says when it has been counted."""
_CLOCKS = 2 * MINUTE
"""What the clocks of target and runner may differ by."""


def today(scenario: Scenario) -> dt.datetime:
    """The current day. Raises Inconclusive while two clocks may disagree about it."""
    now = scenario.lab.now()
    if len({midnight(moment) for moment in (now - _CLOCKS, now + _CLOCKS)}) > 1:
        raise Inconclusive("it is midnight: the day may change between two requests")
    return midnight(now)


def is_counted(scenario: Scenario, day: dt.datetime) -> bool:
    """Whether a day has been over for so long that its numbers must be there."""
    return day + DAY + _COUNTED <= scenario.lab.now()


def ask(scenario: Scenario, operation: str, span: Span, **query: Any) -> Exchange:
    """Query the days from the first to the last one of a span, refused or not."""
    window = time_window(scenario, operation)
    return scenario.send(operation, query={**window.query(span), **query})


def past_days(scenario: Scenario, operation: str, **query: Any) -> Exchange:
    """Query the 31 days that end yesterday. Raises Blocked when they are refused.

    Who counts today as the last of the 31 days that are kept has one day less.
    """
    window = time_window(scenario, operation)
    span = window.past(today(scenario))
    exchange = ask(scenario, operation, span, **query)
    if exchange.status == 200:
        return exchange
    shorter = Span(span.start + DAY, span.end)
    return scenario.make(operation, query={**window.query(shorter), **query})


def date_of(row: Row) -> dt.datetime | None:
    """The day of a sample; None when it has none, which is judged elsewhere."""
    return read_time(row.get("date"))


def judge_days(scenario: Scenario, operation: str, exchange: Exchange) -> None:
    """Judge step-one-day and every-day-sampled: each day once, and none missing."""
    rows = rows_of(operation, exchange.json)
    days = [day for row in rows if (day := date_of(row)) is not None]
    twice = sorted({day for day in days if days.count(day) > 1})
    scenario.rule(f"{operation}/rule/step-one-day").that(
        not twice,
        "a day has more than one sample",
        expected="each day once",
        actual=f"twice or more: {_dates(twice)}",
        exchange=exchange,
    )
    every = range((max(days) - min(days)).days + 1) if days else ()
    absent = [day for n in every if (day := min(days) + n * DAY) not in days]
    missing = left_out(scenario, days, absent)
    scenario.rule(f"{operation}/rule/every-day-sampled").that(
        not missing,
        "a day between the first and the last sample has none",
        expected="every day",
        actual=f"none on {_dates(missing)}",
        exchange=exchange,
    )


def _dates(days: Iterable[dt.datetime]) -> str:
    return ", ".join(f"{day:%Y-%m-%d}" for day in days)
