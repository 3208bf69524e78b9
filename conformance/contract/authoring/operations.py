"""Paths and operations of a document that no schema can hold against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.authoring.problem import METHODS, Fault
from conformance.contract.inlining import pointed_at
from conformance.errors import ContractError

_PLACE = re.compile(r"\{([^{}]*)\}")

Json = Mapping[str, Any]
Way = tuple[str | int, ...]


def operation_faults(document: Json) -> Iterator[Fault]:
    """Paths that match the same requests, ids that are used twice, places without parameter."""
    shapes: dict[str, str] = {}
    ids: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        other = shapes.setdefault(_PLACE.sub("{}", path), path)
        if other != path:
            problem = f"matches the same requests as {other}"
            yield Fault(("paths", path), problem, f"{other}, or another path")
        shared = item.get("parameters", ()) if isinstance(item, dict) else ()
        for method in METHODS:
            node = item.get(method) if isinstance(item, dict) else None
            if isinstance(node, dict):
                way = ("paths", path, method)
                yield from _named_twice(ids, node, way)
                given = [*shared, *node.get("parameters", ())]
                yield from _places(document, path, given, way)


def _named_twice(ids: dict[str, str], node: Json, way: Way) -> Iterator[Fault]:
    name = node.get("operationId")
    if not isinstance(name, str):
        return
    here = f"{str(way[2]).upper()} {way[1]}"
    other = ids.setdefault(name, here)
    if other != here:
        problem = f"{name!r} is used twice (also by {other})"
        yield Fault((*way, "operationId"), problem, "an id of its own")


def _places(document: Json, path: str, given: list[Any], way: Way) -> Iterator[Fault]:
    known = {one.get("name") for one in (_followed(document, p) for p in given) if _is_path(one)}
    for name in _PLACE.findall(path):
        if name not in known:
            problem = f"has no parameter for {{{name}}}"
            yield Fault((*way, "parameters"), problem, f"name: {name}, in: path, required: true")


def _is_path(parameter: Json) -> bool:
    return parameter.get("in") == "path"


def _followed(document: Json, node: Any) -> Json:
    """A parameter behind its references; an empty one where they lead nowhere."""
    for _ in range(8):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            break
        try:
            node = pointed_at(document, node["$ref"])
        except ContractError:
            return {}
    return node if isinstance(node, dict) else {}
