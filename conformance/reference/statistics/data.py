"""The statistics of all applications, and what removals and dismissals (chapter 11) do to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.statistics.seeding import seeded_records
from conformance.reference.statistics.sessions import AppRecords, Session

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from conformance.reference.statistics.vocabulary import Stream


class StatisticsData:
    """The records of each application; an application that was never seeded has none."""

    def __init__(self, records: Mapping[str, AppRecords]) -> None:
        self._records = dict(records)

    @property
    def records(self) -> Mapping[str, AppRecords]:
        """The records of every application that was seeded."""
        return self._records

    @classmethod
    def seeded(cls, seed: int, now: datetime, app_ids: Sequence[str]) -> StatisticsData:
        """Make the past of these applications as seen from ``now``; equal arguments, equal past."""
        moment = int(now.timestamp())
        return cls(
            {
                app_id: seeded_records(f"{seed}/{position}", moment, app_id)
                for position, app_id in enumerate(app_ids)
            }
        )

    def app(self, app_id: str) -> AppRecords:
        """The records of an application, empty if there are none."""
        return self._records.get(app_id) or AppRecords(app_id, [], [])

    def room_users(self, app_id: str, room_id: str) -> frozenset[str] | None:
        """Who is online in a room; None if no such room is running."""
        online = frozenset(
            it.uid for it in self.app(app_id).sessions_in(room_id) if it.state == "ONLINE"
        )
        return online or None

    def streams(self, app_id: str, room_id: str) -> Mapping[str, frozenset[Stream]]:
        """What each joiner or publisher of a room sends now (9.1, 10.1)."""
        records = self._records.get(app_id)
        sessions = records.sessions_in(room_id) if records is not None else ()
        return {
            it.uid: it.streams for it in sessions if it.state == "ONLINE" and it.role != "player"
        }

    def recorded(
        self, app_id: str, room_id: str, user_ids: Collection[str], *, mixed: bool
    ) -> None:
        """Their sessions of now are recorded, ``mixed`` ones transcoded too (13.7)."""
        records = self._records.get(app_id)
        for it in records.sessions_in(room_id) if records is not None else ():
            known = it.recorded and it.transcoded >= mixed
            if it.uid in user_ids and it.state == "ONLINE" and not known:
                self.put(app_id, replace(it, recorded=True, transcoded=it.transcoded or mixed))

    def contributors(self, app_id: str, room_id: str) -> frozenset[str]:
        """The joiners and publishers of a room: while there is one, no job in it is idle."""
        return frozenset(self.streams(app_id, room_id))

    def put(self, app_id: str, session: Session) -> None:
        """A session begins, or is seen to have changed."""
        records = self._records.setdefault(app_id, AppRecords(app_id, [], []))
        others = [it for it in records.sessions if it.session != session.session]
        records.sessions = sorted([*others, session], key=lambda it: (it.joined, it.session))

    def online(self, app_id: str, room_id: str, uid: str) -> Session | None:
        """The session in which a user is in a room now."""
        records = self._records.get(app_id)
        sessions = records.sessions_in(room_id) if records is not None else ()
        return next((it for it in sessions if it.uid == uid and it.state == "ONLINE"), None)

    def remove_users(
        self, app_id: str, room_id: str, user_ids: Collection[str], now: datetime
    ) -> None:
        """Take users out of a room (11.1); the room closes when nobody is left in it."""
        self._leave(app_id, room_id, frozenset(user_ids), int(now.timestamp()))

    def dismiss(self, app_id: str, room_id: str, now: datetime) -> None:
        """Close a room (11.2): whoever is in it leaves."""
        self._leave(app_id, room_id, None, int(now.timestamp()))

    def _leave(self, app_id: str, room_id: str, uids: frozenset[str] | None, moment: int) -> None:
        records = self.app(app_id)

        def after(it: Session) -> Session:
            concerned = it.room_id == room_id and (uids is None or it.uid in uids)
            if not concerned or it.state != "ONLINE":
                return it
            return replace(it, left=max(moment, it.joined))

        records.sessions = [after(it) for it in records.sessions]
