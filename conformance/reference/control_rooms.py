"""More of the door for tests: people in rooms, and what was told to callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import field_validator

from conformance.reference import participants, refusals, wire
from conformance.reference.models.strictness import Incoming
from conformance.reference.refusals import Refusal
from conformance.reference.statistics.vocabulary import Role, Stream
from conformance.reference.statistics.windows import show_instant

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from conformance.reference.resources import App, Tenant
    from conformance.reference.routing import Endpoint
    from conformance.reference.statistics.sessions import Session
    from conformance.reference.world import World

ROOMS_PATH = "/_control/rooms/{app_id}"
USER_PATH = "/_control/rooms/{app_id}/{room_id}/users/{user_id}"
DELIVERIES_PATH = "/_control/deliveries"


class ParticipantBody(Incoming):
    """What somebody in a room is and sends."""

    role: Role = "joiner"
    streams: tuple[Stream, ...] = ("AUDIO", "CAMERASTREAM")

    @field_validator("streams", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def put_user(world: World) -> Endpoint:
    """``PUT …/users/{user_id}``: the user is in the room, in that role, with those streams."""

    async def endpoint(request: Request, body: bytes) -> Response:
        given = wire.read_body(request, body or b"{}", ParticipantBody, typed=False)
        tenant, app = _find(world, request)
        session = participants.be_there(
            world,
            tenant,
            app,
            request.path_params["room_id"],
            request.path_params["user_id"],
            role=given.role,
            streams=frozenset(given.streams),
            now=world.clock.now(),
        )
        return wire.answer(request, 200, _show(session))

    return endpoint


def delete_user(world: World) -> Endpoint:
    """``DELETE …/users/{user_id}``: the user leaves the room."""

    async def endpoint(request: Request, body: bytes) -> Response:  # noqa: ARG001
        _, app = _find(world, request)
        room_id, uid = request.path_params["room_id"], request.path_params["user_id"]
        if not participants.leave(world, app, room_id, uid, world.clock.now()):
            raise Refusal(refusals.INVALID, "user_id", status=404)
        return wire.answer(request, 204)

    return endpoint


def list_rooms(world: World) -> Endpoint:
    """``GET /_control/rooms/{app_id}``: who is in which room, and what they send."""

    async def endpoint(request: Request, body: bytes) -> Response:  # noqa: ARG001
        _, app = _find(world, request)
        rooms: dict[str, list[dict[str, Any]]] = {}
        for it in world.statistics.app(app.app_id).sessions:
            if it.state == "ONLINE":
                rooms.setdefault(it.room_id, []).append(_show(it))
        return wire.answer(request, 200, {"rooms": rooms})

    return endpoint


def list_deliveries(world: World) -> Endpoint:
    """``GET /_control/deliveries``: what was told to callbacks, of one ``app_id`` or of all."""

    async def endpoint(request: Request, body: bytes) -> Response:  # noqa: ARG001
        told = world.recorder.courier.deliveries(request.query_params.get("app_id"))
        return wire.answer(request, 200, {"deliveries": told})

    return endpoint


def _find(world: World, request: Request) -> tuple[Tenant, App]:
    for tenant in world.tenants.values():
        app = tenant.apps.get(request.path_params["app_id"])
        if app is not None:
            return tenant, app
    raise Refusal(refusals.NO_APP)


def _show(it: Session) -> dict[str, Any]:
    return {
        "user_id": it.uid,
        "session": it.session,
        "role": it.role,
        "streams": sorted(it.streams),
        "join_time": show_instant(it.joined),
    }
