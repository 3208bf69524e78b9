"""Checks the x- members of a draft against their schemas, misspelt names included."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from conformance.contract.authoring.problem import METHODS, Fault
from conformance.contract.files import spec_folder
from conformance.contract.leaks import later_parts

NAMED = frozenset(
    {"properties", "headers", "parameters", "schemas", "responses", "securitySchemes", "paths"}
)
"""Members whose own members have names of the document, not of the contract's language."""
DATA = frozenset({"example", "examples", "value", "default", "enum", "const"})
REQUIRED = {
    "operationId": "a name that no other operation has",
    "x-source": "where the operation is described, such as {section: '5.1'}",
    "x-chapter": "the number of its chapter",
    "x-error-family": "one of the families of x-refusals",
    "x-effect": "read, create, replace, update, delete or action",
    "responses": "its answers, one of them 2xx",
}
"""What every operation of a contract says."""
_CLOSE = 0.8
_SHOWN = 160

Json = Mapping[str, Any]


def extension_faults(document: Json) -> Iterator[Fault]:
    """Extensions that break their schema or are misspelt, and those that are missing."""
    schema = own_schema(read_schema("extensions.schema.json"), document)
    checks = {
        name: Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})
        for name in schema["properties"]
    }
    for way, name, value in _extensions(document, ()):
        if name in checks:
            for error in checks[name].iter_errors(value):
                yield _fault(way, error)
            continue
        near = difflib.get_close_matches(name, checks, n=1, cutoff=_CLOSE)
        if near:
            yield Fault(way, "is not an extension of this suite", f"{near[0]}, or another name")
    yield from _undated(document.get("x-revision"))
    for way, since in later_parts(document, str(document.get("x-revision"))):
        yield Fault((*way, "x-since"), f"is {since}", "an edition no later than x-revision")
    yield from _lacking(document)


def _undated(edition: Any) -> Iterator[Fault]:
    """An edition that is written as a date, and is no day of any calendar."""
    if isinstance(edition, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", edition):
        try:
            dt.date.fromisoformat(edition)
        except ValueError:
            yield Fault(("x-revision",), f"is {edition!r}", "a day of the calendar")


def read_schema(name: str) -> dict[str, Any]:
    """One of the shipped schemas."""
    schema: dict[str, Any] = json.loads((spec_folder() / name).read_text(encoding="utf-8"))
    return schema


def own_schema(node: Any, document: Json) -> Any:
    """A shipped schema, adapted to users' documents by its ``x-own`` and ``x-vocabulary``.

    ``x-own`` replaces parts, ``x-vocabulary`` lists names. What is true only of the shipped
    contract (how many rows a table has, how its codes are spelt) stands in the schemas beside the
    members that take it away again.
    """
    if isinstance(node, list):
        return [own_schema(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    node = {**node, **node.get("x-own", {})}
    vocabulary = node.get("x-vocabulary")
    if vocabulary is not None:
        node["enum"] = _names(document.get(vocabulary, {}))
    return {
        key: own_schema(value, document)
        for key, value in node.items()
        if value is not None and key not in {"x-own", "x-vocabulary"}
    }


def _names(declared: Any) -> list[str]:
    if isinstance(declared, dict):
        return list(declared)
    return [str(row.get("name")) for row in declared if isinstance(row, dict)]


def _extensions(
    node: Any, way: tuple[str | int, ...], *, names: bool = False
) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _extensions(item, (*way, number))
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        here = (*way, key)
        if not names and key.startswith("x-"):
            yield here, key, value
        elif names or key not in DATA:
            yield from _extensions(value, here, names=not names and key in NAMED)


def _fault(way: tuple[str | int, ...], error: ValidationError) -> Fault:
    """The innermost schema error, in words about what is expected."""
    best = _innermost(error)
    here = (*way, *best.absolute_path)
    if best.validator == "required":
        missing = [name for name in best.validator_value if name not in best.instance]
        return Fault(here, f"lacks {', '.join(missing)}", _told(best.schema, missing))
    if best.validator in {"additionalProperties", "unevaluatedProperties"}:
        known = ", ".join(best.schema.get("properties", {}))
        return Fault(here, best.message, f"one of {known}")
    if best.validator == "enum":
        return Fault(
            here, f"is {best.instance!r}", f"one of {', '.join(map(str, best.schema['enum']))}"
        )
    if best.validator == "type":
        kinds = best.validator_value
        wanted = kinds if isinstance(kinds, str) else " or ".join(kinds)
        return Fault(here, f"is {best.instance!r}"[:_SHOWN], f"type {wanted}")
    if best.validator == "pattern":
        return Fault(here, f"is {best.instance!r}", f"text like {best.validator_value}")
    return Fault(here, best.message[:_SHOWN], f"{best.validator} {best.validator_value}"[:_SHOWN])


def _innermost(error: Any) -> Any:
    """Of several forms that a value may have, the error of the nearest one."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for one in error.context:
            branches.setdefault(one.schema_path[0], []).append(one)
        nearest = min(branches.values(), key=lambda errors: (len(errors), _weight(errors)))
        error = min(nearest, key=lambda one: _weight([one]))
    return error


def _weight(errors: list[ValidationError]) -> int:
    """How far a value is from a form: a wrong type is far, a member too many or too few is near."""
    return sum(one.validator == "type" and not one.path for one in errors)


def _told(schema: Any, names: list[str]) -> str:
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    told = [f"{n} ({properties[n]['type']})" for n in names if "type" in properties.get(n, {})]
    return ", ".join(told or names)


def _lacking(document: Json) -> Iterator[Fault]:
    """Operations without an extension that every operation of a contract must have."""
    for path, item in _objects(document.get("paths")):
        for method, node in _objects(item):
            if method not in METHODS:
                continue
            for name, wanted in REQUIRED.items():
                if name not in node:
                    yield Fault(("paths", path, method, name), "is missing", wanted)
            source = node.get("x-source")
            if isinstance(source, dict) and "section" not in source:
                where = ("paths", path, method, "x-source", "section")
                yield Fault(where, "is missing", "the number of a section, such as '5.1'")


def _objects(node: Any) -> Iterator[tuple[str, Json]]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if isinstance(value, dict):
            yield key, value
