"""The reference on a loopback port, with or without a fault, and a count of what is asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.faults.registry import find_fault
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_CONTROL = "/_control/"


class Counting:
    """An ASGI application that counts the requests it hands on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request, unless it only moves the clock, and hand it on."""
        if scope["type"] == "http" and not scope["path"].startswith(_CONTROL):
            with self._lock:
                self.requests += 1
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: what it announces, its counter, and a way past its fault."""

    announced: dict[str, Any]
    counting: Counting
    clean: ASGIApp | None = None

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return str(self.announced["base_url"])


@contextmanager
def served(fault: str | None = None) -> Iterator[Served]:
    """A fresh reference over the same seeded world each time."""
    world = seeded_world(0)
    clean = create_app(world, with_control=True)
    app = find_fault(fault).apply(world, clean) if fault else clean
    counting = Counting(app)
    with ReferenceServer(counting) as server:
        yield Served(announcement(world, server.base_url), counting, clean)
