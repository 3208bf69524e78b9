"""Who may use the doors for tests: programs of this machine, and no page of a browser elsewhere.

A server on loopback is reached by every page that a browser of this machine shows: by a request
that needs no permission, or through a name that is made to mean 127.0.0.1. Both give themselves
away: by the Origin, by a type of content that a form can send, or by the Host.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_BODY = 64 * 1024
_JSON = "application/json"
_READING = frozenset({"GET", "HEAD", "DELETE"})


def why_not(method: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
    """The status and the reason to refuse a request to a door for tests; None where it may enter.

    ``headers`` are looked up in lower case. A body is announced as JSON, whatever is in it.
    """
    host = headers.get("host", "")
    if not _is_loopback(f"http://{host}"):
        return 403, f"the Host {host[:80]!a} is not this machine"
    origin = headers.get("origin")
    if origin is not None and not _is_loopback(origin):
        return 403, f"the Origin {origin[:80]!a} is not this machine"
    kind = headers.get("content-type", "").split(";", 1)[0].strip().lower()
    length = headers.get("content-length", "0")
    asks_browser = method == "PUT" and length == "0"  # which no page may send without permission
    if method not in _READING and kind != _JSON and not asks_browser:
        return 415, f"the Content-Type {kind[:80]!a} is not {_JSON}"
    if not length.isascii() or not length.isdigit() or int(length[:12]) > LONGEST_BODY:
        return 413, f"a body is {LONGEST_BODY} octets long at most"
    return None


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
