"""Labs whose wire ends in this process: at the reference, or at a function that answers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from conformance.engine.lab import Lab
from conformance.engine.wire.endpoint import Reach, reach_embedded

BASE_URL = "http://127.0.0.1:9"
Change = Callable[[httpx.Request, httpx.Response], httpx.Response]
MakeLab = Callable[..., Lab]


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application; ``change`` makes of its answers what a test needs.

    ``requests`` are those that were sent, in order.
    """

    def __init__(self, app: ASGIApp, runner: asyncio.Runner, change: Change | None) -> None:
        self._app = app
        self._runner = runner
        self._change = change
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run the application for one request."""
        self.requests.append(request)
        body = request.read()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "server": ("127.0.0.1", 9),
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        self._runner.run(self._app(scope, receive, send))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        answer = httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
        return self._change(request, answer) if self._change is not None else answer


def answer_like(answer: httpx.Response, status: int, body: Any) -> httpx.Response:
    """The same answer with another status and body."""
    return httpx.Response(
        status, json=body, headers={"X-request-Id": answer.headers["X-request-Id"]}
    )


def reach_with(announced: dict[str, Any], settings: dict[str, Any]) -> Reach:
    """The reach of an embedded reference, with some settings replaced."""
    reach = reach_embedded(announced)
    return dataclasses.replace(reach, settings=dataclasses.replace(reach.settings, **settings))
