"""Decides whether a missing sample is a deviation or merely an idle period.

Chapter 13 promises a sample per minute or per day; it does not say whether there is one for a
period in which nobody was there. A service that leaves such a period out leaves all of them out,
and no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.time_windows import DAY, FOREVER, Span, read_time, time_window


def left_out(
    scenario: Scenario, sampled: Sequence[dt.datetime], missing: Sequence[dt.datetime]
) -> list[dt.datetime]:
    """Of the missing minutes or days those that ought to have a sample.

    All of them where idle times are sampled as a rule (a room that is not listed, or the minute
    beside one, makes some times seem idle that were not); otherwise the days on which a room of
    13.1 was open, and the minutes in which somebody was in one (13.2): the number of users may be
    zero in a room that waits for the next one.
    """
    if not missing or not sampled:
        return list(missing)
    first, last = min(*sampled, *missing), max(*sampled, *missing)
    around = Span(first - DAY, last + DAY)
    open_times = _stays(scenario, "ListRtcRoomList", around, "start_time", "end_time")
    daily = all(time.time() == dt.time() for time in (*sampled, *missing))
    step = DAY if daily else dt.timedelta(minutes=1)
    before = dt.timedelta() if daily else step

    def idle(time: dt.datetime) -> bool:
        return not any(start < time + step and time - before < end for start, end in open_times)

    if sum(map(idle, sampled)) > sum(map(idle, missing)):
        return list(missing)
    if daily:
        return [time for time in missing if not idle(time)]
    users = _stays(scenario, "ListRtcUserList", around, "join_time", "leave_time", type="detail")
    return [
        time
        for time in missing
        if any(start <= time - step and time + step <= end for start, end in users)
    ]


def _stays(
    scenario: Scenario, operation: str, span: Span, begin: str, end: str, **more: str
) -> list[tuple[dt.datetime, dt.datetime]]:
    """From when to when rooms were open or users were in; what is not over goes on for ever."""
    query = {**time_window(scenario, operation).query(span), **more}
    return [
        (read_time(row.get(begin)) or FOREVER, read_time(row.get(end)) or FOREVER)
        for row in listing(scenario, operation, query).rows
    ]
