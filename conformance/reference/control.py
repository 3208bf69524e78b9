"""A door for tests, closed unless asked for: move the clock, see the whole state."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from conformance.reference import refusals, wire
from conformance.reference.clock import timestamp
from conformance.reference.local_only import why_not
from conformance.reference.models.strictness import Incoming
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from conformance.reference.routing import Endpoint
    from conformance.reference.world import World

ADVANCE_PATH = "/_control/advance"
SNAPSHOT_PATH = "/_control/snapshot"
_LAST_YEAR = 9900
"""Beyond it the times that follow from the present are none that can be written."""


def local(endpoint: Endpoint) -> Endpoint:
    """The same endpoint for programs of this machine alone."""

    async def checked(request: Request, body: bytes) -> Response:
        refused = why_not(request.method, request.headers)
        if refused is not None:
            status, reason = refused
            raise Refusal(refusals.NO_API, reason, status=status)
        return await endpoint(request, body)

    return checked


class AdvanceBody(Incoming):
    """How far the clock moves."""

    seconds: Annotated[float, Field(ge=0, le=10 * 365 * 86400)]


def advance(world: World) -> Endpoint:
    """``POST /_control/advance``: move the clock forward, answer the new time."""

    async def endpoint(request: Request, body: bytes) -> Response:
        given = wire.read_body(request, body, AdvanceBody, typed=False)
        if world.clock.now().year >= _LAST_YEAR:
            raise Refusal(refusals.INVALID, "seconds")
        now = world.clock.advance(given.seconds)
        return wire.answer(request, 200, {"now": timestamp(now)})

    return endpoint


def take_snapshot(world: World) -> Endpoint:
    """``GET /_control/snapshot``: everything that requests can change, in a fixed order."""

    async def endpoint(request: Request, body: bytes) -> Response:  # noqa: ARG001
        return wire.answer(request, 200, snapshot(world))

    return endpoint


def snapshot(world: World) -> dict[str, Any]:
    """Return the tenants' state as plain data; the passing of time alone does not change it."""
    tenants = []
    for name in sorted(world.tenants):
        state = asdict(world.tenants[name])
        for app in state["apps"].values():
            del app["open_jobs"]
            app["recorded_rooms"] = sorted(app["recorded_rooms"])
        tenants.append(state)
    return {"tenants": tenants}
