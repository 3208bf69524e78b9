"""The answers that a client has to survive, per operation, drawn from the contract.

Each has a name: ``minimal``, ``maximal``, ``undeclared``, ``nulls``, ``empty-lists``,
``past-the-end``, ``open-end``, ``reading-<field>-<n>`` for the readings of errata,
``error-<status>-<code>`` for every documented error with every catalogued code, ``throttled``,
``unavailable``, ``slow``, ``cut``, ``malformed`` and ``html``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.certification.scripted.sampling import (
    maximal,
    minimal,
    value_of,
    with_empty_lists,
    with_extras,
    with_nulls,
)
from conformance.contract.document import Contract
from conformance.contract.fields import Field, Schema
from conformance.contract.operations import Operation

RETRY_AFTER = 1
"""Seconds that the throttled situation asks a client to wait."""
SLOW_SECONDS = 0.5
FAILURES = frozenset({"cut", "malformed"})
"""Situations without an answer that could be understood: a client must say that it failed."""
_EXTRA_CODES = {401: ("APIGW.0301",), 400: ()}
_HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Situation:
    """One scripted answer. ``manner``: plain, slow (a pause before it) or cut."""

    name: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "plain"

    @property
    def data(self) -> Any:
        """The body as JSON data; None without a body."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def situations_of(contract: Contract, operation: Operation) -> dict[str, Situation]:
    """Every situation of one operation by its name."""
    found = (*_successes(operation), *_errors(contract, operation), *_troubles(operation))
    return {situation.name: situation for situation in found}


def _successes(operation: Operation) -> Iterator[Situation]:
    spec = operation.success
    schema = spec.schema
    if schema is None:
        yield Situation("minimal", spec.status)
        return
    whole = maximal(schema)
    bodies = {
        "minimal": minimal(schema),
        "maximal": whole,
        "undeclared": with_extras(whole),
        "nulls": with_nulls(schema, whole),
        "empty-lists": with_empty_lists(schema, whole),
        "past-the-end": with_empty_lists(schema, whole) if operation.pagination else None,
    }
    bodies.update(_readings(schema, spec.fields, whole))
    for name, body in bodies.items():
        if body is not None and (name == "undeclared" or spec.validator.is_valid(body)):
            yield _json(name, spec.status, body)


def _readings(schema: Schema, fields: tuple[Field, ...], whole: Any) -> Iterator[tuple[str, Any]]:
    """Bodies that differ in one field: the open end, and each reading that an erratum allows."""
    for item in fields:
        known = item.schema
        if "-" not in str(known.get("pattern", "")) and "x-erratum" not in known:
            continue
        values = _variants(known)
        for number, value in enumerate(values, 1):
            body = maximal(schema, _only(item.path, value))
            if body != whole or value == "-":
                open_end = value == "-"
                name = "open-end" if open_end else f"reading-{item.path}-{number}"
                yield name, body


def _variants(schema: Schema) -> list[Any]:
    if "enum" in schema:
        return list(schema["enum"])
    if "pattern" in schema:
        texts = (
            "-",
            "",
            "2023-11-28T08:00:00Z",
            "2023-11-28T08:00:00.123456Z",
            "0001-01-01T00:00:00Z",
            "2023/11/28 08:00:00 GMT +08:00",
            "2023/11/28 08:00:00 GMT+08:00",
            "20231128080000",
        )
        return [text for text in texts if re.search(schema["pattern"], text)]
    if "anyOf" in schema:
        return [value_of(part) for part in schema["anyOf"]]
    return []


def _only(path: str, value: Any) -> Any:
    def own(at: str, _schema: Schema) -> Any:
        return value if at == path else None

    return own


def _errors(contract: Contract, operation: Operation) -> Iterator[Situation]:
    for status in sorted(status for status in operation.answers if status >= 400):
        for code in _codes(contract, operation, status):
            yield _error(f"error-{status}-{code}", status, code)
    if 401 not in operation.answers:
        yield _error("error-401-APIGW.0301", 401, "APIGW.0301")
    throttled = _error("throttled", 429, "APIGW.0308")
    throttled.headers["Retry-After"] = str(RETRY_AFTER)
    yield throttled
    yield _error("unavailable", 503, "RTC.00002002")


def _codes(contract: Contract, operation: Operation, status: int) -> list[str]:
    """Codes that an error may carry: of the catalogue and, for chapter 13, of its refusals."""
    family = contract.refusals.families.get(operation.error_family, {})
    answers = [answer for kind in family.values() for answer in kind.answers]
    named = [c for a in answers if a.status == status for c in a.codes if not c.endswith("*")]
    catalogued = [
        entry.code
        for entry in contract.catalogue.entries.values()
        if entry.status == status and entry.code.startswith("RTC.")
    ]
    codes = named if operation.error_family == "data" else [*catalogued, *named]
    return list(dict.fromkeys([*codes, *_EXTRA_CODES.get(status, ())])) or ["RTC.00002002"]


def _troubles(operation: Operation) -> Iterator[Situation]:
    yield Situation("html", 502, _HTML, {"Content-Type": "text/html"})
    spec = operation.success
    least = None if spec.schema is None else minimal(spec.schema)
    if least is not None and not spec.validator.is_valid(least):
        return  # a pattern that no text can be drawn for
    body = b"" if least is None else _dump(least)
    kind = {"Content-Type": "application/json"}
    yield Situation("slow", spec.status, body, dict(kind) if body else {}, "slow")
    if body:
        yield Situation("cut", spec.status, body, dict(kind), "cut")
        yield Situation("malformed", spec.status, body[: len(body) // 2], dict(kind))


def _error(name: str, status: int, code: str) -> Situation:
    return _json(name, status, {"error_code": code, "error_msg": f"{name} was asked for"})


def _json(name: str, status: int, body: Any) -> Situation:
    return Situation(name, status, _dump(body), {"Content-Type": "application/json"})


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
