"""Judges the body of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON, PREFIX, body_keywords
from conformance.certification.recording.call import Call, Lost
from conformance.contract.fields import Schema
from conformance.contract.operations import Body, Operation
from conformance.contract.validation import Violation


class DoubleKeyError(ValueError):
    """An object has the same key twice."""


class PayloadJudge:
    """Judges bodies by the contract."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger

    def judge(self, call: Call, operation: Operation) -> None:
        """Judge the body of one request, or its absence."""
        if Lost.BODY in call.lost:
            return
        prefix = f"{PREFIX}/{operation.id}/body"
        body = operation.body
        if body is None:
            self._absent(call, f"{prefix}/absent")
            return
        if not call.body:
            if body.required:
                self._ledger.broke(
                    f"{prefix}/required",
                    call,
                    "the request has no body",
                    "a JSON object",
                    "nothing",
                )
            return
        if body.required:
            self._ledger.passed(f"{prefix}/required", call.case)
        data = self._parsed(call)
        if isinstance(data, dict):
            self._fields(call, operation, body, data)

    def _absent(self, call: Call, identifier: str) -> None:
        if call.body.strip() in {b"", b"{}", b"null"}:
            self._ledger.passed(identifier, call.case)
        else:
            self._ledger.broke(
                identifier,
                call,
                "a body is sent where none is documented",
                "no body",
                f"{len(call.body)} bytes",
            )

    def _parsed(self, call: Call) -> Any:
        """The parsed body; None, with the reason recorded, when it cannot be read."""
        try:
            text = call.body.decode("utf-8")
        except UnicodeDecodeError as error:
            self._ledger.broke(
                f"{COMMON}/body/utf-8",
                call,
                "the body is not UTF-8",
                "UTF-8 text",
                f"byte {error.start} is not valid UTF-8",
            )
            return None
        self._ledger.passed(f"{COMMON}/body/utf-8", call.case)
        try:
            data = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            if not _says_json(call):
                return None
            self._ledger.broke(
                f"{COMMON}/body/json", call, "the body is not JSON", "JSON text", str(error)[:200]
            )
            return None
        self._ledger.passed(f"{COMMON}/body/json", call.case)
        if not _has_utf_8(data):
            self._ledger.broke(
                f"{COMMON}/body/utf-8",
                call,
                "a text of the body has half a surrogate pair, which has no UTF-8",
                "UTF-8 text",
                r"\ud800 to \udfff alone",
            )
        self._keys(call, text)
        if not isinstance(data, dict):
            self._ledger.broke(
                f"{COMMON}/body/object",
                call,
                "the body is not a JSON object",
                "an object",
                type(data).__name__,
            )
            return None
        self._ledger.passed(f"{COMMON}/body/object", call.case)
        return data

    def _keys(self, call: Call, text: str) -> None:
        try:
            json.loads(text, object_pairs_hook=_single_keys)
        except DoubleKeyError as error:
            self._ledger.broke(
                f"{COMMON}/body/keys",
                call,
                "an object contains a key twice",
                "each key once",
                str(error),
            )
        else:
            self._ledger.passed(f"{COMMON}/body/keys", call.case)

    def _fields(self, call: Call, operation: Operation, body: Body, data: dict[str, Any]) -> None:
        prefix = f"{PREFIX}/{operation.id}/body"
        broken: set[str] = set()
        violations = list(body.validator.violations(data))
        nulls = {v.place for v in violations if _is_null(v)}
        for violation in violations:
            keyword = violation.keyword
            if violation.place in nulls and not _is_null(violation):
                continue
            if _is_null(violation):
                keyword = "null"
            identifier = f"{prefix}/{violation.path}/{keyword}"
            if identifier not in self._ledger.requirements:
                continue
            broken.add(identifier)
            if not _tolerated(body, violation, data):
                self._ledger.broke(
                    identifier,
                    call,
                    _message(violation, keyword),
                    violation.expected,
                    violation.actual,
                )
        present = set(_present(data))
        for field in body.fields:
            parent = _parent(field.path)
            for keyword, _ in body_keywords(field):
                identifier = f"{prefix}/{field.path}/{keyword}"
                shown = parent in present if keyword == "required" else field.path in present
                if shown and identifier not in broken:
                    self._ledger.passed(identifier, call.case)
        for rule in body.combinations:
            middle = f"{rule.path}.{rule.name}" if rule.path else rule.name
            identifier = f"{prefix}/{middle}/combination"
            if rule.path in present and identifier not in broken:
                self._ledger.passed(identifier, call.case)
        self._undeclared(call, f"{prefix}/undeclared", body.schema, data)

    def _undeclared(
        self, call: Call, identifier: str, schema: Schema, data: dict[str, Any]
    ) -> None:
        strange = list(_strangers(schema, data))
        if strange:
            self._ledger.broke(
                identifier,
                call,
                f"the document has no field {', '.join(strange)}",
                "documented fields",
                ", ".join(strange),
            )
        else:
            self._ledger.passed(identifier, call.case)


def _says_json(call: Call) -> bool:
    """Whether the body is declared as JSON, or not declared: another type is judged elsewhere."""
    kind = call.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() in {"", "application/json"}


def _is_null(violation: Violation) -> bool:
    """Whether the only violation is null itself, which breaks every other keyword as well."""
    return violation.keyword == "type" and violation.actual.endswith("(null)")


def _has_utf_8(data: Any) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _message(violation: Violation, keyword: str) -> str:
    if keyword == "combination":
        return f"the fields contradict each other: {violation.path}"
    verb = {"required": "is missing", "null": "is null"}.get(keyword, f"breaks {keyword}")
    return f"{violation.place} {verb}"


def _tolerated(body: Body, violation: Violation, data: Any) -> bool:
    """Whether the contract leaves open if this very value is accepted (``x-tolerated``)."""
    field = next((f for f in body.fields if f.path == violation.path), None)
    allowed = field.schema.get("x-tolerated", ()) if field else ()
    if not allowed or violation.keyword == "required":
        return False
    value = _at(data, violation.place)
    return any(value == item and type(value) is type(item) for item in allowed)


def _at(data: Any, place: str) -> Any:
    for step in place.replace("[", ".[").split("."):
        data = data[int(step[1:-1])] if step.startswith("[") else data[step]
    return data


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _present(value: Any, path: str = "") -> Iterator[str]:
    """Path of every value that is present and not null, the root included."""
    if value is None:
        return
    yield path
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _present(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for child in value:
            yield from _present(child, f"{path}[]")


def _strangers(schema: Schema, value: Any, path: str = "") -> Iterator[str]:
    """Path of every field that the schema does not have."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name, child in value.items():
            below = f"{path}.{name}" if path else name
            if name not in known:
                if known:
                    yield below
            else:
                yield from _strangers(known[name], child, below)
    elif isinstance(value, list):
        for child in value:
            yield from _strangers(schema.get("items", {}), child, f"{path}[]")


def _single_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DoubleKeyError(", ".join(twice))
    return dict(pairs)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
