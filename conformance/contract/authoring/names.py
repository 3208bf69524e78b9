"""Checks names in a draft: unique ids, and references to operations, kinds and errata."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from conformance.contract.authoring.extensions import own_schema, read_schema
from conformance.contract.authoring.problem import METHODS, Fault

Json = Mapping[str, Any]
Way = tuple[str | int, ...]

_ERRATUM = ("x-erratum", "x-errata", "erratum", "errata")
_OF_OPERATIONS = ("create", "show", "delete", "retire", "list")
_KNOWN = 6
_JOINED = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
"""Other schemas that may bring properties."""
_CONDITIONAL = _JOINED | {"if", "then", "else", "not", "example", "examples", "default", "const"}
"""What speaks of properties that others have, and what is no schema."""


def name_faults(
    document: Json, errata: Collection[str], capabilities: Collection[str]
) -> Iterator[Fault]:
    """Duplicate ids, and names of what does not exist.

    ``capabilities`` are those that a target can offer.
    """
    operations: dict[str, Way] = {}
    for way, node in _operations(document):
        operations.setdefault(str(node.get("operationId", "")), way)
        rules: dict[str, Way] = {}
        for number, rule in enumerate(_rows(node.get("x-rules"))):
            here = (*way, "x-rules", number, "id")
            yield from _used_once(rules, str(rule.get("id", "")), here)
    common: dict[str, Way] = {}
    for number, rule in enumerate(_rows(document.get("x-common-rules"))):
        yield from _used_once(common, str(rule.get("id", "")), ("x-common-rules", number, "id"))
    yield from _resources(document, operations)
    yield from _required(document, ())
    yield from _named(document, (), "erratum", _ERRATUM, errata)
    yield from _named(document, (), "capability", ("x-capabilities", "capability"), capabilities)
    yield from _named(document, (), "operation", ("x-first",), operations)


def errata_faults(entries: Any, operations: Collection[str], source: str) -> Iterator[Fault]:
    """Errata of the user's that break their schema, share an id, or name no operation."""
    schema = own_schema(read_schema("errata.schema.json"), {})
    for error in Draft202012Validator(schema).iter_errors(entries):
        wanted = f"{error.validator} {error.validator_value}"[:160]
        yield Fault(tuple(error.absolute_path), error.message[:160], wanted, source)
    ids: dict[str, Way] = {}
    for number, entry in enumerate(_rows(entries)):
        for fault in _used_once(ids, str(entry.get("id", "")), (number, "id")):
            yield Fault(fault.way, fault.problem, fault.expected, source)
        for place, name in enumerate(entry.get("operations", ())):
            if name not in operations:
                way = (number, "operations", place)
                yield Fault(way, f"{name!r} is not an operation", _one_of(name, operations), source)
        readings = {str(reading.get("name")) for reading in _rows(entry.get("readings"))}
        for place, name in enumerate(entry.get("pins", ())):
            if name not in readings:
                way = (number, "pins", place)
                yield Fault(way, f"{name!r} is not a reading", _one_of(name, readings), source)


def _operations(document: Json) -> Iterator[tuple[Way, Json]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            node = item.get(method) if isinstance(item, dict) else None
            if isinstance(node, dict):
                yield ("paths", path, method), node


def _rows(node: Any) -> list[Json]:
    return [row for row in node if isinstance(row, dict)] if isinstance(node, list) else []


def _used_once(known: dict[str, Way], name: str, way: Way) -> Iterator[Fault]:
    if name and name in known:
        other = "/".join(map(str, known[name][:-1]))
        yield Fault(way, f"{name!r} is used twice (also by {other})", "an id of its own")
    known.setdefault(name, way)


def _resources(document: Json, operations: Mapping[str, Way]) -> Iterator[Fault]:
    """What kinds of resource are created, shown and deleted by; their example."""
    resources = document.get("x-resources", {})
    for kind, spec in resources.items() if isinstance(resources, dict) else ():
        for role in _OF_OPERATIONS:
            name = spec.get(role) if isinstance(spec, dict) else None
            if isinstance(name, str) and name not in operations:
                way = ("x-resources", kind, role)
                yield Fault(way, f"{name!r} is not an operation", _one_of(name, operations))


def _required(node: Any, way: Way) -> Iterator[Fault]:
    """Names that a schema requires, and that are not among the properties beside them."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _required(item, (*way, number))
    if not isinstance(node, dict):
        return
    required, properties = node.get("required"), node.get("properties")
    if isinstance(required, list) and isinstance(properties, dict) and not _JOINED & node.keys():
        for number, name in enumerate(required):
            if name not in properties:
                problem = f"{name!r} is not among the properties"
                yield Fault((*way, "required", number), problem, _one_of(name, properties))
    for key, value in node.items():
        if key not in _CONDITIONAL:
            yield from _required(value, (*way, key))


def _named(
    node: Any, way: Way, noun: str, members: Collection[str], known: Collection[str]
) -> Iterator[Fault]:
    """Members with these names, wherever they are, whose value or values are unknown."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _named(item, (*way, number), noun, members, known)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key not in members or way[-1:] == ("properties",):
            yield from _named(value, (*way, key), noun, members, known)
            continue
        for name in [value] if isinstance(value, str) else value:
            if isinstance(name, str) and name not in known:
                fault = f"{name!r} is not a known {noun}"
                yield Fault((*way, key), fault, _one_of(name, known))


def _one_of(name: str, known: Collection[str]) -> str:
    names = sorted(map(str, known))
    near = difflib.get_close_matches(str(name), names, n=1)
    if near:
        return near[0]
    more = f" or {len(names) - _KNOWN} more" if len(names) > _KNOWN else ""
    return f"one of {', '.join(names[:_KNOWN])}{more}" if names else "nothing: none is defined"
