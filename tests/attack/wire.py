"""A server at the level of octets: the reference behind it, and a hostile behaviour in front."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from conformance.reference.app import create_app
from tests.access.canaries import CanaryIds, canary_world

Headers = tuple[tuple[bytes, bytes], ...]
_LIMIT = 2**26


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. ``number`` counts those of the server from 1."""

    number: int
    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        wanted = name.lower().encode()
        return next((v.decode("latin-1") for n, v in self.headers if n == wanted), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is still HTTP."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        """The body; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def but(self, body: bytes, *headers: tuple[bytes, bytes], status: int = 0) -> Answer:
        """The same with another body, and headers in addition to its own."""
        return Answer(status or self.status, (*self.headers, *headers), body)

    def without(self, name: bytes) -> Answer:
        """The same without a header."""
        return replace(self, headers=tuple(p for p in self.headers if p[0].lower() != name))

    def octets(self, length: int | None = None) -> bytes:
        """The answer on the wire, with its length or another."""
        kept = self.without(b"content-length").headers
        size = str(len(self.body) if length is None else length).encode()
        lines = [b"HTTP/1.1 %d X" % self.status, *(n + b": " + v for n, v in kept)]
        if self.status not in {204, 304} or self.body:
            lines.append(b"content-length: " + size)
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass(slots=True)
class Turn:
    """One request in the hands of a behaviour; ``memory`` lasts as long as the server."""

    asked: Asked
    memory: dict[str, Any]
    _server: HostileServer
    _writer: asyncio.StreamWriter
    closing: bool = False

    async def honest(self, asked: Asked | None = None) -> Answer:
        """What the reference answers to this request, or to another one."""
        asked = asked or self.asked
        answer = await _called(self._server.app, asked)
        if asked.method == "POST" and asked.path.rstrip("/") == "/v2/apps":
            found = answer.json if answer.status < 300 else {}
            self._server.made.setdefault(asked.header("x-run"), set()).add(found.get("app_id", ""))
        return answer

    @property
    def place(self) -> str:
        """Host and port of the server."""
        return f"127.0.0.1:{self._server.port}"

    @property
    def foreign(self) -> list[str]:
        """Applications that were there before anybody came, those of the caller's account first."""
        return self._server.foreign

    @property
    def own(self) -> list[str]:
        """Applications that the caller has made, the in order of their ids."""
        return sorted(self._server.made.get(self.asked.header("x-run"), ()))

    async def say(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._writer.write(octets)
        await self._writer.drain()

    async def answer(self, answer: Answer) -> None:
        """Send an answer."""
        await self.say(answer.octets())

    def hang_up(self) -> None:
        """Close the connection after this."""
        self.closing = True

    def reset(self) -> None:
        """Close it as hard as can be (RST)."""
        self.closing = True
        handle = self._writer.get_extra_info("socket")
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Behaviour = Callable[[Turn], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hostile:
    """A row of the table. One request in ``every`` after the first ``after`` is its own.

    ``target``: lines for the target file. ``scheme``: how the run is told to come.
    """

    name: str
    what: str
    behave: Behaviour
    every: int = 3
    after: int = 4
    target: str = ""
    scheme: str = "http"


async def honestly(turn: Turn) -> None:
    """As the reference answers."""
    await turn.answer(await turn.honest())


HONEST = Hostile("honest", "the reference as it is, to compare with", honestly)


@dataclass(slots=True)
class HostileServer:
    """Serves one row of the table on a loopback port, in a thread, and notes what was touched."""

    row: Hostile
    seed: int = 5
    ids: CanaryIds = field(init=False)
    world: Any = field(init=False)
    app: Any = field(init=False)
    foreign: list[str] = field(init=False)
    _before: dict[str, str] = field(init=False)
    made: dict[str, set[str]] = field(default_factory=dict)
    changes: list[tuple[str, str]] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    requests: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self.ids = CanaryIds(self.seed)
        self.world = canary_world(self.ids)
        self.app = create_app(self.world)
        self._before = self._apps()
        self.foreign = list(self._before)

    def _apps(self) -> dict[str, str]:
        tenants = self.world.tenants.values()
        return {name: repr(app) for tenant in tenants for name, app in tenant.apps.items()}

    def touched(self, run: str = "") -> set[str]:
        """Applications that a run sent a changing request to, and that are not its own."""
        own = self.made.get(run, set())
        return {app for who, app in self.changes if who == run and app not in own}

    def left(self) -> set[str]:
        """Applications that are there now and were not in the beginning."""
        return self._apps().keys() - self._before.keys()

    def unnamed(self, told: str) -> set[str]:
        """What is left and told neither by its id nor by its name (an id may be a lie).

        A terminal that has no letters of a name shows them as escapes.
        """
        told += told.replace("\n", "")  # a terminal breaks its lines
        tenants = self.world.tenants.values()
        names = {app: it.name for tenant in tenants for app, it in tenant.apps.items()}
        spelled = {
            app: name.encode("ascii", "backslashreplace").decode() for app, name in names.items()
        }
        beginnings = tuple(re.findall(r"names begin with '(.+?)'", told))
        return {
            app
            for app in self.left()
            if not any(word in told for word in (app, names[app], spelled[app]))
            and not (beginnings and names[app].startswith(beginnings))
        }

    def changed(self) -> set[str]:
        """Applications that were there in the beginning and are gone, or are not as they were."""
        now = self._apps()
        return {app for app, was in self._before.items() if now.get(app) != was}

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve until the block ends; the address."""
        loop, ready = asyncio.new_event_loop(), threading.Event()
        thread = threading.Thread(target=self._run, args=(loop, ready), daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield f"{self.row.scheme}://127.0.0.1:{self.port}"
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)

    def _run(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(lambda *_: None)
        memory: dict[str, Any] = {}

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                while (asked := await self._read(reader)) is not None:
                    turn = Turn(asked, memory, self, writer)
                    await self._behaviour(asked)(turn)
                    if turn.closing:
                        break
            self._open.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

        async def start() -> asyncio.Server:
            server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_LIMIT)
            self.port = server.sockets[0].getsockname()[1]
            return server

        server = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        server.close()
        for writer in self._open:
            writer.transport.abort()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    def _behaviour(self, asked: Asked) -> Behaviour:
        own = asked.number > self.row.after and not asked.number % self.row.every
        return self.row.behave if own else honestly

    async def _read(self, reader: asyncio.StreamReader) -> Asked | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        first, *lines = head[:-4].split(b"\r\n")
        method, target, _ = first.decode("latin-1").split(" ", 2)
        pairs = (line.partition(b":") for line in lines)
        headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        length = next((int(v) for n, v in headers if n == b"content-length"), 0)
        body = await reader.readexactly(length)
        self.requests += 1
        path, _, query = target.partition("?")
        asked = Asked(self.requests, method, path, query.encode("latin-1"), headers, body)
        self._note(asked)
        return asked

    def _note(self, asked: Asked) -> None:
        run = asked.header("x-run")
        parts = asked.path.split("/")
        if asked.method in {"GET", "HEAD"} or len(parts) < 4 or parts[2] != "apps":
            return
        if parts[3] in self._before or any(parts[3] in own for own in self.made.values()):
            self.changes.append((run, parts[3]))


async def _called(app: Any, asked: Asked) -> Answer:
    """Put a request to an ASGI application."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "path": unquote(asked.path),
        "raw_path": asked.path.encode("latin-1"),
        "query_string": asked.query,
        "headers": list(asked.headers),
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], tuple(map(tuple, sent[0]["headers"])), body)
