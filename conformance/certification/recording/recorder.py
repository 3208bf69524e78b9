"""An ASGI wrapper that keeps every exchange, and answers with planned situations."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from conformance.certification.recording.call import Call, Router
from conformance.certification.recording.unreadable import (
    RequestHead,
    read_head,
    what_came_instead,
    what_is_wrong,
)
from conformance.model.exchange import Exchange, Headers, NetworkFailure, Request, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    #: Chooses who answers a request, and says the situation's name; None: the reference does.
    Choose = Callable[[Call], tuple[str, ASGIApp] | None]
    Keep = Callable[[Response | None, NetworkFailure | None], None]

CONTROL_PATH = "/_situation"
THROTTLED = 429
SETTLING_SECONDS = 0.02
"""Before 429 goes out, so that what the client has sent until then has arrived."""
_TURNS = 4
"""Turns of the loop until a connection that has been closed by now is known to be."""
_REFUSED = b"Invalid HTTP request received."


class Recorder:
    """Wraps the reference. ``control`` answers below CONTROL_PATH, and is not recorded."""

    def __init__(
        self,
        app: ASGIApp,
        router: Router,
        *,
        choose: Choose | None = None,
        mean: Callable[[Call], str] | None = None,
        control: ASGIApp | None = None,
    ) -> None:
        self._app = app
        self._router = router
        self._choose = choose
        self._mean = mean
        self._control = control
        self._lock = Lock()
        self._count = 0
        self._calls: list[Call] = []
        self._strange: list[str] = []

    @property
    def strange(self) -> Sequence[str]:
        """What connections sent that was not a request, a line each."""
        with self._lock:
            return tuple(dict.fromkeys(self._strange))

    @property
    def calls(self) -> Sequence[Call]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return tuple(sorted(self._calls, key=lambda call: call.exchange.number))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._control is not None and str(scope["path"]).startswith(CONTROL_PATH):
            await self._control(scope, receive, send)
            return
        number = self._next()
        moment, started = time.time(), time.perf_counter()
        body = await read_body(receive)
        request = request_of(scope, body)
        call = self._call(request, number, moment, _connection(scope))
        meant = self._mean(call) if self._mean else ""
        chosen = self._choose(call) if self._choose else None
        scripted = chosen[0] if chosen else None

        def keep(response: Response | None, failure: NetworkFailure | None) -> None:
            exchange = Exchange(number, call.case, call.exchange.request, response, failure)
            kept = replace(call, exchange=exchange, moment=moment, scripted=scripted, planned=meant)
            with self._lock:
                self._calls.append(kept)

        answer = _Answer(send, started, keep)
        again = _Again(body, receive, lambda: answer.ended("the client left before the end"))
        try:
            await (chosen[1] if chosen else self._app)(scope, again, answer)
        except ConnectionError as error:
            answer.ended(str(error))
            raise
        finally:
            answer.ended("the answer was cut short")
            again.stop()

    def unreadable(self, heard: bytes, connection: str) -> None:
        """Record what could not be read: as a call if it is a request, else as a line."""
        head = read_head(heard)
        if head is None:
            with self._lock:
                self._strange.append(what_came_instead(heard))
            return
        host = next((value for name, value in head.headers if name.lower() == "host"), "localhost")
        request = Request(
            None, head.method.upper(), f"http://{host}{head.target}", head.headers, None
        )
        call = self._call(request, self._next(), time.time(), connection)
        answer = Response(400, (("Content-Type", "text/plain"),), _REFUSED, 0.0)
        kept = replace(
            call, exchange=replace(call.exchange, response=answer), unreadable=_why(head)
        )
        with self._lock:
            self._calls.append(kept)

    def reset(self, connection: str) -> None:
        """Note that a connection was closed before its last answer was read."""
        unread = NetworkFailure("read", "the client left without having read the answer")
        with self._lock:
            for place in reversed(range(len(self._calls))):
                call = self._calls[place]
                if call.connection == connection:
                    if call.is_heard:
                        exchange = replace(call.exchange, failure=unread)
                        self._calls[place] = replace(call, exchange=exchange)
                    return

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def _call(self, request: Request, number: int, moment: float, connection: str) -> Call:
        path = request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        route = self._router(request.method, f"/{path}")
        name = route.operation.id if route.operation else None
        request = Request(name, request.method, request.url, request.headers, request.body)
        exchange = Exchange(number, f"request-{number}", request, None)
        return Call(exchange, route, moment, connection=connection)


class _Answer:
    """Passes an answer on, and records it before its last byte is sent.

    A client may act on an answer the moment that it is complete, so by then it is recorded. The
    head waits for the first piece of the body: an answer without one is complete with its head.
    """

    def __init__(self, send: Send, started: float, keep: Keep) -> None:
        self._send = send
        self._started = started
        self._keep = keep
        self._kept = False
        self._head: Message | None = None
        self._held = False
        self._complete = False
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head, self._held = message, True
            return
        if message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if self._is_complete(message):
                await self._settled()
                self._complete = True
                self.ended("nothing was answered")
        if self._held and self._head is not None:
            self._held = False
            await self._send(self._head)
        await self._send(message)

    async def _settled(self) -> None:
        """Wait until what the client has done by now is known: sent more, or hung up."""
        if self._head is not None and self._head["status"] == THROTTLED:
            await asyncio.sleep(SETTLING_SECONDS)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def ended(self, without: str) -> None:
        """Nothing more comes: keep what was answered, and ``without`` if that is not all. Once."""
        if self._kept:
            return
        self._kept = True
        failure = None if self._complete else NetworkFailure("read", without)
        if self._head is None or (failure is not None and self._held):
            self._keep(None, NetworkFailure("read", without))
            return
        elapsed = time.perf_counter() - self._started
        headers = _headers(self._head.get("headers", ()))
        answer = Response(int(self._head["status"]), headers, bytes(self._body), elapsed)
        self._keep(answer, failure)

    def _is_complete(self, message: Message) -> bool:
        if not message.get("more_body", False):
            return True
        pairs = _headers((self._head or {}).get("headers", ()))
        declared = {name.lower(): value for name, value in pairs}.get("content-length", "")
        return declared.isdigit() and len(self._body) >= int(declared)


class _Again:
    """Gives the body once more, then whatever the connection says, and listens for its end."""

    def __init__(self, body: bytes, receive: Receive, left: Callable[[], None]) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._left = left
        self._rest = asyncio.ensure_future(receive())
        self._rest.add_done_callback(self._heard)

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await asyncio.shield(self._rest)

    def stop(self) -> None:
        """Listen no longer."""
        self._rest.cancel()

    def _heard(self, rest: asyncio.Future[Message]) -> None:
        if rest.cancelled() or rest.exception() is not None:
            return
        if rest.result()["type"] == "http.disconnect":
            self._left()


def _why(head: RequestHead) -> str:
    return what_is_wrong(head.target) or "it is not a well-formed HTTP request"


async def read_body(receive: Receive) -> bytes:
    """The body of a request, whole."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def request_of(scope: Scope, body: bytes) -> Request:
    """The request as it came in; its operation is not known yet."""
    headers = _headers(scope["headers"])
    host = next((value for name, value in headers if name == "host"), "localhost")
    raw = bytes(scope.get("raw_path") or str(scope["path"]).encode()).decode("latin-1")
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    url = f"{scope.get('scheme', 'http')}://{host}{raw.partition('?')[0]}"
    return Request(None, scope["method"], f"{url}?{query}" if query else url, headers, body or None)


def _connection(scope: Scope) -> str:
    host, port = scope.get("client") or ("", "")
    return f"{host}:{port}"


def _headers(pairs: Any) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
