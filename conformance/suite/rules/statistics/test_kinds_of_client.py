"""Chapter 13, sections 13.5 and 13.6: of which clients a series of a kind is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from conformance.engine.scenario import Inconclusive, NotApplicable, Rule, Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import Row, number, rows_in_words
from conformance.suite.kit.statistics.stays import stay_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    MINUTE,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

ROOMS, USERS = "ListRtcRoomList", "ListRtcUserList"
METRICS = {
    "ListRtcRealtimeQuality": ("VideoFreezeRate", "AudioFreezeRate", "JoinSuccessRate"),
    "ListRtcRealtimeNetwork": ("AudioUpstreamExcellentTransRate", "AudioExcellentTransRate"),
}
PLATFORMS = {"webrtc": ("web",), "native": ("android", "ios")}
"""How the platform (13.2) of a client of each kind begins; of other ones it is not known."""
OTHER = {"webrtc": "native", "native": "webrtc"}
_BEFORE, _AFTER = 2 * MINUTE, 3 * MINUTE
"""From when to when whoever was in may have been counted in a minute."""
_MOST = 2


@dataclass(frozen=True, slots=True)
class _Room:
    """The stays of everybody in a room: those whose clients are of a kind, and the others."""

    name: str
    kind: str
    of_kind: Sequence[Span]
    others: Sequence[Span]

    def alone(self, minute: dt.datetime) -> bool:
        """Whether somebody was in, and nobody of whom it is not sure that the client is of it."""
        around = Span(minute - _BEFORE, minute + _AFTER)
        return _overlap(self.of_kind, Span(minute, minute)) and not _overlap(self.others, around)

    def empty(self, minute: dt.datetime) -> bool:
        """Whether nobody at all was in."""
        around = Span(minute - _BEFORE, minute + _AFTER)
        return not _overlap((*self.of_kind, *self.others), around)


@for_each(METRICS.keys(), "sdk-type-of-clients")
def test_a_series_is_of_one_kind_of_client(scenario: Scenario, operation: str) -> None:
    """13.5, 13.6: while all users of a room have clients of one kind, the other has no data.

    What a series says while nobody is in says nothing.
    """
    rule = scenario.rule(f"{operation}/rule/sdk-type-of-clients")
    window = time_window(scenario, operation)
    span = window.past(scenario.lab.now(), DAY)
    minutes = [span.start + n * MINUTE for n in range(DAY // MINUTE)]
    rooms = _rooms(scenario, span)
    for kind in PLATFORMS:
        found = [(sum(map(room.alone, minutes)), room) for room in rooms if room.kind == kind]
        chosen = sorted((one for one in found if one[0]), key=lambda one: (-one[0], one[1].name))
        for _, room in chosen[:_MOST]:
            for metric in METRICS[operation]:
                query = {**window.query(span), "metric": metric, "room_id": room.name}
                _judge(scenario, rule, operation, room, query)
    if rule.id in scenario.pending:
        raise NotApplicable("no room of the past day shows values of one kind of client alone")


def _judge(
    scenario: Scenario, rule: Rule, operation: str, room: _Room, query: dict[str, str]
) -> None:
    """The other kind has no data of the minutes in which the one was alone and has some."""
    own = listing(scenario, operation, {**query, "sdk_type": room.kind}).rows
    other = OTHER[room.kind]

    def look(_: bool) -> Comparison:
        found = listing(scenario, operation, {**query, "sdk_type": other})
        alien = _told(room, found.rows)
        problem = f"room {room.name} has {other} data while all its users were {room.kind} ones"
        return Comparison(
            found.exchange, problem if alien else "", f"no {other} data", rows_in_words(alien)
        )

    result = settle(scenario, look)
    if result.problem or _told(room, own):
        judge(rule, result)


def _told(room: _Room, rows: Sequence[Row]) -> list[Row]:
    """The samples of one kind of client alone, but for what stands for nobody.

    That is what a series says while nobody is in, or one value all the time: a rate of nobody may
    be 100, and a series may begin with its room.
    """
    timed = [(time, row) for row in rows if (time := read_time(row.get("time"))) is not None]
    nothing = {0, *(number(row, "value") for time, row in timed if room.empty(time))}
    if len({number(row, "value") for _, row in timed} - {0}) == 1:
        return []
    return [row for time, row in timed if number(row, "value") not in nothing and room.alone(time)]


def _rooms(scenario: Scenario, span: Span) -> list[_Room]:
    """By kind, the rooms that began in a span, of whose users all are known when they were in.

    Without a client of the web in the list its platforms may not tell the kinds apart.
    """
    begun = listing(scenario, ROOMS, time_window(scenario, ROOMS).query(span)).rows
    reach = Span(span.start - DAY, scenario.lab.now())
    users = listing(scenario, USERS, time_window(scenario, USERS).query(reach)).rows
    if not begun or not users:
        raise Inconclusive("no data: no room began on the past day")
    if not any(_is_of(row, "webrtc") for row in users):
        raise NotApplicable("no platform of a user tells that the client is of the web")
    rooms = []
    for name in sorted({str(row.get("room_id")) for row in begun}):
        there = [row for row in users if str(row.get("room_id")) == name]
        if there and all(stay_of(row) for row in there):
            for kind in PLATFORMS:
                stays = [(_is_of(row, kind), stay) for row in there if (stay := stay_of(row))]
                of_kind, others = ([s for k, s in stays if k is it] for it in (True, False))
                rooms.append(_Room(name, kind, of_kind, others))
    return rooms


def _is_of(row: Row, kind: str) -> bool:
    return str(row.get("platform")).lower().startswith(PLATFORMS[kind])


def _overlap(stays: Sequence[Span], span: Span) -> bool:
    return any(stay.start <= span.end and stay.end >= span.start for stay in stays)
