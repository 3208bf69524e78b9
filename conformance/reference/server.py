"""Serving the reference over real HTTP: in a thread of this process, or as the process."""

from __future__ import annotations

import json
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvicorn

from conformance.errors import ConformanceError
from conformance.reference.app import create_app
from conformance.reference.flow import FlowControl
from conformance.reference.seeds import SHOWN_BUCKET, SHOWN_OBJECT, seeded_world
from conformance.reference.upgrades import IgnoringUpgrades

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from starlette.types import ASGIApp

    from conformance.reference.world import World

EDITION = "2023-11-28"
"""The edition of the document that the reference keeps."""

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0


class ServerError(ConformanceError):
    """The reference server cannot listen where it was told to, or did not start."""

    exit_status = 3


class _Server(uvicorn.Server):
    """A uvicorn server that says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then raise the flag."""
        await super().startup(sockets)
        self.ready.set()


class ReferenceServer:
    """An ASGI application on a loopback port, in a thread; use it in a ``with`` statement.

    ``protocol`` reads connections in place of uvicorn's own that ignores upgrades.
    """

    def __init__(
        self, app: ASGIApp, port: int = 0, protocol: type[asyncio.Protocol] | None = None
    ) -> None:
        self._socket = _listen(port)
        self.base_url = _url(self._socket)
        self._server = _Server(_config(app, protocol))
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="reference-server",
            daemon=True,
        )

    def start(self) -> Self:
        """Start serving; returns when connections are accepted."""
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            self.stop()
            raise ServerError("the reference server", "did not start in time")
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(START_SECONDS)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_reference(
    world: World | None = None, *, port: int = 0, with_control: bool = True
) -> ReferenceServer:
    """Start the reference over a seeded world (or the one given) in a thread."""
    world = world if world is not None else seeded_world()
    return ReferenceServer(create_app(world, with_control=with_control), port).start()


_BUCKET_FACTS = {
    "bucket": SHOWN_BUCKET[0],
    "bucket_location": SHOWN_BUCKET[1],
    "bucket_object": SHOWN_OBJECT[0],
    "bucket_object_bytes": SHOWN_OBJECT[1] * 1024,
}


def announcement(world: World, base_url: str) -> dict[str, Any]:
    """Say where the server is and what the first identity authenticates with."""
    identity, other = world.identities[:2]
    return {
        "base_url": base_url,
        "edition": EDITION,
        "identity_url": base_url,
        "project_id": identity.project_id,
        "token": identity.token,
        "ak": identity.ak,
        "sk": identity.sk,
        "username": identity.user,
        "password": identity.password,
        "domain": identity.domain,
        "project_name": identity.project,
        "fixtures": {"app_id": app_id} if (app_id := _first_app(world)) else {},
        "facts": {
            **(_BUCKET_FACTS if _has_buckets(world) else {}),
            "app_quota": world.policies.max_apps,
        },
        "expired_token": identity.expired_token,
        "second": {"token": other.token, "project_id": other.project_id},
    }


def _has_buckets(world: World) -> bool:
    return bool(world.tenant_of(world.identities[0]).buckets)


def _first_app(world: World) -> str | None:
    tenant = world.tenant_of(world.identities[0])
    return next(iter(tenant.apps), None)


def serve(
    port: int = 0,
    *,
    seed: int | None = None,
    flow_control: bool = False,
    flow_scale: float = 1.0,
    seed_data: bool = True,
    with_control: bool = False,
    app: ASGIApp | None = None,
    world: World | None = None,
    tell: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Serve until interrupted; the first line on stdout is JSON (see ``announcement``).

    ``app`` over ``world`` is served if given, else a new one is made. ``tell`` is given what is
    announced, once connections are taken.
    """
    if world is None:
        flow = FlowControl(scale=flow_scale) if flow_control else None
        world = seeded_world(seed, flow=flow, data=seed_data)
    if app is None:
        app = create_app(world, with_control=with_control)
    with _listen(port) as listening:
        announced = announcement(world, _url(listening))
        sys.stdout.write(json.dumps(announced) + "\n")
        sys.stdout.flush()
        if tell is not None:
            tell(announced)
        with suppress(KeyboardInterrupt):
            _Server(_config(app)).run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it; head and body of an answer leave as two segments, and would wait.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(512)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServerError(f"port {port}", str(error), "choose another one, or 0") from None
    return listening


def _url(listening: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"


def _config(app: ASGIApp, protocol: type[asyncio.Protocol] | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol or IgnoringUpgrades,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
