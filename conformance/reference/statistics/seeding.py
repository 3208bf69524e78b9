"""Making up the past of an application: the same seed and moment, the same past.

Rooms that are open now, rooms that were opened and closed in the past hour and day, one room on
each of the past 33 days and a second one on the fifth, a few up to 89 days back, and one of the
fourth day, counted from now.
Within a room the first user stays throughout, so that a room is never empty before it closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from conformance.reference.statistics.people import UserSource
from conformance.reference.statistics.sessions import AppRecords, Session
from conformance.reference.statistics.troubles import make_events
from conformance.reference.statistics.windows import DAY, HOUR, day_of, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reference.statistics.people import Person

MINUTE = 60
_OPEN = (12 * MINUTE, 25 * MINUTE, 47 * MINUTE, 3 * HOUR, 9 * HOUR)
"""How long ago the rooms were opened that are still open."""

_CLOSED = (
    (55 * MINUTE, 20 * MINUTE),
    (38 * MINUTE, 15 * MINUTE),
    (2 * HOUR, 40 * MINUTE),
    (5 * HOUR, HOUR),
    (8 * HOUR, 30 * MINUTE),
    (14 * HOUR, 45 * MINUTE),
    (20 * HOUR, 2 * HOUR),
)
"""How long ago the rooms of the past day were opened that are closed, and for how long."""

_FOURTH_DAY = (84 * HOUR, 50 * MINUTE)
"""The same of a room that is between three and four days old whatever the hour is (13.10)."""

_SECOND_ROOM = 5
"""The past day with two rooms, in both of which the regular user is (13.8)."""

_DAILY = range(1, 34)
_OLDER = range(36, 90, 6)
_OVER_MIDNIGHT = 7
"""Every how many days the daily room stays open over midnight."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """A room to fill: ``end`` is what has happened so far, ``running`` whether it goes on.

    ``visited``: the regular user is there for a while.
    """

    start: int
    end: int
    running: bool
    visited: bool = False


def seeded_records(seed: str, now: int, app_id: str) -> AppRecords:
    """Make the sessions and abnormal events of one application."""
    draw = Random(seed)  # noqa: S311 - reproducible data, no secrets
    people = UserSource(draw)
    regular = people.person()
    sessions: list[Session] = []
    for number, opening in enumerate(_openings(draw, now)):
        sessions.extend(_fill(opening, number, draw, people, regular))
    events = make_events(draw, [it for it in sessions if it.uid != regular.uid], now)
    return AppRecords(app_id, sessions, events)


def _openings(draw: Random, now: int) -> Iterator[_Opening]:
    for ago in _OPEN:
        yield _Opening(now - ago, now, running=True)
    for ago, length in _CLOSED:
        yield _Opening(now - ago, now - ago + length, running=False)
    today = start_of(day_of(now))
    for days in (*_DAILY, *_OLDER):
        start = today - days * DAY + draw.randrange(20 * HOUR)
        length = draw.randrange(10 * MINUTE, 90 * MINUTE)
        if days % _OVER_MIDNIGHT == 0:
            start, length = today - (days - 1) * DAY - HOUR // 2, HOUR
        yield _Opening(start, start + length, running=False, visited=days == _SECOND_ROOM)
    ago, length = _FOURTH_DAY
    yield _Opening(now - ago, now - ago + length, running=False)
    start = today - _SECOND_ROOM * DAY + draw.randrange(20 * HOUR)
    yield _Opening(start, start + HOUR, running=False, visited=True)


def _fill(
    opening: _Opening, number: int, draw: Random, people: UserSource, regular: Person
) -> Iterator[Session]:
    """The sessions of one room; which special cases it has follows from its number.

    Every fourth room is also visited by the regular user of the application. By turns a user
    comes back, one succeeds only at the second attempt, and one never gets in.
    """
    room = _RoomMaker(f"{draw.getrandbits(128):032x}", draw, opening)
    host = people.person()
    yield room.stay(host, 0.0, None if opening.running else 1.0)
    for _ in range(draw.randint(1, 3)):
        leaves = None if opening.running and draw.random() < 0.6 else draw.uniform(0.6, 0.95)
        yield room.stay(people.person(), draw.uniform(0.05, 0.5), leaves)
    guest = people.person()
    match number % 3:
        case 0:
            yield room.stay(guest, 0.1, 0.3)
            yield room.stay(guest, 0.4, None if opening.running else 0.8)
        case 1:
            yield room.failure(guest, 0.2)
            yield room.stay(guest, 0.3, 0.9)
        case _:
            yield room.failure(guest, 0.5)
    if opening.visited or number % 4 == 0:
        yield room.stay(regular, 0.55, 0.75)


class _RoomMaker:
    """Places sessions in one room, by fractions of the time that it has been open."""

    def __init__(self, room_id: str, draw: Random, opening: _Opening) -> None:
        self._room_id = room_id
        self._draw = draw
        self._opening = opening

    def stay(self, person: Person, joins: float, leaves: float | None) -> Session:
        """A user who gets in; without ``leaves`` the user is still there."""
        left = None if leaves is None else self._at(leaves)
        return self._session(person, self._at(joins), left, failed=False)

    def failure(self, person: Person, tries: float) -> Session:
        """A user who does not get in, and gives up after some seconds."""
        tried = self._at(tries)
        return self._session(person, tried, tried + self._draw.randint(5, 12), failed=True)

    def _at(self, fraction: float) -> int:
        length = self._opening.end - self._opening.start
        return self._opening.start + int(length * fraction)

    def _session(self, person: Person, joined: int, left: int | None, *, failed: bool) -> Session:
        return Session(
            session=f"{self._draw.getrandbits(128):032x}",
            room_id=self._room_id,
            uid=person.uid,
            client=person.client,
            media=person.media,
            joined=joined,
            left=left,
            failed=failed,
            slow=failed or self._draw.random() < 0.15,
            recorded=self._draw.random() < 0.4,
            transcoded=self._draw.random() < 0.4,
            quality=person.draw_quality(self._draw),
        )
