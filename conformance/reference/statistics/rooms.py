"""13.1: the rooms that were created in a time window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.statistics.windows import show_instant

if TYPE_CHECKING:
    from conformance.reference.statistics.answers import RoomInfo, RoomList
    from conformance.reference.statistics.queries import RoomListQuery
    from conformance.reference.statistics.sessions import AppRecords, Room


def list_rooms(app: AppRecords, query: RoomListQuery, now: int) -> RoomList:
    """Answer 13.1: newest first, one page of items from ``offset`` on."""
    window = query.window(now)
    found = [
        room
        for room in reversed(app.rooms(query.room_id))
        if room.started in window and query.state in (None, room.state)
    ]
    page = found[query.offset : query.offset + query.limit]
    return {
        "total": len(found),
        "limit": query.limit,
        "offset": query.offset,
        "room_info_list": [_show(app, room, now) for room in page],
    }


def _show(app: AppRecords, room: Room, now: int) -> RoomInfo:
    return {
        "domain": app.domain,
        "app": app.app_id,
        "room_id": room.room_id,
        "state": room.state,
        "duration": _duration(room, now),
        "start_time": show_instant(room.started),
        "end_time": "-" if room.ended is None else show_instant(room.ended),
    }


def _duration(room: Room, now: int) -> int:
    """Seconds; of a room that is still open the full minutes, the grain of all realtime data."""
    if room.ended is None:
        return max(0, now - room.started) // 60 * 60
    return room.ended - room.started
