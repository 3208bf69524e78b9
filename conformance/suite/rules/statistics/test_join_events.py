"""Chapter 13, sections 13.2 and 13.13: who had trouble joining joined, or failed to."""

from __future__ import annotations

import pytest

from conformance.engine.scenario import Inconclusive, NotApplicable, Scenario, rules
from conformance.suite.kit.statistics.abnormal_events import past_span
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row, rows_in_words
from conformance.suite.kit.statistics.time_windows import DAY, Span, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

USERS, EVENTS = "ListRtcUserList", "ListRtcAbnormalEvents"


@rules(f"{USERS}/rule/failed-users-listed")
def test_who_had_trouble_joining_is_listed(scenario: Scenario) -> None:
    """13.2 lists who joined and, as FAIL, who did not; 13.13 names some of both.

    Whether somebody who was slow got in at last is not said there: any state will do. A list that
    shows some who failed may know nothing of others, who never got as far as the service.
    """

    def look(_: bool) -> Comparison:
        window = time_window(scenario, EVENTS)
        events = listing(scenario, EVENTS, window.query(past_span(scenario))).rows
        joining = [row for row in events if row.get("stage") == "join_room" and row.get("uid")]
        if not events:
            raise Inconclusive("no data: there are no abnormal events of the past day")
        if not joining:
            raise NotApplicable("nobody had trouble joining on the past day")
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


def _person(row: Row) -> tuple[str, str]:
    return str(row.get("room_id")), str(row.get("uid"))
