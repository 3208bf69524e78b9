"""Removes secrets from exchanges at the moment of capture.

Three nets, one behind the other: headers that carry credentials, JSON fields and query parameters
that are named like secrets, and the known secrets themselves wherever they occur, in every spelling
that the wire or a report could give them, whole or cut (``spellings``).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from dataclasses import replace

from conformance.access.spellings import KnownSecrets
from conformance.model.exchange import Headers, NetworkFailure, Request, Response

MASK = "<redacted>"
#: Values found in a secret field are remembered from this length on.
SHORTEST_LEARNED = 8
#: Values of fewer different letters are remembered nowhere: `aaaaaaaa` is nobody's secret.
FEWEST_LETTERS = 5

_SECRET_HEADER = re.compile(
    r"authori[sz]ation|cookie|token|secret|password|signature|api-?key", re.I
)
_CREDENTIAL = re.compile(r"^(?:set-cookie|x-(?:auth|subject|security)-token)$", re.I)
"""Headers of an answer that carry a credential. What others that are named like one hold is masked
there alone: a server must not make its own evidence unreadable."""
SECRET_FIELDS = (
    "access_token",
    "app_key",
    "auth_key",
    "password",
    "secret",
    "secret_key",
    "security_token",
    "signature",
    "sk",
    "token",
)
_NAMES = "|".join(sorted(SECRET_FIELDS, key=len, reverse=True))
_JSON_FIELD = re.compile(
    rf'(?P<head>"(?i:{_NAMES})"\s*:\s*)'
    r'(?:"(?P<text>(?:[^"\\]|\\.)*)(?:"|\Z)|(?P<number>-?\d[\d.eE+-]*))',
    re.DOTALL,
)
_QUERY = re.compile(rf"(?P<head>[?&](?i:{_NAMES})=)(?P<text>[^&#\s\"'<>]+)")
_SIGNED = re.compile(
    r"(?P<head>SDK-HMAC-SHA256 )Access=[^,\s]+(?P<tail>, SignedHeaders=[^,\s]*), Signature=\w+"
)
_SIGNATURE = re.compile(rf"Signature=(\w{{{SHORTEST_LEARNED},}})")
_COOKIE = re.compile(rf"(?:^|;\s*)[^=;]+=([^;\s]{{{SHORTEST_LEARNED},}})")


class Redactor:
    """Masks secrets; learns more of them from secret fields and headers that it sees.

    Several threads may share one: what one of them has seen is masked for all.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = KnownSecrets()
        self._lock = threading.RLock()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Remember a secret from now on, in all of its spellings."""
        if secret not in MASK:
            with self._lock:
                self._secrets.keep(secret)

    def text(self, text: str) -> str:
        """The text without secrets."""
        with self._lock:
            text = self._secrets.masked(text, MASK)
        text = _JSON_FIELD.sub(self._mask_field, text)
        text = _QUERY.sub(lambda found: found["head"] + MASK, text)
        return _SIGNED.sub(lambda found: f"{found['head']}{MASK}{found['tail']}", text)

    def octets(self, body: bytes) -> bytes:
        """The body without secrets; bytes that are not UTF-8 are kept unchanged."""
        return self.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Headers) -> Headers:
        """The headers without secrets; the scheme of an Authorization stays."""
        return tuple((name, self._header(name, value)) for name, value in headers)

    def overhear(self, *messages: Request | Response | None) -> None:
        """Learn the secrets in the secret headers and fields of these messages."""
        for message in messages:
            if message is not None:
                carries = _CREDENTIAL if isinstance(message, Response) else _SECRET_HEADER
                for name, value in message.headers:
                    if carries.search(name):
                        self._header(name, value)
                body = (message.body or b"").decode("utf-8", "replace")
                for found in _JSON_FIELD.finditer(body):
                    self._learn_found(found)

    def request(self, request: Request) -> Request:
        """The request, ready to be kept."""
        self.overhear(request)
        headers = self.headers(request.headers)
        return Request(
            operation=request.operation,
            method=request.method,
            url=self.text(request.url),
            headers=headers,
            body=None if request.body is None else self.octets(request.body),
        )

    def response(self, response: Response) -> Response:
        """The answer, ready to be kept."""
        self.overhear(response)
        headers = tuple(
            (name, self._header(name, value, learn=_CREDENTIAL.search(name) is not None))
            for name, value in response.headers
        )
        return replace(response, headers=headers, body=self.octets(response.body))

    def failure(self, failure: NetworkFailure | None) -> NetworkFailure | None:
        """The failure, ready to be kept: libraries quote what they could not send."""
        if failure is None:
            return None
        return NetworkFailure(failure.stage, self.text(failure.message))

    def _header(self, name: str, value: str, *, learn: bool = True) -> str:
        if not _SECRET_HEADER.search(name):
            return self.text(value)
        pattern = _COOKIE if "cookie" in name.lower() else _SIGNATURE
        for secret in (pattern.findall(value) or [value]) if learn else ():
            self._overhear(secret)
        scheme, _, rest = value.partition(" ")
        return f"{scheme} {MASK}" if rest and name.lower().endswith("authorization") else MASK

    def _learn_found(self, found: re.Match[str]) -> None:
        if found["text"] is None:
            return
        try:
            value = json.loads(f'"{found["text"]}"', strict=False)
        except ValueError:
            value = found["text"]
        self._overhear(value)

    def _overhear(self, value: str) -> None:
        """Learn a value, unless it is ordinary text, which is only masked in its field."""
        if len(value) >= SHORTEST_LEARNED and len(set(value)) >= FEWEST_LETTERS:
            with self._lock:
                self._secrets.overhear(value)

    def _mask_field(self, found: re.Match[str]) -> str:
        self._learn_found(found)
        return f'{found["head"]}"{MASK}"'
