"""Chapter 13, section 13.3: whom OnlineUsers counts: who is in, and nobody who has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import number
from conformance.suite.kit.statistics.time_windows import HOUR, MINUTE, Span, read_time, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

SCALE, USERS = "ListRtcRealtimeScale", "ListRtcUserList"
_FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)

Stay = tuple[str, dt.datetime, dt.datetime]
"""A user, and from when to when they were in a room."""


@rules(f"{SCALE}/rule/online-users-agree")
def test_users_are_counted_while_they_are_in(scenario: Scenario) -> None:
    """13.3: OnlineUsers lies between who was in around the minute and who was in any part of it.

    Who is in two rooms is one user or two (E-13-user-count-meaning); who joined before the longest
    span of 13.2 is not known, and would have been in for months.
    """
    window = time_window(scenario, SCALE)
    span = window.past(scenario.lab.now(), 6 * HOUR)
    asked = {**window.query(span), "metric": "OnlineUsers"}

    def look(_: bool) -> Comparison:
        found = listing(scenario, SCALE, asked)
        stays = _stays(scenario, span)
        if not any(end > span.start for _, _, end in stays):
            raise Inconclusive(f"no data: {USERS} shows nobody who was in during {span}")
        for row in found.rows:
            minute = read_time(row.get("time"))
            if minute is None:
                continue
            least, most = _bounds(stays, minute)
            if not least <= number(row, "value") <= most:
                problem = f"OnlineUsers of {minute:%H:%M} is not that of {USERS}"
                return Comparison(found.exchange, problem, f"{least} to {most}", row.get("value"))
        return Comparison(found.exchange)

    judge(scenario.rule(f"{SCALE}/rule/online-users-agree"), settle(scenario, look))


def _bounds(stays: Sequence[Stay], minute: dt.datetime) -> tuple[int, int]:
    """The users who were in from the minute before to the one after, and who was for any part."""
    before, after = minute - MINUTE, minute + MINUTE
    least = {uid for uid, start, end in stays if start <= before and end >= after}
    return len(least), sum(start <= after and end >= before for _, start, end in stays)


def _stays(scenario: Scenario, span: Span) -> list[Stay]:
    window = time_window(scenario, USERS)
    reach = window.query(Span(span.end - window.longest, span.end))
    return [
        (str(row.get("uid")), joined, read_time(row.get("leave_time")) or _FOREVER)
        for row in listing(scenario, USERS, reach).rows
        if row.get("state") != "FAIL" and (joined := read_time(row.get("join_time")))
    ]
