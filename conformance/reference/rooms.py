"""Chapter 11: rooms. Who is in a room is the statistics' to know."""

from __future__ import annotations

from typing import Any

from conformance.reference import refusals
from conformance.reference.flow import ROOMS
from conformance.reference.jobs import room_changed
from conformance.reference.models.rooms import RemoveUsersBody
from conformance.reference.operation import Call, Operation, find_app
from conformance.reference.refusals import Refusal
from conformance.reference.resources import App


def remove_users(call: Call, app: App, body: RemoveUsersBody) -> None:
    """Accept the removal of users; who or what is not there does no harm (11.1)."""
    room_id = call.path["room_id"]
    data = call.world.statistics
    if data.room_users(app.app_id, room_id) is None:
        return
    data.remove_users(app.app_id, room_id, set(body.user_ids), call.now)
    occupied = bool(data.contributors(app.app_id, room_id))
    room_changed(app, room_id, call.now, occupied=occupied)


def remove_room(call: Call, app: App, _body: None) -> None:
    """Accept the dismissal of a room that is there (11.2)."""
    room_id = call.path["room_id"]
    data = call.world.statistics
    if data.room_users(app.app_id, room_id) is None:
        # The catalogue has no code for a missing room; this is the nearest of its 404 codes.
        raise Refusal(refusals.NO_APP, "room_id")
    data.dismiss(app.app_id, room_id, call.now)
    room_changed(app, room_id, call.now, occupied=False)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "RemoveUsers",
        "POST",
        "/v2/apps/{app_id}/rooms/{room_id}/batch-remove-users",
        202,
        find_app,
        remove_users,
        body=RemoveUsersBody,
        group=ROOMS,
    ),
    Operation(
        "RemoveRoom",
        "POST",
        "/v2/apps/{app_id}/rooms/{room_id}/dismiss",
        202,
        find_app,
        remove_room,
        group=ROOMS,
    ),
)
