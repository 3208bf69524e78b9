"""Samples that are not there: left out, or of a time at which nothing went on.

Chapter 13 promises a sample per minute or per day; it does not say whether there is one where
there was nobody. Whoever leaves such a time out leaves all of them out, and no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from conformance.suite.queries import Row, listing
from conformance.suite.rules import Scenario
from conformance.suite.windows import DAY, Span, read_time, time_window

_FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def left_out(
    scenario: Scenario, sampled: Sequence[dt.datetime], missing: Sequence[dt.datetime]
) -> list[dt.datetime]:
    """Of the missing minutes or days those that ought to have a sample.

    All of them where idle times are sampled elsewhere; otherwise those in which a room of 13.1
    was open.
    """
    if not missing or not sampled:
        return list(missing)
    first, last = min(*sampled, *missing), max(*sampled, *missing)
    query = time_window(scenario, "ListRtcRoomList").query(Span(first - DAY, last + DAY))
    open_times = [_open(row) for row in listing(scenario, "ListRtcRoomList", query).rows]
    daily = all(time.time() == dt.time() for time in (*sampled, *missing))
    step = DAY if daily else dt.timedelta(minutes=1)
    before = dt.timedelta() if daily else step

    def idle(time: dt.datetime) -> bool:
        return not any(start < time + step and time - before < end for start, end in open_times)

    def busy(time: dt.datetime) -> bool:
        if daily:
            return not idle(time)
        return any(start <= time - step and time + step <= end for start, end in open_times)

    if any(idle(time) for time in sampled):
        return list(missing)
    return [time for time in missing if busy(time)]


def _open(row: Row) -> tuple[dt.datetime, dt.datetime]:
    """From when to when a room was open; one that is not closed is open for ever."""
    start = read_time(row.get("start_time")) or _FOREVER
    return start, read_time(row.get("end_time")) or _FOREVER
