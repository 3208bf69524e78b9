"""A reference with a clock that stands still, and clients of its two tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

from conformance.reference.app import create_app
from conformance.reference.clock import ManualClock
from conformance.reference.control import snapshot
from conformance.reference.seeds import seeded_world
from conformance.reference.world import World

RULE = {
    "obs_addr": {"bucket": "records", "location": "cn-north-4", "project_id": "p1"},
    "record_formats": ["MP4"],
    "mp4_config": {"record_cycle": 60},
}


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application; an exception in it is an exception here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run the application for one request."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        body = request.read()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        return httpx.Response(
            sent[0]["status"],
            headers=sent[0]["headers"],
            content=b"".join(message.get("body", b"") for message in sent[1:]),
        )


def _client(app: ASGIApp, **headers: str) -> httpx.Client:
    return httpx.Client(transport=InProcess(app), base_url="http://localhost", headers=headers)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that only moves when told to."""
    return ManualClock(datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC))


@pytest.fixture
def world(clock: ManualClock) -> World:
    """Two seeded tenants."""
    return seeded_world(1, clock=clock)


@pytest.fixture
def anonymous(world: World) -> Iterator[httpx.Client]:
    """A client without credentials."""
    with _client(create_app(world, with_control=True)) as client:
        yield client


@pytest.fixture
def client(world: World, anonymous: httpx.Client) -> httpx.Client:
    """A client of the first tenant, with its token."""
    anonymous.headers["X-Auth-Token"] = world.identities[0].token
    return anonymous


@pytest.fixture
def stranger(world: World) -> Iterator[httpx.Client]:
    """A client of the second tenant, on the same server state."""
    with _client(create_app(world), **{"X-Auth-Token": world.identities[1].token}) as other:
        yield other


@pytest.fixture
def app_id(client: httpx.Client) -> str:
    """A new application of the first tenant."""
    answer = client.post("/v2/apps", json={"app_name": "mine"})
    assert answer.status_code == 201
    return str(answer.json()["app_id"])


@pytest.fixture
def app(app_id: str) -> str:
    """The path of a new application."""
    return f"/v2/apps/{app_id}"


@pytest.fixture
def rule_id(client: httpx.Client, app: str) -> str:
    """A rule of the new application."""
    answer = client.post(f"{app}/record-rules", json=RULE)
    assert answer.status_code == 201
    return str(answer.json()["rule_id"])


@pytest.fixture
def rule() -> dict[str, Any]:
    """The body of a valid rule."""
    return {**RULE, "obs_addr": dict(RULE["obs_addr"])}


@pytest.fixture
def refused() -> Callable[..., None]:
    """Assert an answer's status and code, and that it is an error envelope and nothing else."""

    def check(answer: Any, status: int, code: str) -> None:
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
        assert set(answer.json()) == {"error_code", "error_msg"}
        assert answer.json()["error_msg"]
        assert answer.headers["X-request-Id"]

    return check


@pytest.fixture
def state(world: World) -> Callable[[], dict[str, Any]]:
    """Take the whole state, to compare before with after."""
    return lambda: snapshot(world)
