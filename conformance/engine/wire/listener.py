"""An HTTP server of ours that a target calls, and the requests that it received."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from conformance.access.hosts import is_loopback
from conformance.access.settings import TargetSettings
from conformance.engine.outcomes import Blocked
from conformance.errors import ConfigurationError
from conformance.model.exchange import Request
from conformance.reference.upgrades import IgnoringUpgrades

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_LOOPBACK = "127.0.0.1"
_START_SECONDS = 10.0
_BIND_SECONDS = 30.0
_PAUSE = 0.01
_MOST_BYTES = 1024 * 1024
ANSWER = 200
"""The status that everything is answered with."""


class Listener:
    """Takes every request on a port of this machine, in a thread; use it in a ``with`` statement.

    ``url`` is where the target reaches it: ``fixtures.callback_url``, or loopback; with
    ``fixtures.callback_cert`` it speaks TLS. Raises Blocked when the port cannot be had, and
    ConfigurationError for a certificate that is none.
    """

    def __init__(self, settings: TargetSettings) -> None:
        import uvicorn  # most runs listen to nobody, and it takes its time

        given = settings.fixtures.callback_url
        certificate = _certificate(settings.fixtures.callback_cert)
        self._socket = _bind(*_place(given, settings.fixtures.callback_listen))
        port = self._socket.getsockname()[1]
        scheme = "http" if certificate is None else "https"
        self.url = given.rstrip("/") if given else f"{scheme}://{_LOOPBACK}:{port}"
        self._requests: list[Request] = []
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._take,
                http=IgnoringUpgrades,
                interface="asgi3",
                lifespan="off",
                ws="none",
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=1,
                ssl_certfile=certificate,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="listener",
            daemon=True,
        )

    def heard(self, path: str) -> Sequence[Request]:
        """The requests to one of our addresses so far, in the order of arrival.

        ``path`` is the end of the address: a proxy in front may have removed its beginning.
        """
        wanted = (one for one in list(self._requests) if urlsplit(one.url).path.endswith(path))
        return tuple(wanted)

    def until(
        self, path: str, there: Callable[[Sequence[Request]], bool], seconds: float
    ) -> Sequence[Request]:
        """The requests to one of our addresses, once ``there`` accepts them or the time is over."""
        deadline = time.monotonic() + seconds
        while not there(found := self.heard(path)) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)
        self._socket.close()

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body = (body + message.get("body", b""))[:_MOST_BYTES]
            more = message.get("more_body", False)
        self._requests.append(_request(scope, self.url, body))
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": ANSWER, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def listening(settings: TargetSettings) -> Callable[[ExitStack], str] | None:
    """What opens a listener of which a target takes the address, and gives that.

    None where the target is not on this machine, or its file names another address. What is opened
    ends with the stack.
    """
    if settings.fixtures.callback_url is not None or not is_loopback(settings.base_url):
        return None
    return lambda opened: opened.enter_context(Listener(settings)).url


def _request(scope: Scope, base: str, body: bytes) -> Request:
    query = scope["query_string"].decode("latin-1")
    parts = urlsplit(base)
    url = f"{parts.scheme}://{parts.netloc}{scope['path']}{f'?{query}' if query else ''}"
    headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"])
    return Request(None, scope["method"], url, headers, body)


def _certificate(name: str | None) -> str | None:
    """The path of a PEM file that is fit for TLS. Raises ConfigurationError for any other."""
    if name is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(name)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            "fixtures.callback_cert",
            f"{name} does not hold a certificate and its key ({error.strerror or error})",
            "name a PEM file that holds both",
        ) from error
    return name


def _place(url: str | None, listen: str | None) -> tuple[str, int]:
    """Host and port to listen on. Raises Blocked for any other text."""
    if listen is not None:
        host, _, port = listen.rpartition(":")
        if not port.isdigit():
            raise Blocked(f"the listener cannot be opened: {listen!r} is not host:port")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - the user's word
    if url is None:
        return _LOOPBACK, 0
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    return "0.0.0.0", parts.port or usual  # noqa: S104 - the target calls from elsewhere


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket; waits while another process of this run uses the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + (_BIND_SECONDS if port else 0)
    while True:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if time.monotonic() > deadline:
                raise Blocked(f"the listener cannot be opened: {host}:{port}: {error}") from None
            time.sleep(1.0)
        else:
            return listening
