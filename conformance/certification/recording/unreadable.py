"""Sees what only a connection shows: unreadable requests, and answers that were not read.

uvicorn answers the former 400 by itself, and the application never sees them. The protocol here
passes their bytes on, so that a client whose every request is refused there is not taken for a
silent one. A connection that is reset was closed with an answer unread in it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.model.exchange import Headers
from conformance.reference.upgrades import IgnoringUpgrades

Tell = Callable[[bytes, str], None]
"""Is given the bytes that were no request, and where they came from."""
Reset = Callable[[str], None]
"""Is given whose connection was reset."""

_SERVER_LOG = logging.getLogger("uvicorn.error")
_COMPLAINT = "Invalid HTTP request received."
_KEPT_BYTES = 64 * 1024
_LINE = re.compile(rb"([A-Za-z]{1,20}) (.*) HTTP/\d(?:\.\d)?\s*", re.DOTALL)
_TLS_HANDSHAKE = b"\x16\x03"


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The readable part of an unreadable request; ``target`` as it was sent."""

    method: str
    target: str
    headers: Headers


def read_head(heard: bytes) -> RequestHead | None:
    """Parse the bytes as a request as far as possible; None if they are no request at all."""
    first, _, rest = heard.partition(b"\n")
    match = _LINE.fullmatch(first)
    if match is None:
        return None
    lines = rest.partition(b"\r\n\r\n")[0].decode("latin-1").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return RequestHead(match[1].decode(), match[2].decode("latin-1"), headers)


def what_is_wrong(target: str) -> str:
    """Why no server can read a request for this target; empty if the target is fine."""
    if re.search(r"\s", target):
        return "the address has a space that is not percent-encoded"
    strange = next((sign for sign in target if not "!" <= sign <= "~"), None)
    if strange is None:
        return ""
    return f"the address has the raw byte 0x{ord(strange):02X} which is not percent-encoded"


def what_came_instead(heard: bytes) -> str:
    """Describe what a connection sent that is not an HTTP request at all."""
    if heard.startswith(_TLS_HANDSHAKE):
        return "a connection began with TLS: the server that the client was told of speaks http"
    return f"a connection sent no HTTP request, but {heard[:40]!r}"


class _Unsaid(logging.Filter):
    """Drops the server's own log message: the report has more detail."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about something else."""
        return not record.getMessage().startswith(_COMPLAINT)


def listening(tell: Tell, reset: Reset) -> type[IgnoringUpgrades]:
    """Make uvicorn's own protocol, which tells what it could not read, and who did not read."""
    if not any(isinstance(known, _Unsaid) for known in _SERVER_LOG.filters):
        _SERVER_LOG.addFilter(_Unsaid())

    class Listening(IgnoringUpgrades):
        """Keeps the beginning of what is being read."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._heard = b""
            self._is_over = False

        def data_received(self, data: bytes) -> None:
            """Read on, after having noted what there is to read."""
            before = b"" if self._is_over else self._heard
            self._heard, self._is_over = (before + data)[:_KEPT_BYTES], False
            super().data_received(data)

        def on_message_complete(self) -> None:
            """What comes next is another request."""
            self._is_over = True
            super().on_message_complete()

        def send_400_response(self, msg: str) -> None:
            """Refuse, as ever, and say so."""
            tell(self._heard, self._peer)
            super().send_400_response(msg)

        def connection_lost(self, exc: Exception | None) -> None:
            """Say whose connection was reset."""
            super().connection_lost(exc)
            if isinstance(exc, ConnectionResetError):
                reset(self._peer)

        @property
        def _peer(self) -> str:
            host, port = self.client or ("", "")
            return f"{host}:{port}"

    return Listening
