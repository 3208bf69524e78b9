"""From a path to the operations on it: request id, method, size, authentication, flow control."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals, wire
from conformance.reference.admission import authenticate
from conformance.reference.flow import STATISTICS
from conformance.reference.operation import Call
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from conformance.reference.identities import Identity
    from conformance.reference.operation import Operation
    from conformance.reference.world import World

    Endpoint = Callable[[Request, bytes], Awaitable[Response]]

_log = logging.getLogger(__name__)
_SLASH = b"%2f"
"""No id has a slash in it: one that is escaped is part of an id, and leads to no other path."""


class Resource:
    """An ASGI application for one path: its endpoints by method, and everything refused.

    No exception leaves it: a refusal becomes its envelope, a bug a bare 500 of the catalogue.
    """

    def __init__(self, world: World, endpoints: Mapping[str, Endpoint]) -> None:
        self._world = world
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.request_id = self._world.ids.request()
        self._world.recorder.observe(self._world.clock.now())
        try:
            response = await self._respond(request)
        except Refusal as refusal:
            response = wire.refuse(
                request, refusal.status, refusal.code, refusal.message, refusal.headers
            )
        except Exception:
            _log.exception("an operation of the reference failed")
            entry = refusals.CATALOGUE[refusals.INTERNAL]
            response = wire.refuse(request, entry.status, refusals.INTERNAL, entry.message)
        self._world.recorder.observe(self._world.clock.now())
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if not self._endpoints or _SLASH in request.scope.get("raw_path", b"").lower():
            raise Refusal(refusals.NO_API)
        endpoint = self._endpoints.get(request.method)
        if endpoint is None:
            allowed = ", ".join(sorted(self._endpoints))
            raise Refusal(refusals.NO_API, "method", status=405, headers={"Allow": allowed})
        return await endpoint(request, await wire.receive_body(request))


def operation_endpoint(world: World, operation: Operation[Any]) -> Endpoint:
    """Make the endpoint of an operation of chapters 5 to 12."""

    async def endpoint(request: Request, body: bytes) -> Response:
        now = world.clock.now()
        identity = authenticate(world, request, body, now, token_only=operation.token_only)
        if world.flow is not None:
            world.flow.admit(identity.project_id, operation.group, now)
        call = Call(world, identity, world.tenant_of(identity), now, request.path_params)
        subject = operation.find(call)
        given: object = None
        if operation.body is not None:
            typed = operation.content_type_required
            given = wire.read_body(request, body, operation.body, typed=typed)
        elif operation.query is not None:
            given = wire.read_query(request, operation.query)
        result = operation.handle(call, subject, given)
        return wire.answer(request, operation.status, result)

    return endpoint


@dataclass(frozen=True, slots=True)
class _Apps:
    """Answers whether an application is the caller's, for handlers that only see the request."""

    world: World
    identity: Identity

    def __call__(self, app_id: str) -> bool:
        return app_id in self.world.tenant_of(self.identity).apps


def statistics_endpoint(
    world: World, handler: Callable[[Request], Awaitable[Response]], *, token_only: bool
) -> Endpoint:
    """Guard a handler of chapter 13 and tell it who calls, and when."""

    async def endpoint(request: Request, body: bytes) -> Response:
        now = world.clock.now()
        identity = authenticate(world, request, body, now, token_only=token_only)
        if world.flow is not None:
            world.flow.admit(identity.project_id, STATISTICS, now)
        request.state.now = now
        request.state.project_id = identity.project_id
        request.state.has_app = _Apps(world, identity)
        return await handler(request)

    return endpoint
