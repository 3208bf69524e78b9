"""Chapter 13, sections 13.2 and 13.13: who had trouble joining joined, or failed to."""

from __future__ import annotations

import pytest

from conformance.engine.scenario import Inconclusive, NotApplicable, Scenario, rules
from conformance.suite.kit.statistics.abnormal_events import CAUSE, number_of, past_span
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words
from conformance.suite.kit.statistics.time_windows import DAY, Span, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

USERS, EVENTS = "ListRtcUserList", "ListRtcAbnormalEvents"
_BY_SERVICE = frozenset({2, 3, 4, 5, 6, 1000001, 3100003, 3200030})
"""Causes of trouble joining (table 13-90) in which the service has answered the user.

A link that failed, a wrong address, a signal or a client of its own may never have reached it.
"""


@rules(f"{USERS}/rule/failed-users-listed")
def test_who_had_trouble_joining_is_listed(scenario: Scenario) -> None:
    """13.2 lists who joined and, as FAIL, who did not; 13.13 names some of both.

    Whether somebody who was slow got in at last is not said there: any state will do. Who never got
    as far as the service may be unknown to it: by the cause, or where others are shown who failed.
    """

    def look(_: bool) -> Comparison:
        window = time_window(scenario, EVENTS)
        events = listing(scenario, EVENTS, window.query(past_span(scenario))).rows
        joining = [row for row in events if row.get("uid") and _reached(row)]
        if not events:
            raise Inconclusive("no data: there are no abnormal events of the past day")
        if not joining:
            raise NotApplicable("nobody whom the service answered had trouble joining")
        now = scenario.lab.now()
        reach = Span(past_span(scenario).start - DAY, now)
        users = listing(scenario, USERS, time_window(scenario, USERS).query(reach))
        listed = {_person(row) for row in users.rows}
        lost = [row for row in joining if _person(row) not in listed]
        failed = any(row.get("state") == "FAIL" for row in users.rows)
        problem = "users who had trouble joining are not in the list, in which nobody failed"
        return Comparison(
            users.exchange,
            problem if lost and not failed else "",
            f"these users, in any state: {rows_in_words(lost)}",
            f"{len(users.rows)} users of two days, none of them in state FAIL",
        )

    judge(scenario.rule(f"{USERS}/rule/failed-users-listed"), settle(scenario, look))


def _reached(row: Row) -> bool:
    """Whether somebody who had trouble joining must have got as far as the service."""
    return row.get("stage") == "join_room" and number_of(row, CAUSE) in _BY_SERVICE


def _person(row: Row) -> tuple[str, str]:
    return str(row.get("room_id")), str(row.get("uid"))
