"""Judges the path, the query and the headers of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import (
    PREFIX,
    chosen_by_clients,
    parameter_keywords,
    takes_content_type,
)
from conformance.certification.judges.credentials import SECRET_NAMES
from conformance.certification.judges.placeholders import is_blank
from conformance.certification.judges.windows import WindowJudge
from conformance.certification.recording.call import Call
from conformance.contract.operations import Operation, Parameter
from conformance.contract.requirements import judged_parameters
from conformance.contract.validation import Validator
from conformance.model.wording import in_json

_NUMBERS = {
    "integer": (re.compile(r"-?[0-9]+"), int),
    "number": (re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"), float),
}

_LONGEST = 2**63 - 1
"""No document says how long an Integer is; beyond 64 bits a server may have none."""


class InputJudge:
    """Judges parameters by the contract; validators are compiled once per operation."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger
        self._windows = WindowJudge(ledger)
        self._validators: dict[tuple[str, str], Validator] = {}

    def judge(self, call: Call, operation: Operation) -> None:
        """Judge every parameter of one request."""
        self._path(call, operation)
        for parameter in judged_parameters(operation):
            if parameter.place == "query":
                self._query(call, operation, parameter)
        self._undeclared(call, operation)
        self._windows.judge(call, operation)
        self._content_type(call, operation)

    def _path(self, call: Call, operation: Operation) -> None:
        for name, raw in call.route.path:
            prefix = f"{PREFIX}/{operation.id}/path/{name}"
            value = unquote(raw)
            parameter = operation.parameter(name)
            if is_blank(value) and not (
                parameter and chosen_by_clients(operation, parameter) and 0 < call.status < 400
            ):
                self._ledger.broke(
                    f"{prefix}/filled",
                    call,
                    f"{name} in the path is {in_json(value)}",
                    "a value of its own",
                    in_json(value),
                )
                continue
            self._ledger.passed(f"{prefix}/filled", call.case)
            if parameter is not None:
                self._values(call, operation, parameter, value)

    def _query(self, call: Call, operation: Operation, parameter: Parameter) -> None:
        name = parameter.name
        prefix = f"{PREFIX}/{operation.id}/query/{name}"
        listed = parameter.field.types[:1] == ("array",)
        sent = [value for key, value in call.query if key == name]
        bracketed = [v for key, v in call.query if re.fullmatch(rf"{re.escape(name)}\[\w*\]", key)]
        if listed and (len(sent) > 1 or bracketed or _packed(sent)):
            self._ledger.broke(
                f"{prefix}/comma-list",
                call,
                f"the list {name} is not written with commas",
                f"{name}=a,b",
                call.raw_query,
            )
            return
        if not sent:
            if parameter.required:
                self._ledger.broke(
                    f"{prefix}/required",
                    call,
                    f"{name} is not sent",
                    f"a parameter {name}",
                    call.raw_query or "no query",
                )
            return
        if parameter.required:
            self._ledger.passed(f"{prefix}/required", call.case)
        if listed:
            self._ledger.passed(f"{prefix}/comma-list", call.case)
            self._values(call, operation, parameter, sent[0].split(",") if sent[0] else [])
            return
        if len(sent) > 1:
            self._ledger.broke(
                f"{prefix}/once",
                call,
                f"{name} is sent {len(sent)} times",
                "one value",
                ", ".join(sent),
            )
        else:
            self._ledger.passed(f"{prefix}/once", call.case)
        self._values(call, operation, parameter, sent[0])

    def _values(self, call: Call, operation: Operation, parameter: Parameter, value: Any) -> None:
        """Judge the value of a parameter by every keyword of its schema."""
        prefix = f"{PREFIX}/{operation.id}/{parameter.place}"
        field = parameter.field
        kind = field.types[0] if field.types else "string"
        if kind in _NUMBERS:
            pattern, convert = _NUMBERS[kind]
            if not pattern.fullmatch(value):
                self._ledger.broke(
                    f"{prefix}/{field.path}/type",
                    call,
                    f"{field.path} is no {kind}",
                    kind,
                    in_json(value),
                )
                return
            value = convert(value)
            if abs(value) > _LONGEST:
                self._ledger.may_be_refused(call)
        if value in field.schema.get("x-tolerated", ()):
            return
        broken: set[str] = set()
        for violation in self._validator(operation, parameter).violations(value):
            path = f"{field.path}{violation.path}"
            identifier = f"{prefix}/{path}/{violation.keyword}"
            if identifier in self._ledger.requirements:
                broken.add(identifier)
                self._ledger.broke(
                    identifier,
                    call,
                    f"{path} breaks {violation.keyword}",
                    violation.expected,
                    violation.actual,
                )
        for part in parameter.fields:
            for keyword, _ in parameter_keywords(parameter, part):
                identifier = f"{prefix}/{part.path}/{keyword}"
                judged_before = keyword in {"required", "once", "comma-list", "filled"}
                if identifier not in broken and not judged_before:
                    self._ledger.passed(identifier, call.case)

    def _validator(self, operation: Operation, parameter: Parameter) -> Validator:
        key = operation.id, parameter.name
        if key not in self._validators:
            self._validators[key] = Validator(parameter.field.schema)
        return self._validators[key]

    def _undeclared(self, call: Call, operation: Operation) -> None:
        known = {p.name for p in operation.parameters if p.place == "query"}
        names = {re.sub(r"\[\w*\]$", "", key) for key, _ in call.query}
        strange = sorted(name for name in names - known if name.lower() not in SECRET_NAMES)
        identifier = f"{PREFIX}/{operation.id}/query/undeclared"
        if strange:
            self._ledger.broke(
                identifier,
                call,
                f"the document has no parameter {', '.join(strange)}",
                ", ".join(sorted(known)) or "no parameter",
                ", ".join(strange),
            )
        else:
            self._ledger.passed(identifier, call.case)

    def _content_type(self, call: Call, operation: Operation) -> None:
        value = call.headers.get("content-type", "").strip()
        prefix = f"{PREFIX}/{operation.id}/header/content-type"
        if takes_content_type(operation):
            if value:
                self._ledger.passed(f"{prefix}/required", call.case)
            else:
                self._ledger.broke(
                    f"{prefix}/required",
                    call,
                    "no Content-Type is sent",
                    "application/json",
                    "no such header",
                )
        if operation.body is None or not value:
            return
        if _is_json(value, call.body):
            self._ledger.passed(f"{prefix}/json", call.case)
        else:
            self._ledger.broke(
                f"{prefix}/json",
                call,
                "the body is not declared as JSON",
                "application/json",
                value,
            )


def _packed(sent: list[str]) -> bool:
    """Whether a list is written as JSON or with another separator."""
    return any((text[:1] in "[{" and text) or re.search(r"[|;]", text) for text in sent)


def _is_json(value: str, body: bytes) -> bool:
    """Whether the media type is JSON; a charset is fine if it reads the body as UTF-8 does."""
    parts: Iterator[str] = (part.strip().lower() for part in value.split(";"))
    media = next(parts)
    charsets = [part.partition("=")[2].strip('"') for part in parts if part.startswith("charset")]
    return media == "application/json" and all(_reads_as_utf_8(name, body) for name in charsets)


def _reads_as_utf_8(charset: str, body: bytes) -> bool:
    try:
        return charset in {"utf-8", "utf8"} or body.decode(charset) == body.decode("utf-8")
    except (LookupError, UnicodeError, ValueError):
        return False
