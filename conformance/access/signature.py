"""SDK-HMAC-SHA256: the signature that an access key puts on a request (3.2).

Pure functions over a ``Signable``; they agree byte for byte with the vendor's own SDK.
The document limits the body to 12 MB and names the headers: ``Authorization``, ``X-Sdk-Date``,
``Host`` (table 3-3) and ``X-Project-Id``.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, unquote

ALGORITHM = "SDK-HMAC-SHA256"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
DATE_HEADER = "X-Sdk-Date"
CONTENT_HEADER = "X-Sdk-Content-Sha256"
UNSIGNED = "UNSIGNED-PAYLOAD"
#: "AK/SK signing supports bodies of up to 12 MB" (3.2).
MAX_BODY = 12 * 1024 * 1024
_SIGNED_TYPES = ("application/json", "application/bson")


@dataclass(frozen=True, slots=True)
class Signable:
    """What a signature covers. ``query`` is decoded; ``headers`` are exactly the signed ones."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def needs_unsigned_payload(content_type: str | None) -> bool:
    """Whether a body of this type is not covered by the signature, as in the vendor's SDK."""
    return bool(content_type) and not str(content_type).startswith(_SIGNED_TYPES)


def canonical_request(request: Signable) -> str:
    """The text whose hash is signed: six parts, each on a line or lines of its own."""
    headers = sorted((name.lower(), value.strip()) for name, value in request.headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers)
    return "\n".join(
        (
            request.method.upper(),
            canonical_path(request.path),
            canonical_query(request.query),
            lines,
            ";".join(name for name, _ in headers),
            payload_hash(request),
        )
    )


def canonical_path(path: str) -> str:
    """The path with each segment encoded again, and a slash at the end."""
    encoded = "/".join(_encoded(segment) for segment in unquote(path).split("/"))
    return encoded if encoded.endswith("/") else f"{encoded}/"


def canonical_query(query: tuple[tuple[str, str], ...]) -> str:
    """The query sorted by name, then value; a parameter without a value keeps its ``=``."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(query))


def payload_hash(request: Signable) -> str:
    """SHA-256 of the body in hex, or the value of the header that replaces it."""
    if request.body:
        for name, value in request.headers:
            if name.lower() == CONTENT_HEADER.lower():
                return value
    return hashlib.sha256(request.body).hexdigest()


def authorization(request: Signable, ak: str, sk: str) -> str:
    """Value of the ``Authorization`` header; ``X-Sdk-Date`` must be among the signed headers."""
    date = next(value for name, value in request.headers if name.lower() == DATE_HEADER.lower())
    digest = hashlib.sha256(canonical_request(request).encode()).hexdigest()
    text = f"{ALGORITHM}\n{date}\n{digest}"
    signature = hmac.new(sk.encode(), text.encode(), hashlib.sha256).hexdigest()
    names = ";".join(sorted(name.lower() for name, _ in request.headers))
    return f"{ALGORITHM} Access={ak}, SignedHeaders={names}, Signature={signature}"


def _encoded(text: str) -> str:
    return quote(text, safe="~")
