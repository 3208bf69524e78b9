"""Labs whose wire ends in this process: at the reference, or at a function that answers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

from conformance.contract.document import Contract, load_contract
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import announcement
from conformance.suite.lab import Lab
from conformance.suite.reaching import Reach, reach_embedded
from conformance.target.gateway import Gateway
from conformance.target.transport import TargetClient

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
            "type": "http", "http_version": "1.1", "method": request.method, "scheme": "http",
            "path": request.url.path, "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query, "server": ("127.0.0.1", 9),
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1), "root_path": "",
        }  # fmt: skip
        self._runner.run(self._app(scope, receive, send))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        answer = httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
        return self._change(request, answer) if self._change is not None else answer


def answer_like(answer: httpx.Response, status: int, body: Any) -> httpx.Response:
    """The same answer with another status and body."""
    return httpx.Response(
        status, json=body, headers={"X-request-Id": answer.headers["X-request-Id"]}
    )


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the newest edition."""
    return load_contract()


@pytest.fixture
def make_lab(contract: Contract) -> Iterator[MakeLab]:
    """``make_lab(change=…, handler=…, **settings)``: a lab with the reference at its other end.

    ``handler`` answers in place of the reference. ``lab.wire`` is not there: what was sent is in
    the list that comes second.
    """
    with asyncio.Runner() as runner:

        def make(
            change: Change | None = None,
            handler: Callable[[httpx.Request], httpx.Response] | None = None,
            *,
            data: bool = True,
            account: bool = True,
            **settings: Any,
        ) -> tuple[Lab, list[httpx.Request]]:
            world = seeded_world(0, data=data)
            reach = _reach(announcement(world, BASE_URL), settings)
            if not account:
                reach = dataclasses.replace(reach, account=None, second=None)
            if handler is not None:
                seen: list[httpx.Request] = []

                def record(request: httpx.Request) -> httpx.Response:
                    seen.append(request)
                    return handler(request)

                transport: httpx.BaseTransport = httpx.MockTransport(record)
            else:
                transport = InProcess(create_app(world, with_control=True), runner, change)
                seen = transport.requests
            client = TargetClient(reach.settings, transport=transport)
            gateway = Gateway(reach.settings, client, contract.flow_groups, None)
            return Lab(contract, reach, gateway, prefix="sparkconf-test-", seed=1), seen

        yield make


def _reach(announced: dict[str, Any], settings: dict[str, Any]) -> Reach:
    reach = reach_embedded(announced)
    return dataclasses.replace(reach, settings=dataclasses.replace(reach.settings, **settings))
