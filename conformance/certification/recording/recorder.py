"""A pure ASGI wrapper that keeps every exchange, and answers with a situation when told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from conformance.certification.recording.call import Call, Router
from conformance.model.exchange import Exchange, Headers, NetworkFailure, Request, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    #: Chooses who answers a request, and says the situation's name; None: the reference does.
    Choose = Callable[[Call], tuple[str, ASGIApp] | None]

CONTROL_PATH = "/_situation"


class Recorder:
    """Wraps the reference. ``control`` answers below CONTROL_PATH, and is not recorded."""

    def __init__(
        self,
        app: ASGIApp,
        router: Router,
        *,
        choose: Choose | None = None,
        control: ASGIApp | None = None,
    ) -> None:
        self._app = app
        self._router = router
        self._choose = choose
        self._control = control
        self._lock = Lock()
        self._count = 0
        self._calls: list[Call] = []

    @property
    def calls(self) -> Sequence[Call]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return tuple(sorted(self._calls, key=lambda call: call.exchange.number))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and keep it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._control is not None and str(scope["path"]).startswith(CONTROL_PATH):
            await self._control(scope, receive, send)
            return
        with self._lock:
            self._count += 1
            number = self._count
        moment, started = time.time(), time.perf_counter()
        body = await _read(receive)
        request = _request(scope, body)
        call = self._call(request, number, moment)
        chosen = self._choose(call) if self._choose else None
        heard = _Heard(send)
        failure: NetworkFailure | None = None
        try:
            app = chosen[1] if chosen else self._app
            await app(scope, _Again(body, receive), heard)
        except ConnectionError as error:
            failure = NetworkFailure("read", str(error))
            raise
        finally:
            if heard.status is None and failure is None:
                failure = NetworkFailure("read", "nothing was answered")
            response = heard.response(time.perf_counter() - started)
            exchange = Exchange(
                number,
                call.case,
                call.exchange.request,
                response,
                failure if response is None else None,
            )
            kept = Call(exchange, call.route, moment, chosen[0] if chosen else None)
            with self._lock:
                self._calls.append(kept)

    def _call(self, request: Request, number: int, moment: float) -> Call:
        path = request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        route = self._router(request.method, f"/{path}")
        name = route.operation.id if route.operation else None
        request = Request(name, request.method, request.url, request.headers, request.body)
        return Call(Exchange(number, f"request-{number}", request, None), route, moment)


class _Heard:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self._headers: Headers = ()
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            self._headers = _headers(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
        await self._send(message)

    def response(self, elapsed: float) -> Response | None:
        if self.status is None:
            return None
        return Response(self.status, self._headers, bytes(self._body), elapsed)


class _Again:
    """Gives the body once more, then whatever the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def _request(scope: Scope, body: bytes) -> Request:
    headers = _headers(scope["headers"])
    host = next((value for name, value in headers if name == "host"), "localhost")
    raw = bytes(scope.get("raw_path") or str(scope["path"]).encode()).decode("latin-1")
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    url = f"{scope.get('scheme', 'http')}://{host}{raw.partition('?')[0]}"
    return Request(None, scope["method"], f"{url}?{query}" if query else url, headers, body or None)


def _headers(pairs: Any) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
