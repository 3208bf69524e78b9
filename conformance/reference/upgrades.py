"""Requests that offer to go on in another protocol are served as what they are.

The HTTP client of Java offers HTTP/2 (``Upgrade: h2c``) with its first request in plain text, body
and all. RFC 9110, 7.8: a server may ignore that. httptools does not: after such a head it takes
what follows for the other protocol, and the body is lost.
"""

from __future__ import annotations

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_END = b"\r\n\r\n"


class IgnoringUpgrades(HttpToolsProtocol):
    """uvicorn's protocol, whose parser never sees an offer to upgrade."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._is_in_head = True

    def data_received(self, data: bytes) -> None:
        """Read on; the header is taken out of heads, bodies stay as they are."""
        if self._is_in_head:
            head, end, rest = data.partition(_END)
            data = _OFFER.sub(b"", head) + end + rest
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """What follows is a body."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is another head."""
        self._is_in_head = True
        super().on_message_complete()
