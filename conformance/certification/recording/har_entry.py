"""Reads one entry of a HAR as a call; what exporters leave out is noted, not guessed."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from conformance.certification.recording.call import Call, Lost, Route, Router
from conformance.model.exchange import Exchange, Headers, NetworkFailure, Request, Response

UNAUTHENTICATED = 401
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_DERIVED = "time derived"
"""In the comment of an entry: its time is none at which anything was sent (reporting/har.py)."""
_CREDENTIALS = ("x-auth-token", "authorization")

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """The address of an API: its host, and the path before its own paths."""

    host: str
    path: str = ""

    @classmethod
    def of(cls, url: str) -> Base:
        """From an address; without a scheme it is taken for a host."""
        parts = urlsplit(url if "://" in url else f"https://{url}")
        return cls(host_of(parts.geturl()), parts.path.rstrip("/"))

    def holds(self, url: str) -> bool:
        """Whether an address lies below it."""
        path = urlsplit(url).path
        return host_of(url) == self.host and (path + "/").startswith(f"{self.path}/")


def host_of(url: str) -> str:
    """Host and port of an address, as far as they tell hosts apart."""
    parts = urlsplit(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(usual) if usual else host


def read_entry(entry: Entry, number: int, router: Router, bases: Sequence[Base]) -> Call:
    """The call of an entry. Raises ValueError, KeyError or TypeError for an invalid one."""
    asked = entry["request"]
    method, headers = str(asked["method"]).upper(), _headers(asked.get("headers") or ())
    url = _address(asked)
    base = next((base.path for base in bases if base.holds(url)), "")
    route: Route = router(method, urlsplit(url).path.removeprefix(base) or "/")
    name = route.operation.id if route.operation else None
    body = _sent(asked.get("postData"))
    request = Request(name, method, url, headers, body)
    response = _response(entry)
    failure = _failure(entry, response)
    return Call(
        Exchange(number, f"request-{number}", request, response, failure),
        route,
        dt.datetime.fromisoformat(str(entry["startedDateTime"])).timestamp(),
        base=base,
        lost=frozenset(_lost(entry, request, response)),
    )


def _address(asked: Entry) -> str:
    """The whole address: some exporters keep host or query apart from it."""
    url = str(asked["url"])
    parts = urlsplit(url)
    if not parts.netloc and parts.scheme in {"", "http", "https"}:
        named = {str(p["name"]).lower(): str(p["value"]) for p in asked.get("headers") or ()}
        host = named.get(":authority") or named.get("host")
        if not host:
            raise ValueError("its address has no host")
        parts = parts._replace(scheme=parts.scheme or "https", netloc=host)
    if not parts.query and asked.get("queryString"):
        pairs = ((str(p["name"]), str(p.get("value", ""))) for p in asked["queryString"])
        query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)
        parts = parts._replace(query=query)
    return urlunsplit(parts)


def _encoded(text: str) -> str:
    """Encoded once: exporters differ in whether they have decoded it."""
    return quote(text, safe="%,:~" if re.search(r"%[0-9A-Fa-f]{2}", text) else ",:~")


def _response(entry: Entry) -> Response | None:
    answer = entry.get("response") or {}
    status = int(answer.get("status") or 0)
    if status <= 0:
        return None
    content = answer.get("content") or {}
    text = str(content.get("text") or "")
    body = _decoded(text) if content.get("encoding") == "base64" else _bytes(text)
    seconds = max(0.0, float(entry.get("time") or 0)) / 1000
    return Response(status, _headers(answer.get("headers") or ()), body, seconds)


def _failure(entry: Entry, response: Response | None) -> NetworkFailure | None:
    said = entry.get("_error") or (entry.get("response") or {}).get("_error")
    if response is not None and not said:
        return None
    return NetworkFailure("read", str(said or "no answer"))


def _sent(posted: Entry | None) -> bytes | None:
    if not posted:
        return None
    text = str(posted.get("text") or "")
    if not text and posted.get("params"):
        pairs = ((str(p["name"]), str(p.get("value") or "")) for p in posted["params"])
        return "&".join(f"{quote(k)}={quote(v)}" for k, v in pairs).encode()
    if posted.get("encoding") == "base64":
        return _decoded(text)
    return _bytes(text) or None


def _lost(entry: Entry, request: Request, response: Response | None) -> Iterable[Lost]:
    """What the recording lacks of the request or its answer."""
    if _is_body_lost(entry["request"], request):
        yield Lost.BODY
    content = (entry.get("response") or {}).get("content") or {}
    if response is not None and not response.body and content.get("size") != 0:
        yield Lost.ANSWER
    sent = {name.lower() for name, value in request.headers if value}
    refused = response is not None and response.status == UNAUTHENTICATED
    if not refused and not sent.intersection(_CREDENTIALS):
        yield Lost.CREDENTIALS
    if _DERIVED in str(entry.get("comment", "")):
        yield Lost.TIME


def _is_body_lost(asked: Entry, request: Request) -> bool:
    headers = {name.lower(): value for name, value in request.headers}
    declared = headers.get("content-length", "")
    size = int(declared) if declared.isdigit() else int(asked.get("bodySize") or 0)
    if request.body is None:
        return size > 0 or (size < 0 and request.method not in _WITHOUT_BODY)
    return len(request.body) < size and not _is_json(request.body)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a body is not base64: {error}") from error


def _headers(pairs: Iterable[Entry]) -> Headers:
    return tuple(
        (str(pair["name"]), str(pair["value"]))
        for pair in pairs
        if not str(pair["name"]).startswith(":")
    )
