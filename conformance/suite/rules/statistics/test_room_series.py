"""Chapter 13, sections 13.5 and 13.6: the quality and the network of one room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pytest

from conformance.engine.scenario import Inconclusive, Rule, Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, for_each, listing
from conformance.suite.kit.statistics.rows import Row, number, rows_in_words
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    FOREVER,
    MINUTE,
    Span,
    read_time,
    time_window,
)
from conformance.suite.kit.statistics.user_sessions import ask_for_unknown, near

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

ROOMS = "ListRtcRoomList"
METRICS = {
    "ListRtcRealtimeQuality": ("JoinSuccessRate", "VideoFreezeRate", "AudioFreezeRate"),
    "ListRtcRealtimeNetwork": ("VideoUpstreamExcellentTransRate", "AudioExcellentTransRate"),
}
KINDS = ("native", "webrtc")
_MARGIN = 2 * MINUTE
"""How far from its ends a room is believed to be closed, or open."""
_MOST = 3


@for_each(METRICS.keys(), "room-selects")
def test_a_room_has_a_series_of_its_own(scenario: Scenario, operation: str) -> None:
    """13.5, 13.6: with a room_id there is data of the time in which that room was open, no other.

    A room that does not exist has none. What there is without a room_id shows that there would be.
    """
    rule = scenario.rule(f"{operation}/rule/room-selects")
    window = time_window(scenario, operation)
    span = window.past(scenario.lab.now(), DAY)
    before = time_window(scenario, ROOMS).query(Span(span.start - 7 * DAY, span.end))
    rooms = listing(scenario, ROOMS, before).rows
    names = {str(row.get("room_id")) for row in rooms}
    for metric in METRICS[operation]:
        for kind in KINDS:
            query = {**window.query(span), "metric": metric, "sdk_type": kind}
            whole = listing(scenario, operation, query)
            if not _tells(_minutes(whole).values()):
                continue
            unknown = near(max(names), names, 1) if names else []
            for room in (*unknown, *_with_an_end(rooms, whole)[:_MOST]):
                _judge_room(scenario, rule, operation, {**query, "room_id": room}, rooms)
            return
    raise Inconclusive("no data: no series of the past day has several values")


def _judge_room(
    scenario: Scenario, rule: Rule, operation: str, query: dict[str, str], rooms: Sequence[Row]
) -> None:
    spans = [_open(row, _MARGIN) for row in rooms if str(row.get("room_id")) == query["room_id"]]
    if not spans and ask_for_unknown(scenario, rule, operation, query) is None:
        return

    def look(_: bool) -> Comparison:
        found = listing(scenario, operation, query)
        alien = [
            row
            for time, row in _minutes(found).items()
            if not any(start <= time <= end for start, end in spans)
        ]
        problem = f"room {query['room_id']} has data of minutes in which it was not open"
        return Comparison(
            found.exchange,
            problem if _tells(alien) else "",
            f"none but of {', '.join(f'{start:%H:%M} to {end:%H:%M}' for start, end in spans)}",
            rows_in_words(alien),
        )

    judge(rule, settle(scenario, look))


def _with_an_end(rooms: Sequence[Row], whole: Listing) -> list[str]:
    """Rooms that were closed, for certain, in a minute of which there are data without a room."""
    times = _minutes(whole)
    found = []
    for name in dict.fromkeys(str(row.get("room_id")) for row in rooms):
        spans = [_open(row, _MARGIN) for row in rooms if str(row.get("room_id")) == name]
        if _tells(
            row
            for time, row in times.items()
            if not any(start <= time <= end for start, end in spans)
        ):
            found.append(name)
    return found


def _tells(rows: Iterable[Row]) -> bool:
    """Whether rows say something: one rate for every minute may stand for nobody being there."""
    return len({number(row, "value") for row in rows}) > 1


def _open(row: Row, margin: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    start, end = read_time(row.get("start_time")), read_time(row.get("end_time"))
    return (start - margin if start else FOREVER, end + margin if end else FOREVER)


def _minutes(found: Listing) -> dict[dt.datetime, Row]:
    """The minutes that have a value other than nothing."""
    return {
        time: row
        for row in found.rows
        if number(row, "value") and (time := read_time(row.get("time"))) is not None
    }
