"""The reference as somebody else might have built it: other choices where the document leaves one.

A variation changes the request before it is looked at, answers it itself, or changes the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.reference.world import World

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes

    def has(self, name: bytes) -> bool:
        """Whether the header was sent."""
        return any(key == name for key, _ in self.headers)

    @property
    def json(self) -> Any:
        """What was sent as JSON; None where it was none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: ``content`` is its JSON, and ``text`` is what is sent of it."""

    status: int
    content: Any
    headers: Headers = field(default_factory=list)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Variation:
    """One permitted choice, and the hooks that make it; those that are None change nothing."""

    name: str
    ask: Callable[[Request], Request] | None = None
    refuse: Callable[[World, Request], Told | None] | None = None
    tell: Callable[[Request, Told], Told] | None = None


def varied(world: World, app: ASGIApp, variations: Sequence[Variation], seen: set[str]) -> ASGIApp:
    """The application with those variations, one around the other.

    ``seen`` gets the names of those that made a difference.
    """

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        asked = await _read(scope, receive)
        for one in variations:
            changed = one.ask(asked) if one.ask is not None else asked
            seen.update({one.name} if changed != asked else ())
            asked = changed
        told = _refused(world, asked, variations, seen) or await _answer(app, scope, asked)
        for one in variations:
            other = one.tell(asked, told) if one.tell is not None else told
            seen.update({one.name} if other != told else ())
            told = other
        await _send(told, send)

    return call


def _refused(
    world: World, asked: Request, variations: Sequence[Variation], seen: set[str]
) -> Told | None:
    for one in variations:
        told = one.refuse(world, asked) if one.refuse is not None else None
        if told is not None:
            seen.add(one.name)
            number = (b"x-request-id", world.ids.request().encode())
            return replace(told, headers=[*told.headers, number])
    return None


async def _read(scope: Scope, receive: Receive) -> Request:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(
        scope["method"], scope["path"], scope["query_string"], list(scope["headers"]), body
    )


async def _answer(app: ASGIApp, scope: Scope, asked: Request) -> Told:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    changed = {**scope, "query_string": asked.query, "headers": asked.headers}
    await app(changed, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    content = json.loads(body) if body else None
    return Told(sent[0]["status"], content, list(sent[0]["headers"]))


async def _send(told: Told, send: Send) -> None:
    """In two pieces, as a chunked answer comes."""
    text = told.text if told.text is not None else json.dumps(told.content, ensure_ascii=False)
    body = b"" if told.content is None else text.encode()
    headers = [(k, v) for k, v in told.headers if k.lower() not in {b"content-length"}]
    if body and not any(name.lower() == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    half = len(body) // 2
    await send({"type": "http.response.body", "body": body[:half], "more_body": True})
    await send({"type": "http.response.body", "body": body[half:], "more_body": False})
