"""Stays of users in rooms (13.2): from when to when somebody was in."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row
from conformance.suite.kit.statistics.time_windows import FOREVER, Span, read_time, time_window

USERS = "ListRtcUserList"


@dataclass(frozen=True, slots=True)
class Stay:
    """A row of 13.2, and when its user was in the room; FOREVER ends what goes on."""

    row: Row
    when: Span


def stay_of(row: Row) -> Span | None:
    """From when to when somebody was in; who failed to join was there at that moment alone.

    None where no time of joining can be read.
    """
    joined, left = read_time(row.get("join_time")), read_time(row.get("leave_time"))
    if joined is None:
        return None
    return Span(joined, joined if row.get("state") == "FAIL" else left or FOREVER)


def stays(scenario: Scenario, joined: Span) -> list[Stay]:
    """Everybody who got into a room in that span."""
    rows = listing(scenario, USERS, time_window(scenario, USERS).query(joined)).rows
    return [
        Stay(row, when)
        for row in rows
        if row.get("state") != "FAIL" and (when := stay_of(row)) is not None
    ]


def known_stays(scenario: Scenario, until: Span) -> list[Stay]:
    """Everybody whom the longest span of 13.2 shows, up to the end of a span.

    Who joined before is not known, and would have been in for months.
    """
    longest = time_window(scenario, USERS).longest
    return stays(scenario, Span(until.end - longest, until.end))
