"""HAR 1.2 of every exchange, written as they come: a long run need not fit into memory.

A report keeps how long each exchange took, not when it began. ``startedDateTime``, which the
format demands, is therefore the start of the run plus the time of the exchanges before, and every
entry says so in its ``comment``.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from conformance.reporting.explanation import status_line
from conformance.reporting.file import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.model.report import ReceivedResponse, ReportedExchange, SentRequest
    from conformance.reporting.material import Material

_TIME_NOTE = "time derived from the start of the run and the length of earlier exchanges"


def write_har(material: Material, path: Path) -> None:
    """Write all exchanges as HAR. Raises ReportError when the file cannot be written."""
    suite = material.report.suite
    head = {
        "version": "1.2",
        "creator": {"name": suite["name"], "version": suite["version"]},
        "pages": [],
    }
    with replacing(path) as file:
        file.write('{"log": ' + json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": [')
        for index, entry in enumerate(har_entries(material)):
            file.write(",\n" if index else "\n")
            file.write(json.dumps(entry, ensure_ascii=False))
        file.write("\n]}}\n")


def har_entries(material: Material) -> Iterator[dict[str, Any]]:
    """The entries of the log, one for each exchange, in the order of the run."""
    moment = datetime.fromisoformat(str(material.report.run.started))
    for exchange in material.exchanges:
        elapsed = exchange.response.elapsed_ms if exchange.response else 0.0
        yield _entry(exchange, moment, elapsed)
        moment += timedelta(milliseconds=elapsed)


def _entry(exchange: ReportedExchange, moment: datetime, elapsed: float) -> dict[str, Any]:
    return {
        "startedDateTime": moment.isoformat(timespec="milliseconds"),
        "time": elapsed,
        "request": _request(exchange.request),
        "response": _response(exchange.response, exchange.failure),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        "comment": f"exchange {exchange.number}, case {exchange.case}; {_TIME_NOTE}",
    }


def _request(request: SentRequest) -> dict[str, Any]:
    content_type = _header(request.headers, "content-type")
    body = request.body if request.body is not None else request.body_base64
    drawn: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": _pairs(
            [[k, v] for k, v in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)]
        ),
        "headersSize": -1,
        "bodySize": len(body.encode()) if body is not None else 0,
    }
    if body is not None:
        drawn["postData"] = {"mimeType": content_type, "text": body, "params": []}
        if request.body is None:
            drawn["postData"]["comment"] = "the body is no UTF-8 text; text is its base64"
    return drawn


def _response(response: ReceivedResponse | None, failure: dict[str, str] | None) -> dict[str, Any]:
    headers = response.headers if response else []
    text = (
        (response.body if response.body is not None else response.body_base64) if response else ""
    )
    content: dict[str, Any] = {
        "size": len((text or "").encode()),
        "mimeType": _header(headers, "content-type") or "x-unknown",
        "text": text or "",
    }
    if response is not None and response.body is None and response.body_base64 is not None:
        content["encoding"] = "base64"
    if response is not None and response.truncated:
        content["comment"] = "only the start of the body was kept"
    drawn: dict[str, Any] = {
        "status": response.status if response else 0,
        "statusText": status_line(response.status).partition(" ")[2] if response else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": content,
        "redirectURL": _header(headers, "location"),
        "headersSize": -1,
        "bodySize": -1,
    }
    if response is None:
        drawn["_error"] = ": ".join((failure or {"stage": "network"}).values())
    return drawn


def _pairs(values: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values]


def _header(headers: list[list[str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")
