"""Recordings: HAR files of browsers and proxies, read as if the client had just been run."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.certification.recording.call import Call, Route, Router
from conformance.contract.document import Contract
from conformance.errors import ConfigurationError
from conformance.model.exchange import Exchange, Headers, NetworkFailure, Request, Response


def read_har(path: Path, contract: Contract) -> list[Call]:
    """The requests of a recording that went to this API, in order.

    A host is taken for one of this API when it is named in the contract, or when at least one
    request to it leads to a documented operation; whatever else it was asked is judged too.
    Raises ConfigurationError when the file is no HAR.
    """
    router = Router(contract)
    try:
        log = json.loads(path.read_text(encoding="utf-8-sig"))["log"]
        read = [_call(entry, number, router) for number, entry in enumerate(log["entries"], 1)]
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"is no HAR ({type(error).__name__}: {error})"
        raise ConfigurationError(str(path), problem, "export it as HAR 1.2") from error
    hosts = _hosts(read, contract)
    return [call for call in read if _host(call) in hosts and not call.is_preflight]


def _hosts(calls: Iterable[Call], contract: Contract) -> set[str]:
    servers = [server["url"] for server in contract.raw.get("servers", ())]
    servers += [o.server for o in contract.operations.values() if o.server]
    named = {urlsplit(url).netloc for url in servers}
    return named | {_host(call) for call in calls if call.operation is not None}


def _host(call: Call) -> str:
    return urlsplit(call.exchange.request.url).netloc


def _call(entry: Mapping[str, Any], number: int, router: Router) -> Call:
    asked = entry["request"]
    url, method = str(asked["url"]), str(asked["method"]).upper()
    route: Route = router(method, urlsplit(url).path or "/")
    name = route.operation.id if route.operation else None
    request = Request(name, method, url, _headers(asked["headers"]), _sent(asked.get("postData")))
    response = _response(entry)
    failure = None if response else NetworkFailure("read", str(entry.get("_error", "no answer")))
    moment = dt.datetime.fromisoformat(str(entry["startedDateTime"])).timestamp()
    return Call(Exchange(number, f"request-{number}", request, response, failure), route, moment)


def _response(entry: Mapping[str, Any]) -> Response | None:
    answer = entry["response"]
    if not int(answer["status"]):
        return None
    content = answer.get("content", {})
    text = str(content.get("text") or "")
    body = _decoded(text) if content.get("encoding") == "base64" else text.encode()
    seconds = max(0.0, float(entry.get("time") or 0)) / 1000
    return Response(int(answer["status"]), _headers(answer["headers"]), body, seconds)


def _sent(posted: Mapping[str, Any] | None) -> bytes | None:
    if not posted:
        return None
    text = str(posted.get("text") or "")
    if posted.get("encoding") == "base64":
        return _decoded(text)
    return text.encode("utf-8", "surrogateescape") or None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"a body is no base64: {error}") from error


def _headers(pairs: Iterable[Mapping[str, Any]]) -> Headers:
    return tuple(
        (str(pair["name"]), str(pair["value"]))
        for pair in pairs
        if not str(pair["name"]).startswith(":")
    )
