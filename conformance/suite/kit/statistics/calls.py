"""Finds calls (13.10): rooms in which something was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario
from conformance.suite.kit.statistics.queries import Listing, listing
from conformance.suite.kit.statistics.rows import Row
from conformance.suite.kit.statistics.time_windows import DAY, MINUTE, Span, read_time, time_window

QOS = "ListRtcClientQosDetails"
_MOST_ROOMS = 3


@dataclass(frozen=True, slots=True)
class Call:
    """A room in which something was measured, two minutes of it, and all that was measured."""

    room: str
    domain: str
    query: dict[str, Any]
    all: Listing


def find_call(scenario: Scenario) -> Call:
    """Two minutes in the middle of one of the longest calls of the past day that are over.

    The span is short so that no list is cut off. Raises Inconclusive where nothing was measured,
    neither of all metrics nor of some.
    """
    past = time_window(scenario, QOS).last(scenario.lab.now(), DAY)
    for row, query in middles(scenario, past):
        everything = listing(scenario, QOS, {**query, "mid": ["all"]})
        if everything.rows or listing(scenario, QOS, query).rows:
            return Call(query["room_id"], str(row.get("domain") or ""), query, everything)
    raise Inconclusive("no data: nothing was measured in the rooms of the past day")


def middles(scenario: Scenario, past: Span) -> list[tuple[Row, dict[str, Any]]]:
    """The longest rooms of a span, each with a query of the two minutes in its middle."""
    window = time_window(scenario, QOS)
    found = []
    for row, span in sorted(closed(scenario, past), key=lambda it: it[1].start - it[1].end):
        middle = (span.start + (span.end - span.start) / 2).replace(second=0, microsecond=0)
        minutes = window.query(Span(middle - MINUTE, middle + MINUTE))
        found.append((row, {"room_id": str(row.get("room_id")), **minutes}))
    return found[:_MOST_ROOMS]


def closed(scenario: Scenario, past: Span) -> Iterator[tuple[Row, Span]]:
    """The rooms that began and closed in a span (13.1), and when they were open."""
    query = time_window(scenario, "ListRtcRoomList").query(past)
    for row in listing(scenario, "ListRtcRoomList", query).rows:
        begun, ended = read_time(row.get("start_time")), read_time(row.get("end_time"))
        if begun is not None and ended is not None and begun >= past.start and ended <= past.end:
            yield row, Span(begun, ended)
