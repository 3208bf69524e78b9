"""AK/SK authentication (section 3.2): the vendor's public SDK-HMAC-SHA256 request signature."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "x-sdk-date"
CONTENT_HEADER = "x-sdk-content-sha256"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{{64}})"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What an ``Authorization`` header says."""

    access_key: str
    signed_headers: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts of a request that a signature covers; the path and the query are decoded."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


def read_authorization(header: str) -> Signature | None:
    """Take an ``Authorization`` header apart; None when it is no signature of this algorithm."""
    match = _AUTHORIZATION.fullmatch(header.strip())
    if match is None:
        return None
    return Signature(match[1], tuple(match[2].lower().split(";")), match[3])


def signed_at(headers: Mapping[str, str]) -> datetime | None:
    """Return the moment in ``X-Sdk-Date``, or None when it is absent or malformed."""
    try:
        moment = datetime.strptime(headers.get(DATE_HEADER, ""), _DATE_FORMAT)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Canonical:
    """The canonical request, part by part; ``headers`` is a line for each signed header."""

    method: str
    path: str
    query: str
    headers: str
    names: str
    payload: str

    @property
    def text(self) -> str:
        """What is hashed."""
        parts = (self.method, self.path, self.query, self.headers, self.names, self.payload)
        return "\n".join(parts)


def verify(request: Signed, signature: Signature, secret_key: str) -> bool:
    """Say whether the signature was made with ``secret_key`` over exactly this request."""
    names = signature.signed_headers
    if DATE_HEADER not in names or any(name not in request.headers for name in names):
        return False
    canonical = canonical_request(request, names)
    if canonical is None:
        return False
    to_sign = string_to_sign(canonical.text, request.headers[DATE_HEADER])
    return hmac.compare_digest(sign(to_sign, secret_key), signature.value)


def canonical_request(request: Signed, names: Sequence[str]) -> Canonical | None:
    """The canonical request over these headers, all of which it has; None for a wrong body hash."""
    payload = _payload_hash(request)
    if payload is None:
        return None
    return Canonical(
        request.method,
        _canonical_path(request.path),
        _canonical_query(request.query),
        "".join(f"{name}:{request.headers[name].strip()}\n" for name in names),
        ";".join(names),
        payload,
    )


def string_to_sign(canonical: str, date: str) -> str:
    """What the secret key is applied to."""
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    return "\n".join((ALGORITHM, date, digest))


def sign(to_sign: str, secret_key: str) -> str:
    """The signature, in lower-case hexadecimal digits."""
    return hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def _payload_hash(request: Signed) -> str | None:
    """Hash the body; a client may leave out or name the hash, but may not name a wrong one."""
    actual = hashlib.sha256(request.body).hexdigest()
    named = request.headers.get(CONTENT_HEADER)
    if not request.body or named is None or named == actual:
        return actual
    return named if named == "UNSIGNED-PAYLOAD" else None


def _canonical_path(path: str) -> str:
    encoded = quote(path, safe="/~", errors="surrogateescape")
    return encoded if encoded.endswith("/") else encoded + "/"


def _canonical_query(query: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(query))


def _encode(text: str) -> str:
    return quote(text, safe="~", errors="surrogateescape")
