"""Chapter 13, sections 13.8 to 13.12: data that are no longer kept."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.scenario import Blocked, NotApplicable, Scenario
from conformance.suite.kit.statistics.queries import LARGEST_LIMIT, for_each, listing
from conformance.suite.kit.statistics.rows import rows_in_words, rows_of, shows_nothing
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    Span,
    midnight,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

DAYS = ("ListRtcHistoryScale", "ListRtcHistoryQuality")
CALLS = ("ListRtcClientQosDetails", "ListRtcEvent", "ListRtcAbnormalEvent")

_EVERYTHING: dict[str, dict[str, Any]] = {
    "ListRtcClientQosDetails": {"mid": ["all"], "limit": LARGEST_LIMIT},
}
_LOOK_BACK = 7 * DAY


@for_each((*DAYS, *CALLS), "beyond-retention-empty-or-refused")
def test_what_is_no_longer_kept(scenario: Scenario, operation: str) -> None:
    """31 days are kept of a day's numbers, 5 of a call's: before that, no data or a refusal.

    The span is one in which the list of rooms (13.1), which goes back further, shows a room. It
    ends a day and more before what is kept, for those who count days of the calendar.
    """
    rule = scenario.rule(f"{operation}/rule/beyond-retention-empty-or-refused")
    room, span = _gone(scenario, operation)
    query = {**time_window(scenario, operation).query(span), **_EVERYTHING.get(operation, {})}
    if operation in CALLS:
        query["room_id"] = room
    exchange = scenario.send(operation, query=query)
    if rule.permitted(exchange) and exchange.status == 200:
        rows = rows_of(operation, exchange.json)
        rule.that(
            shows_nothing(operation, rows),
            f"data of {span} are returned, which should no longer be kept",
            expected="no data",
            actual=rows_in_words(rows),
            exchange=exchange,
        )


def _gone(scenario: Scenario, operation: str) -> tuple[str, Span]:
    """A room that closed before what is kept, and the span to ask about.

    That is the day on which it began, or the last hour that it was open, in which its calls were.
    """
    window = time_window(scenario, operation)
    if window.retention is None:
        raise Blocked(f"the contract has no retention of {operation}")
    last = scenario.lab.now().replace(second=0, microsecond=0) - window.retention - DAY - 2 * HOUR
    if window.daily:
        last = midnight(last) - 2 * DAY
    query = time_window(scenario, "ListRtcRoomList").query(Span(last - _LOOK_BACK, last))
    for row in listing(scenario, "ListRtcRoomList", query).rows:
        begun, ended = read_time(row.get("start_time")), read_time(row.get("end_time"))
        if begun is not None and ended is not None and ended <= last:
            first = midnight(begun) if window.daily else max(begun, ended - HOUR)
            return str(row.get("room_id")), Span(first, first if window.daily else ended)
    raise NotApplicable(f"no data: ListRtcRoomList shows no room of the week before {last}")
