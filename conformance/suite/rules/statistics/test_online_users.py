"""Chapter 13, section 13.3: whom OnlineUsers counts: who is in, and nobody who has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import number
from conformance.suite.kit.statistics.stays import USERS, Stay, known_stays
from conformance.suite.kit.statistics.time_windows import MINUTE, read_time, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

SCALE = "ListRtcRealtimeScale"


@rules(f"{SCALE}/rule/online-users-agree")
def test_users_are_counted_while_they_are_in(scenario: Scenario) -> None:
    """13.3: OnlineUsers lies between who was in around the minute and who was in any part of it.

    Who is in two rooms is one user or two: table 13-51 says which of 13.8 alone.
    """
    window = time_window(scenario, SCALE)
    span = window.past(scenario.lab.now())
    asked = {**window.query(span), "metric": "OnlineUsers"}

    def look(_: bool) -> Comparison:
        found = listing(scenario, SCALE, asked)
        there = known_stays(scenario, span)
        if not any(stay.when.end > span.start for stay in there):
            raise Inconclusive(f"no data: {USERS} shows nobody who was in during {span}")
        for row in found.rows:
            minute = read_time(row.get("time"))
            if minute is None:
                continue
            least, most = _bounds(there, minute)
            if not least <= number(row, "value") <= most:
                problem = f"OnlineUsers of {minute:%H:%M} is not that of {USERS}"
                return Comparison(found.exchange, problem, f"{least} to {most}", row.get("value"))
        return Comparison(found.exchange)

    judge(scenario.rule(f"{SCALE}/rule/online-users-agree"), settle(scenario, look))


def _bounds(there: Sequence[Stay], minute: dt.datetime) -> tuple[int, int]:
    """The users who were in from the minute before to the one after, and who was for any part."""
    before, after = minute - MINUTE, minute + MINUTE
    spans = [(str(stay.row.get("uid")), stay.when) for stay in there]
    least = {uid for uid, when in spans if when.start <= before and when.end >= after}
    return len(least), sum(when.start <= after and when.end >= before for _, when in spans)
