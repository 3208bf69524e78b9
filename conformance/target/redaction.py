"""No secret leaves the moment of capture.

Three nets, one behind the other: headers that carry credentials, JSON fields and query
parameters that are named like secrets, and the known secrets themselves wherever they stand, in
every spelling that the wire or a report could give them.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable

from conformance.model.exchange import Headers, Request, Response

MASK = "<redacted>"
#: Shorter values cannot be told from ordinary text; they are covered by header and field names.
SHORTEST = 4
#: Values found in a secret field are remembered from this length on.
SHORTEST_LEARNED = 8

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-auth-token",
        "x-security-token",
        "x-subject-token",
    }
)
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


class Redactor:
    """Replaces secrets; learns more of them as it sees them in secret fields and headers."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._spellings: list[str] = []
        self._in_urls: list[re.Pattern[str]] = []
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Remember a secret from now on, in all of its spellings."""
        if len(secret) >= SHORTEST and secret not in self._known and secret not in MASK:
            self._known.add(secret)
            spellings = {*self._spellings, *_spellings(secret)}
            self._spellings = sorted(spellings, key=lambda text: (-len(text), text))
            self._in_urls.append(_url_spellings(secret))

    def text(self, text: str) -> str:
        """The text without secrets."""
        text = _JSON_FIELD.sub(self._mask_field, text)
        text = _QUERY.sub(lambda found: found["head"] + MASK, text)
        text = _SIGNED.sub(lambda found: f"{found['head']}{MASK}{found['tail']}", text)
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, MASK)
        if "%" in text or "+" in text:
            for pattern in self._in_urls:
                text = pattern.sub(MASK, text)
        return text

    def octets(self, body: bytes) -> bytes:
        """The body without secrets; bytes that are no UTF-8 survive as they are."""
        return self.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Headers) -> Headers:
        """The headers without secrets; the scheme of an Authorization stays."""
        return tuple((name, self._header(name, value)) for name, value in headers)

    def request(self, request: Request) -> Request:
        """A request as it may be kept."""
        self._learn_fields(request.body)
        return Request(
            operation=request.operation,
            method=request.method,
            url=self.text(request.url),
            headers=self.headers(request.headers),
            body=None if request.body is None else self.octets(request.body),
        )

    def response(self, response: Response) -> Response:
        """An answer as it may be kept."""
        self._learn_fields(response.body)
        headers = self.headers(response.headers)
        return Response(response.status, headers, self.octets(response.body), response.elapsed)

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        if name.lower() in {"x-auth-token", "x-subject-token"} and len(value) >= SHORTEST_LEARNED:
            self.learn(value)
        scheme, _, rest = value.partition(" ")
        return f"{scheme} {MASK}" if rest and name.lower().endswith("authorization") else MASK

    def _learn_fields(self, body: bytes | None) -> None:
        """Field values are remembered before anything is masked: URL and headers come first."""
        for found in _JSON_FIELD.finditer((body or b"").decode("utf-8", "replace")):
            self._learn_found(found)

    def _learn_found(self, found: re.Match[str]) -> None:
        if found["text"] is None:
            return
        try:
            value = json.loads(f'"{found["text"]}"', strict=False)
        except ValueError:
            value = found["text"]
        if len(value) >= SHORTEST_LEARNED:
            self.learn(value)

    def _mask_field(self, found: re.Match[str]) -> str:
        self._learn_found(found)
        return f'{found["head"]}"{MASK}"'


def _spellings(secret: str) -> set[str]:
    """The secret as JSON, HTML, Python and base64 spell it."""
    plain = json.dumps(secret)[1:-1]
    wide = json.dumps(secret, ensure_ascii=False)[1:-1]
    found = {secret, plain, wide, repr(secret)[1:-1], plain.replace("/", "\\/")}
    found |= {html.escape(secret), html.escape(secret, quote=False)}
    return found | _base64_spellings(secret.encode("utf-8", "surrogateescape"))


def _url_spellings(secret: str) -> re.Pattern[str]:
    """The secret with any of its characters percent-encoded, in either case of hex."""
    parts = []
    for letter in secret:
        encoded = "".join(f"%{octet:02x}" for octet in letter.encode("utf-8", "surrogateescape"))
        plus = r"|\+" if letter == " " else ""
        parts.append(f"(?:{re.escape(letter)}|(?i:{encoded}){plus})")
    return re.compile("".join(parts))


def _base64_spellings(secret: bytes) -> set[str]:
    """The stable middle of the secret's base64 at each of the three places it can start."""
    found = set()
    for lead in range(3):
        text = base64.b64encode(b"\0" * lead + secret)
        whole = (len(secret) + lead) // 3 * 4
        middle = text[(0, 2, 3)[lead] : whole].decode()
        if len(middle) >= SHORTEST_LEARNED:
            found |= {middle, middle.replace("+", "-").replace("/", "_")}
    return found
