"""13.10: the quality indicators of the calls in a room, minute by minute.

What a user sends is a series with peer "0" (table 13-69), what another user receives of it a series
with that user as its peer. ``user_id`` selects senders, ``peer_id`` receivers (table 13-65).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args
from zlib import crc32

from conformance.reference.statistics.vocabulary import Mid
from conformance.reference.statistics.windows import show_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reference.statistics.answers import QosDetails, QosSeries, TimeFloat
    from conformance.reference.statistics.queries import QosQuery
    from conformance.reference.statistics.sessions import AppRecords, Session
    from conformance.reference.statistics.windows import Window

UPSTREAM_PEER = "0"
MAIN_STREAM, AUXILIARY_STREAM = "1", "2"
MIDS: tuple[str, ...] = get_args(Mid)
_OF_THE_DEVICE = ("appcpu", "syscpu")
_BOUNDS = {
    "appcpu": (3, 45),
    "syscpu": (10, 80),
    "abit": (16, 64),
    "vbit": (300, 2500),
    "dbit": (200, 1800),
    "vfps": (12, 30),
    "dfps": (5, 15),
    "vwidth": (1280, 1280),
    "vheight": (720, 720),
    "dwidth": (1920, 1920),
    "dheight": (1080, 1080),
    "artt": (8, 120),
    "vrtd": (8, 140),
    "drtt": (8, 160),
}
_PERCENTAGE = (0, 6)
"""Bounds of what is a rate: freezes, losses and jitters."""


class _Flow(NamedTuple):
    """From whom to whom, and when: (seed, start, end) of each time that both were online."""

    uid: str
    peer: str
    spans: list[tuple[str, int, int]]


def list_qos_details(app: AppRecords, query: QosQuery, now: int) -> QosDetails:
    """Answer 13.10: the series by user, peer and indicator; without a limit all of them."""
    window = query.window(now).until(now)
    mids = [mid for mid in MIDS if "all" in query.mid or mid in query.mid]
    sessions = [it for it in app.sessions_in(query.room_id) if not it.failed]
    if query.domain not in (None, app.domain):
        sessions = []
    series = (
        _series(flow, mid, window)
        for flow in _flows(sessions, now)
        if _wanted(flow, query)
        for mid in mids
        if _carries(flow, mid, query.stream_id)
    )
    found = [it for it in series if it["data"]]
    last = None if query.limit is None else query.offset + query.limit
    return {"room_id": query.room_id, "data": found[query.offset : last]}


def _flows(sessions: list[Session], now: int) -> Iterator[_Flow]:
    """Each user's sending, and one receiver of it: the next user of the room."""
    senders: dict[str, list[Session]] = {}
    for it in sessions:
        senders.setdefault(it.uid, []).append(it)
    order = sorted(senders)
    for uid, peer in zip(order, order[1:] + order[:1], strict=True):
        sent = [(it.session, it.joined, _last_second(it, now)) for it in senders[uid]]
        yield _Flow(uid, UPSTREAM_PEER, sent)
        if peer != uid:
            received = [
                (seed, max(start, it.joined), min(end, _last_second(it, now)))
                for seed, start, end in sent
                for it in senders[peer]
            ]
            yield _Flow(uid, peer, received)


def _last_second(it: Session, now: int) -> int:
    return now if it.left is None else it.left - 1


def _wanted(flow: _Flow, query: QosQuery) -> bool:
    direction = "up" if flow.peer == UPSTREAM_PEER else "down"
    return (
        query.user_id in (None, flow.uid)
        and query.peer_id in (None, flow.peer)
        and query.direction in (None, direction)
    )


def _carries(flow: _Flow, mid: str, stream_id: str | None) -> bool:
    """Whether a flow has an indicator: those of the device only with its own sending."""
    if mid in _OF_THE_DEVICE and flow.peer != UPSTREAM_PEER:
        return False
    stream = AUXILIARY_STREAM if mid.startswith("d") else MAIN_STREAM
    return stream_id in (None, stream)


def _series(flow: _Flow, mid: str, window: Window) -> QosSeries:
    data: list[TimeFloat] = []
    for seed, start, end in flow.spans:
        minutes = window.since(start).until(end).minutes()
        data.extend(_samples(crc32(f"{seed}/{flow.peer}/{mid}".encode()), mid, minutes))
    return {"uid": flow.uid, "peerid": flow.peer, "mid": mid, "data": data}


def _samples(origin: int, mid: str, minutes: range) -> Iterator[TimeFloat]:
    low, high = _BOUNDS.get(mid, _PERCENTAGE)
    for minute, time in zip(minutes, show_minutes(minutes), strict=True):
        drawn = (origin + minute * 2_654_435_761) >> 7
        yield {"time": time, "value": float(low + drawn % (high - low + 1))}
