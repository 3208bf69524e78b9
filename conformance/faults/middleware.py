"""The layer between the wire and the reference in which a fault does its work."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Answer, Request, read_query

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.world import World

_CONTROL = "/_control/"
_REQUEST_ID = "x-request-id"


@dataclass(slots=True)
class Turn:
    """One request on its way through a fault; ``memory`` lasts as long as the server."""

    world: World
    endpoint: Endpoint
    path: Mapping[str, str]
    request: Request
    memory: dict[Any, Any]
    forward: Callable[[Request], Awaitable[Answer]]


Behaviour = Callable[[Turn], Awaitable[Answer]]
"""What a fault does with a request: usually forward it, changed or not, and change the answer."""


async def untouched(turn: Turn) -> Answer:
    """Let a request and its answer pass as they are."""
    return await turn.forward(turn.request)


EVERYTHING = ("*",)
"""Stands for every request, even one that no operation takes."""
NOWHERE = Endpoint("", "", "", 200, None, None, None, (), "rtc")
"""Stands for the operation of a request that no operation takes."""


@dataclass(slots=True)
class Layer:
    """An ASGI application around the reference: requests to some operations go through a fault."""

    app: ASGIApp
    world: World
    operations: tuple[str, ...]
    behaviour: Behaviour
    memory: dict[Any, Any] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = None
        if scope["type"] == "http" and not scope["path"].startswith(_CONTROL):
            everything = self.operations == EVERYTHING
            chosen = () if everything else self.operations
            found = find_endpoint(scope["method"], scope["path"], chosen)
            found = (NOWHERE, {}) if found is None and everything else found
        if found is None:
            await self.app(scope, receive, send)
            return
        endpoint, path = found
        request = _read_request(scope, await read_all(receive))

        async def forward(changed: Request) -> Answer:
            return await call(self.app, scope, changed)

        turn = Turn(self.world, endpoint, path, request, self.memory, forward)
        await respond(send, _identified(self.world, await self.behaviour(turn)))


@lru_cache(maxsize=512)
def _patterns(operations: tuple[str, ...]) -> tuple[tuple[Endpoint, re.Pattern[str]], ...]:
    chosen = [ENDPOINTS[name] for name in operations] if operations else ENDPOINTS.values()
    # A path without placeholders is meant before one that would take it as a value.
    ordered = sorted(chosen, key=lambda one: one.path.count("{"))
    return tuple((one, _pattern(one.path)) for one in ordered)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "/?")


def find_endpoint(
    method: str, path: str, operations: tuple[str, ...] = ()
) -> tuple[Endpoint, Mapping[str, str]] | None:
    """The operation that a request is for, with the values in its path; no names: any."""
    for endpoint, pattern in _patterns(operations):
        match = pattern.fullmatch(path) if endpoint.method == method else None
        if match is not None:
            return endpoint, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def _read_request(scope: Scope, body: bytes) -> Request:
    path = scope.get("raw_path") or scope["path"].encode()
    return Request(
        scope["method"],
        path.decode("latin-1"),
        read_query(scope["query_string"]),
        tuple((bytes(name), bytes(value)) for name, value in scope["headers"]),
        body,
    )


async def read_all(receive: Receive) -> bytes:
    """The whole body of a request."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(chunks)


async def call(app: ASGIApp, scope: Scope, request: Request) -> Answer:
    """Put a request to an application and collect its answer."""
    inner = {
        **scope,
        "method": request.method,
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "headers": list(request.headers),
        "state": {},
    }
    if request.query != read_query(scope["query_string"]):
        inner["query_string"] = request.query_string
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(inner, receive, send)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], tuple((bytes(k), bytes(v)) for k, v in start["headers"]), body)


async def respond(send: Send, answer: Answer) -> None:
    """Send an answer, with the length that it has."""
    headers = [(k, v) for k, v in answer.headers if k.lower() != b"content-length"]
    if answer.body or answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await asyncio.sleep(answer.pause)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.cut:
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionResetError("a fault cut this answer off")
    for position in range(len(answer.body)) if answer.pause else ():
        byte = answer.body[position : position + 1]
        await send({"type": "http.response.body", "body": byte, "more_body": True})
        await asyncio.sleep(answer.pause)
    rest = b"" if answer.pause else answer.body
    await send({"type": "http.response.body", "body": rest})


_DELIBERATE = b"x-fault-no-request-id"
"""Marks an answer from which a fault took the request id; the mark itself is not sent."""


def without_request_id(answer: Answer) -> Answer:
    """The same answer with no request id, and none put in its place."""
    return answer.with_header(_REQUEST_ID).with_header(_DELIBERATE.decode(), "yes")


def _identified(world: World, answer: Answer) -> Answer:
    """Whatever a fault makes up carries a request id, as every answer does."""
    if answer.header(_DELIBERATE.decode()) is not None:
        return answer.with_header(_DELIBERATE.decode())
    if answer.header(_REQUEST_ID) is None:
        return answer.with_header(_REQUEST_ID, world.ids.request())
    return answer
