"""What happened: sessions of users in rooms, and the abnormal events of their calls.

Times are whole seconds since 1970 in UTC. A room is not stored: it is what its sessions make it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.reference.statistics.vocabulary import (
        Location,
        Media,
        Role,
        RoomState,
        SdkType,
        Stage,
        Stream,
        UserState,
    )

RATE_SCALE = 10_000
"""Rates are kept as whole parts of this, so that sums over minutes stay exact."""


@dataclass(frozen=True, slots=True)
class Client:
    """The device and the network that a user joins from (tables 13-13 and 13-23)."""

    nick_name: str
    ip: str
    region: str
    isp: str
    device_model: str
    platform: str
    sdk: str
    sdk_type: SdkType
    access_net: str


@dataclass(frozen=True, slots=True)
class Session:
    """One attempt of a user to be in a room, from joining to leaving.

    ``left`` is None while the user is online. A failed attempt ends when it fails and is never
    online. ``slow`` is an attempt that did not succeed within five seconds. ``quality`` maps a
    metric of table 13-58 to parts of RATE_SCALE, or to milliseconds. ``sending`` is None where only
    the media are known.
    """

    session: str
    room_id: str
    uid: str
    client: Client
    media: Media
    joined: int
    left: int | None
    failed: bool = False
    slow: bool = False
    recorded: bool = False
    transcoded: bool = False
    quality: Mapping[str, int] = field(default_factory=dict)
    role: Role = "joiner"
    sending: frozenset[Stream] | None = None

    @property
    def streams(self) -> frozenset[Stream]:
        """What is sent: as told, else what the media say. Who only watches sends nothing."""
        if self.role == "player":
            return frozenset()
        if self.sending is not None:
            return self.sending
        return frozenset({"AUDIO"} if self.media == "audio" else {"AUDIO", "CAMERASTREAM"})

    @property
    def state(self) -> UserState:
        """The state as table 13-13 names it."""
        if self.failed:
            return "FAIL"
        return "ONLINE" if self.left is None else "OFFLINE"

    def online_at(self, moment: int) -> bool:
        """Whether the user is in the room at that second; the second of leaving is out."""
        if self.failed or self.joined > moment:
            return False
        return self.left is None or moment < self.left

    def seconds_within(self, start: int, end: int) -> int:
        """How long the user is in the room between two moments."""
        if self.failed:
            return 0
        until = end if self.left is None else min(self.left, end)
        return max(0, until - max(self.joined, start))


@dataclass(frozen=True, slots=True)
class Room:
    """A room from its first user's joining to its last user's leaving (13.1, table 13-6)."""

    room_id: str
    started: int
    ended: int | None

    @property
    def state(self) -> RoomState:
        """The state as table 13-6 names it."""
        return "RUNNING" if self.ended is None else "CLOSED"


@dataclass(frozen=True, slots=True)
class AbnormalEvent:
    """One abnormal experience of a user (table 13-90); ``peer_uid`` is empty for a local cause."""

    time: int
    session: Session
    stage: Stage
    location: Location
    peer_uid: str
    abnormal_type: int
    abnormal_factor: int


class AppRecords:
    """Everything that is known of one application."""

    def __init__(self, app_id: str, sessions: list[Session], events: list[AbnormalEvent]) -> None:
        self.app_id = app_id
        self.sessions = sorted(sessions, key=lambda it: (it.joined, it.session))
        self.events = sorted(events, key=lambda it: (it.time, it.session.session))

    @property
    def domain(self) -> str:
        """The domain of the application, in the form of the examples of 13.1 and 13.2."""
        return f"{self.app_id}.sparkrtc.myhuaweicloud.com"

    def sessions_in(self, room_id: str | None) -> list[Session]:
        """The sessions of a room, or all of them, in the order of joining."""
        if room_id is None:
            return self.sessions
        return [it for it in self.sessions if it.room_id == room_id]

    def events_in(self, room_id: str | None) -> Iterator[AbnormalEvent]:
        """The abnormal events of a room, or all of them, in time order."""
        return (it for it in self.events if room_id is None or it.session.room_id == room_id)

    def rooms(self, room_id: str | None = None) -> list[Room]:
        """The rooms, in the order of their start; a failed attempt opens none."""
        spans: dict[str, tuple[int, int | None]] = {}
        for it in self.sessions_in(room_id):
            if it.failed:
                continue
            started, ended = spans.get(it.room_id, (it.joined, it.joined))
            still_open = ended is None or it.left is None
            spans[it.room_id] = (started, None if still_open else max(ended or 0, it.left or 0))
        return [Room(name, started, ended) for name, (started, ended) in spans.items()]
