"""Sends requests to the target: guarded, with limits, and with failures as data."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import httpx

from conformance.access.connection import PoolTransport
from conformance.access.deadline import Deadline
from conformance.access.guard import Guard, GuardTransport
from conformance.access.settings import TargetSettings
from conformance.errors import TargetUnreachable
from conformance.model.exchange import Headers, NetworkFailure, Request, Response
from conformance.model.text import octets_of


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as sent, credentials included, with its answer or the reason for none.

    Nothing here is redacted yet; see ``redaction.Redactor.request`` and ``response``.
    """

    request: Request
    response: Response | None
    failure: NetworkFailure | None = None


class TargetClient:
    """A connection to one target. Redirects are not followed; the environment is not trusted.

    ``transport`` replaces the network in tests; the guard stays in front of it.
    """

    def __init__(
        self,
        settings: TargetSettings,
        *,
        guard: Guard | None = None,
        proxy_auth: tuple[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._deadline = Deadline()
        self.guard = guard or Guard(settings)
        inner = transport or PoolTransport(settings, self._deadline, proxy_auth)
        self._transport = GuardTransport(inner, self.guard)
        limits = settings.timeouts
        self._timeout = {
            "connect": limits.connect,
            "read": limits.read,
            "write": limits.write,
            "pool": limits.pool,
        }
        self._failures = 0
        self._answered = "none"
        self._unanswered = ""

    def send(self, request: Request, auth: httpx.Auth | None = None) -> Sent:
        """Send one request, with ``auth`` if given, and read the answer to its end.

        Raises Refused (the guard; nothing was sent) and TargetUnreachable (too many network
        failures in a row).
        """
        try:
            built = self._build(request)
        except httpx.InvalidURL as error:
            return Sent(request, None, NetworkFailure(UNSENDABLE, str(error)))
        began = time.monotonic()
        try:
            with self._deadline.within(self._settings.timeouts.total):
                response = self._exchange(built, auth, began)
        except httpx.LocalProtocolError as error:
            return Sent(_as_sent(request, built), None, NetworkFailure(UNSENDABLE, str(error)))
        except _FAILURES as error:
            return Sent(_as_sent(request, built), None, self._failed(built, failure_of(error)))
        self._failures = 0
        self._answered = _named(built)
        return Sent(_as_sent(request, built), response)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> TargetClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _build(self, request: Request) -> httpx.Request:
        """The request byte for byte, plus the headers without which HTTP cannot travel."""
        body = request.body if request.body is not None else b""
        built = httpx.Request(
            request.method,
            request.url,
            headers=[(name.encode("latin-1"), _octets(value)) for name, value in request.headers],
            content=body or None,
            extensions={"timeout": self._timeout},
        )
        if request.body is None and request.method.upper() in {"GET", "HEAD", "DELETE"}:
            built.headers.pop("Content-Length", None)
        for name, value in self._own_headers():
            if name not in built.headers:
                built.headers[name] = value
        return built

    def _own_headers(self) -> Iterator[tuple[str, str]]:
        yield "User-Agent", "sparkrtc-conformance"
        yield "Accept", "application/json"
        yield "Accept-Encoding", "identity"
        yield from self._settings.headers.items()

    def _exchange(self, built: httpx.Request, auth: httpx.Auth | None, began: float) -> Response:
        answer = self._answer(built, auth)
        try:
            body, undecoded = self._read(answer)
        finally:
            answer.close()
        elapsed = time.monotonic() - began
        return Response(answer.status_code, _headers(answer.headers), body, elapsed, undecoded)

    def _answer(self, built: httpx.Request, auth: httpx.Auth | None) -> httpx.Response:
        """Send what authentication yields, straight to the transport; return the last answer.

        Nothing is kept from one exchange to the next, not even cookies, and no redirect is
        followed.
        """
        if auth is None:
            return self._transport.handle_request(built)
        flow = auth.sync_auth_flow(built)
        try:
            request = next(flow)
            while True:
                request.extensions.setdefault("timeout", self._timeout)
                answer = self._transport.handle_request(request)
                try:
                    request = flow.send(answer)
                except StopIteration:
                    return answer
                except BaseException:
                    answer.close()
                    raise
                self._bounded(answer.iter_raw())  # a token stands in the headers
                answer.close()
        finally:
            flow.close()

    def _read(self, answer: httpx.Response) -> tuple[bytes, str | None]:
        """The body, decoded; bytes that are not what Content-Encoding says come as they are."""
        if answer.is_stream_consumed:
            return answer.content, None
        raw = self._bounded(answer.iter_raw())
        coding = answer.headers.get("content-encoding", "").strip()
        if not raw or not coding:
            return raw, None
        if coding.lower() not in _CODINGS:
            return raw, f"the body is said to be {coding[:40]!a}, and was asked for as it is"
        pieces = (raw[at : at + _PIECE] for at in range(0, len(raw), _PIECE))
        again = httpx.Response(200, headers={"content-encoding": coding}, content=pieces)
        try:
            return self._bounded(again.iter_bytes()), None
        except httpx.DecodingError as error:
            return raw, f"the body is said to be {coding} and is not ({error})"

    def _bounded(self, chunks: Iterator[bytes]) -> bytes:
        most = self._settings.limits.response_bytes
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > most:
                raise TooLarge(f"the answer is larger than {most} bytes")
        return bytes(body)

    def _failed(self, built: httpx.Request, failure: NetworkFailure) -> NetworkFailure:
        """Count a failure; after too many in a row raise TargetUnreachable, naming the first."""
        if not self._failures:
            self._unanswered = _named(built)
        self._failures += 1
        if self._failures >= self._settings.limits.consecutive_network_failures:
            raise TargetUnreachable(
                self._settings.base_url,
                f"{self._failures} requests in a row failed, the last one at {failure.stage}: "
                f"{failure.message}; the first without an answer was {self._unanswered}, the last "
                f"with one {self._answered}",
                "see that it is running and reachable from here",
            )
        return failure


class TooLarge(httpx.TransportError):
    """The answer is larger than ``limits.response_bytes``."""


#: Stage of a request that is no HTTP, so that it could not be sent; says nothing of the network.
UNSENDABLE = "request"
_CODINGS = frozenset({"identity", "gzip", "deflate"})
"""One of these at a time is undone: several in a row make gigabytes of a few kilobytes."""
_PIECE = 4096
"""So much is undone at once, before the size of what came out is looked at."""
_FAILURES = (httpx.TransportError, httpx.DecodingError)

#: First match wins; the order goes from the particular to the general.
_STAGES: tuple[tuple[type[Exception], str], ...] = (
    (TooLarge, "size"),
    (httpx.PoolTimeout, "pool"),
    (httpx.ConnectTimeout, "connect"),
    (httpx.TimeoutException, "timeout"),
    (httpx.ConnectError, "connect"),
    (httpx.ProxyError, "connect"),
    (httpx.WriteError, "write"),
    (httpx.ReadError, "read"),
    (httpx.CloseError, "closed"),
)


def failure_of(error: Exception) -> NetworkFailure:
    """The stage and one-line message for a network error.

    Stages: dns, connect, tls, pool, write, read, closed (the other side hung up), timeout, protocol
    (the answer is not HTTP), size.
    """
    text = " ".join(str(error).split()) or type(error).__name__
    causes = tuple(_causes(error))
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.PoolTimeout):
        stage = "connect" if isinstance(error, httpx.ConnectTimeout) else "timeout"
        return NetworkFailure(stage, text)
    for kind, stage in (
        (socket.gaierror, "dns"),
        (ssl.SSLError, "tls"),
        (ConnectionRefusedError, "connect"),
        (ConnectionResetError, "closed"),
        (BrokenPipeError, "closed"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return NetworkFailure(stage, text)
    if "disconnected" in text or "closed connection" in text:
        return NetworkFailure("closed", text)
    found = (stage for kind, stage in _STAGES if isinstance(error, kind))
    return NetworkFailure(next(found, "protocol"), text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _named(built: httpx.Request) -> str:
    """Method and address of a request, without its query."""
    return f"{built.method} {built.url.raw_path.decode('latin-1').partition('?')[0]}"


def _as_sent(request: Request, built: httpx.Request) -> Request:
    return Request(
        request.operation, request.method, str(built.url), _headers(built.headers), request.body
    )


def _headers(headers: httpx.Headers) -> Headers:
    return tuple((name.decode("latin-1"), _text(value)) for name, value in headers.raw)


def _octets(value: str) -> bytes:
    return octets_of(value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
