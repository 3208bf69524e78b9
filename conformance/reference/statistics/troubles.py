"""Abnormal events made up for seeded sessions: slow joins, and freezes during the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.statistics.causes import (
    AUDIO_FREEZE,
    JOIN_CAUSES,
    LOCAL_CAUSES,
    REMOTE_CAUSES,
    SLOW_JOIN,
    VIDEO_FREEZE,
)
from conformance.reference.statistics.sessions import AbnormalEvent
from conformance.reference.statistics.windows import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from conformance.reference.statistics.sessions import Session


def make_events(draw: Random, sessions: Sequence[Session], now: int) -> list[AbnormalEvent]:
    """A slow join for each session that was slow or failed, a freeze or two for every other one."""
    rooms: dict[str, list[str]] = {}
    for it in sessions:
        if not it.failed:
            rooms.setdefault(it.room_id, []).append(it.uid)
    events: list[AbnormalEvent] = []
    for position, it in enumerate(sessions):
        if it.slow:
            events.append(_slow_join(draw, it))
        if not it.failed and position % 2 == 0:
            peers = sorted(set(rooms[it.room_id]) - {it.uid})
            events.extend(_freezes(draw, it, peers, now))
    return events


def _slow_join(draw: Random, it: Session) -> AbnormalEvent:
    return AbnormalEvent(
        time=it.joined,
        session=it,
        stage="join_room",
        location="local",
        peer_uid="",
        abnormal_type=SLOW_JOIN,
        abnormal_factor=draw.choice(JOIN_CAUSES),
    )


def _freezes(draw: Random, it: Session, peers: Sequence[str], now: int) -> Iterator[AbnormalEvent]:
    """Freezes in the last hour of a session; those from afar name the peer that causes them."""
    end = now if it.left is None else it.left
    for _ in range(draw.randint(1, 2)):
        kind = draw.choice((VIDEO_FREEZE, AUDIO_FREEZE))
        remote = bool(peers) and draw.random() < 0.5
        causes = REMOTE_CAUSES[kind] if remote else LOCAL_CAUSES[kind]
        yield AbnormalEvent(
            time=draw.randrange(max(it.joined, end - HOUR), end),
            session=it,
            stage="communication",
            location="remote" if remote else "local",
            peer_uid=draw.choice(peers) if remote else "",
            abnormal_type=kind,
            abnormal_factor=draw.choice(causes),
        )
