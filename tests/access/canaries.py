"""A reference whose secrets are canaries, and that tells them to whoever listens."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.reference.ids import Ids
from conformance.reference.seeds import seeded_world
from conformance.reference.world import World

#: One for each kind of secret; between them every letter that some format spells in its own way.
CANARIES = {
    "SPARKRTC_TOKEN": "cnryTOKENq7Xw/Rk+2v==&z'Jm%9Lp<5>\"Hd\\Tc",
    "SPARKRTC_PASSWORD": 'cnryPASSWORD 8sVq/"Zn\\ü秘密+Kw<&>%41',
    "HUAWEICLOUD_SDK_AK": "CNRYACCESSKEY4F7Q2ZT",
    "HUAWEICLOUD_SDK_SK": "cnrySECRETKEY/9Gd+Wq3=Lk&Xp7Rt2Bv6Nm",
    "SPARKRTC_SECOND_TOKEN": "cnrySECONDTOKENu4Hy/Pb8+Sj==Dm",
    "SPARKRTC_PROXY_PASSWORD": 'cnryPROXYPASS5kT/"&+zQ',
}
APP_KEY = 'cnryAPPKEYm3/"\\+Vb'
AUTH_KEY = "cnryAUTHKEYw8Nf2Zk5Rd7Jp1Xs4"
PIECE = 12
"""Pieces of this length may not be found either, at every third place."""


class CanaryIds(Ids):
    """Secrets that the server draws are canaries too: the keys of new applications, tokens."""

    __slots__ = ("drawn",)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.drawn: set[str] = set()

    def secret(self, length: int = 32) -> str:
        """A canary that is drawn."""
        drawn = f"cnryDRAWN{super().secret(length)}"
        self.drawn.add(drawn)
        return drawn


def canary_world(ids: CanaryIds) -> World:
    """The seeded world with canaries for the secrets of its tenants and applications."""
    world = seeded_world(0)
    world.ids = ids
    first, second = world.identities[:2]
    first = dataclasses.replace(
        first,
        token=CANARIES["SPARKRTC_TOKEN"],
        password=CANARIES["SPARKRTC_PASSWORD"],
        ak=CANARIES["HUAWEICLOUD_SDK_AK"],
        sk=CANARIES["HUAWEICLOUD_SDK_SK"],
    )
    second = dataclasses.replace(second, token=CANARIES["SPARKRTC_SECOND_TOKEN"])
    world.identities = (first, second)
    for identity in world.identities:
        world.tokens.register(identity.token, identity, world.clock.now())
        for app in world.tenant_of(identity).apps.values():
            app.app_key = world.ids.secret()
    return world


class Blabbing:
    """Puts all that was sent into every answer, in many spellings, with secrets of its own.

    ``fails``: nothing is carried out, every answer is a 500. ``passing`` gathers the secrets
    that live for one request: signatures, and tokens that the identity service gave.
    """

    def __init__(self, app: ASGIApp, *, fails: bool = False) -> None:
        self._app = app
        self._fails = fails
        self.passing: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and blab."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        heard = [value.decode("utf-8", "replace") for _, value in scope["headers"]]
        self.passing |= {found for text in heard for found in re.findall(r"Signature=(\w+)", text)}
        messages: list[Message] = []
        if not self._fails:
            await self._app(scope, _once(body), _appender(messages))
        status, headers, answer = _joined(messages)
        self.passing |= {
            value.decode() for name, value in headers if name.lower() == b"x-subject-token"
        }
        said = _blab([*heard, scope["query_string"].decode(), body.decode("utf-8", "replace")])
        content = answer if isinstance(answer, dict) else {"answer": answer}
        octets = json.dumps({**content, **said}).encode()
        own = [(b"x-echo", (heard[0] if heard else "").encode()), (b"set-cookie", b"s=cnryCOOKIE")]
        kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
        if not any(name.lower() == b"content-type" for name, _ in kept):
            kept.append((b"content-type", b"application/json"))
        length = [(b"content-length", str(len(octets)).encode())]
        start = {"type": "http.response.start", "status": status, "headers": kept + own + length}
        await send(start)
        await send({"type": "http.response.body", "body": octets})


def _blab(heard: list[str]) -> dict[str, Any]:
    everything = " | ".join(heard)
    return {
        "error_msg": everything[-290:],
        "error_code": everything,
        "echo": [everything, quote(everything), quote_plus(everything), json.dumps(everything)],
        "encoded": [
            base64.b64encode(f"{lead}{everything}".encode()).decode() for lead in ("", "a", "ab")
        ],
        "app_key": APP_KEY,
        "auth_key": AUTH_KEY,
        "page": html.escape(everything),
        "app_name": f"app_key is {APP_KEY}",
    }


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _appender(messages: list[Message]) -> Send:
    async def send(message: Message) -> None:
        messages.append(message)

    return send


def _joined(messages: list[Message]) -> tuple[int, list[tuple[bytes, bytes]], Any]:
    if not messages:
        return 500, [], None
    start, *rest = messages
    text = b"".join(message.get("body", b"") for message in rest)
    try:
        return start["status"], list(start["headers"]), json.loads(text)
    except ValueError:
        return start["status"], list(start["headers"]), text.decode("utf-8", "replace")


def spellings(secret: str) -> Iterator[str]:
    """A secret as anything could write it; pieces stand for what was cut."""
    plain = json.dumps(secret)[1:-1]
    yield from (secret, plain, json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (json.dumps(plain)[1:-1], plain.replace("/", "\\/"), repr(secret)[1:-1])
    yield from (repr(secret.encode())[2:-1], html.escape(secret), html.escape(secret, quote=False))
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (quote(secret, safe="").lower(), secret.encode().decode("latin-1"))
    for lead in ("", "a", "ab"):
        encoded = base64.b64encode(f"{lead}{secret}".encode()).decode()
        stable = encoded[4 : len(lead + secret) // 3 * 4]
        yield from (stable, stable.replace("+", "-").replace("/", "_"))
    if secret in CANARIES.values():
        yield from (secret[start : start + PIECE] for start in range(0, len(secret) - PIECE, 3))


def leaks(text: str, secrets: set[str]) -> list[str]:
    """Where secrets stand in a text: the spelling, with what surrounds it."""
    found = []
    for secret in sorted(secrets):
        for spelling in dict.fromkeys(spellings(secret)):
            at = text.find(spelling)
            if at >= 0:
                around = text[max(0, at - 80) : at + len(spelling) + 40]
                found.append(f"{spelling} in …{around}…")
                break
    return found


def leaks_of(folder: Path, printed: str, secrets: set[str]) -> list[str]:
    """Leaks on disk below a folder, and in what was printed."""
    found = [f"printed: {leak}" for leak in leaks(printed, secrets)]
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{path.relative_to(folder)}: {leak}" for leak in leaks(text, secrets)]
    return found
