"""People in rooms: what a client SDK would do, done from outside (chapters 7, 9, 10 and 13).

Who joins is a session of the statistics; jobs, recordings and events follow from it.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from conformance.reference.auto_record import start_automatic
from conformance.reference.jobs import room_changed
from conformance.reference.statistics.people import UserSource
from conformance.reference.statistics.sessions import Session

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.resources import App, Tenant
    from conformance.reference.statistics.vocabulary import Media, Role, Stream
    from conformance.reference.world import World


def be_there(
    world: World,
    tenant: Tenant,
    app: App,
    room_id: str,
    uid: str,
    *,
    role: Role,
    streams: frozenset[Stream],
    now: datetime,
) -> Session:
    """A user is in a room in that role, sending those streams: joins, or changes."""
    data = world.statistics
    fresh_room = data.room_users(app.app_id, room_id) is None
    before = data.online(app.app_id, room_id, uid)
    session = before or _joining(world, room_id, uid, int(now.timestamp()))
    session = replace(session, role=role, sending=streams)
    media: Media = "audio" if streams <= {"AUDIO"} else "video_hd"
    if before is None or media != "audio":
        session = replace(session, media=media)
    data.put(app.app_id, session)
    if fresh_room and app.auto_record.mode != "AUTO_RECORD_OFF":
        app.recorded_rooms.add(room_id)
    elif fresh_room:
        app.recorded_rooms.discard(room_id)
    _tell_jobs(world, app, room_id, now)
    if room_id in app.recorded_rooms:
        start_automatic(world, tenant, app, room_id, uid, session.streams, now)
    return session


def leave(world: World, app: App, room_id: str, uid: str, now: datetime) -> bool:
    """A user leaves a room; whether the user was there."""
    if world.statistics.online(app.app_id, room_id, uid) is None:
        return False
    world.statistics.remove_users(app.app_id, room_id, {uid}, now)
    _tell_jobs(world, app, room_id, now)
    return True


def _tell_jobs(world: World, app: App, room_id: str, now: datetime) -> None:
    occupied = bool(world.statistics.contributors(app.app_id, room_id))
    room_changed(app, room_id, now, occupied=occupied)


def _joining(world: World, room_id: str, uid: str, joined: int) -> Session:
    """A session of a made-up device; the same user has the same one everywhere."""
    draw = Random(uid)  # noqa: S311 - reproducible data, no secrets
    person = UserSource(draw).person()
    return Session(
        session=world.ids.resource(),
        room_id=room_id,
        uid=uid,
        client=replace(person.client, nick_name=uid),
        media="audio",
        joined=joined,
        left=None,
        quality=person.draw_quality(draw),
    )
