"""Encodes filled templates: addresses, queries, bodies and times."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from conformance.access.settings import TargetSettings
from conformance.contract.operations import Operation
from conformance.model.case import ABSENT, Moment, Template
from conformance.model.exchange import Request

_QUERY_SAFE = ",:-~._"


def write_request(settings: TargetSettings, operation: Operation, filled: Template) -> Request:
    """The bytes of a filled template."""
    path = operation.path
    for name, value in filled.path.items():
        path = path.replace(f"{{{name}}}", quote(str(value), "", errors="surrogatepass"))
    exploded = frozenset(p.name for p in operation.parameters if p.place == "query" and p.explode)
    query = encode_query(filled.query, exploded)
    base = settings.base_url
    if operation.server is not None:
        base = settings.identity_url or base
    body = filled.raw
    headers: dict[str, Any] = dict(filled.headers)
    if body is None and filled.body is not ABSENT:
        body = json.dumps(filled.body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    headers = {name: value for name, value in headers.items() if value is not ABSENT}
    url = f"{base}{path}?{query}" if query else f"{base}{path}"
    return Request(operation.id, operation.method, url, tuple(headers.items()), body)


def encode_query(query: Mapping[str, Any], exploded: Collection[str] = ()) -> str:
    """A query string: comma lists where the document has them, everything else once each.

    Lists of the names in ``exploded`` are sent item by item.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, (list, tuple)) and name in exploded:
            pairs += [(name, _query_text(item)) for item in value]
        elif isinstance(value, (list, tuple)):
            pairs.append((name, ",".join(_query_text(item) for item in value)))
        else:
            pairs.append((name, _query_text(value)))
    return urlencode(pairs, safe=_QUERY_SAFE, errors="surrogatepass", quote_via=quote)


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def write_moment(now: dt.datetime, moment: Moment) -> str:
    """A Moment as the document writes it: UTC, to the second or the day."""
    time = now + dt.timedelta(seconds=moment.seconds)
    if moment.form == "date":
        return time.strftime("%Y-%m-%d")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
