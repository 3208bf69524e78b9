"""Room life that others cause: at every query somebody comes or goes, and it is known late.

The document does not say when chapter 13 knows what has happened; a busy service may learn of it
minutes later.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from conformance.reference.statistics.data import StatisticsData
from conformance.reference.statistics.people import UserSource
from conformance.reference.statistics.sessions import AppRecords, Session

if TYPE_CHECKING:
    from conformance.reference.clock import Clock


class BusyStatistics(StatisticsData):
    """The statistics of applications that others use: ``rate`` changes at each query.

    Each happened up to ``lag`` seconds before it is known.
    """

    def __init__(
        self, quiet: StatisticsData, clock: Clock, *, rate: float, lag: float, seed: int = 0
    ) -> None:
        super().__init__(quiet.records)
        self._clock = clock
        self._rate = rate
        self._lag = lag
        self._draw = Random(seed)  # noqa: S311 - reproducible data, no secrets
        self._people = UserSource(self._draw)
        self._owed = 0.0

    def app(self, app_id: str) -> AppRecords:
        """The records of an application, after what has become known since the last query."""
        records = super().app(app_id)
        self._owed += self._rate
        while self._owed >= 1:
            self._owed -= 1
            self._change(records)
        return records

    def _change(self, records: AppRecords) -> None:
        """Somebody comes; or somebody goes who is not alone."""
        moment = int(self._clock.now().timestamp() - self._draw.uniform(0, self._lag))
        rooms = [room for room in records.rooms() if room.ended is None and room.started < moment]
        if not rooms:
            return
        room = self._draw.choice(rooms)
        inside = [it for it in records.sessions_in(room.room_id) if it.state == "ONLINE"]
        leaving = [it for it in inside if room.started < it.joined < moment]
        if leaving and self._draw.random() < len(leaving) / (len(leaving) + 2):
            gone = self._draw.choice(leaving)
            records.sessions = [
                replace(it, left=moment) if it is gone else it for it in records.sessions
            ]
            return
        records.sessions = sorted(
            [*records.sessions, self._joining(room.room_id, moment)],
            key=lambda it: (it.joined, it.session),
        )

    def _joining(self, room_id: str, moment: int) -> Session:
        person = self._people.person()
        return Session(
            session=f"{self._draw.getrandbits(128):032x}",
            room_id=room_id,
            uid=person.uid,
            client=person.client,
            media=person.media,
            joined=moment,
            left=None,
            quality=person.draw_quality(self._draw),
        )
