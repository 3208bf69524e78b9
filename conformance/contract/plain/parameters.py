"""Parameters outside the body, each with a valid value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.contract.plain.bodies import Unreadable, exemplify, implied_fields
from conformance.contract.plain.schemas import Schema, Schemas

_UNSENT = frozenset({"accept", "content-type", "authorization", "cookie", "host", "content-length"})
"""Headers that OpenAPI leaves to other parts of a document, or HTTP to others than us."""
_PLACES = frozenset({"path", "query", "header"})


def read_parameter(schemas: Schemas, node: Mapping[str, Any]) -> dict[str, Any] | None:
    """One parameter; None where none is sent.

    Raises Unreadable when it must be sent and its serialisation is not supported.
    """
    place, name = str(node.get("in")), str(node.get("name"))
    if place == "header" and name.lower() in _UNSENT:
        return None
    required = node.get("required") is True or place == "path"
    schema = schemas.read(node.get("schema", {}), request=True)
    _give_example(node, schema)
    problem = _problem(place, name, node, schema)
    if problem is None:
        has_default = "default" in schema
        implied_fields(schema)
        exemplify(schema)
        if has_default:
            # Demanded, and known without being sent: who takes the default is not wrong.
            schema["x-levels"] = {**schema["x-levels"], "required": "MAY"}
        if "x-open" in schema or schema.get("example") in ("", None, []):
            problem = f"no valid value of {name} is known; give it an example"
    if problem is None and place == "path" and str(schema["example"]).strip(".") == "":
        problem = f"no valid value of {name} is known; give it an example"
    if problem is not None:
        if required:
            raise Unreadable(problem)
        return None
    return {
        "name": name,
        "in": place,
        "required": required,
        "explode": node.get("explode", node.get("style", "form") == "form"),
        "schema": schema,
    }


def _give_example(node: Mapping[str, Any], schema: Schema) -> None:
    if "example" in node:
        schema["example"] = node["example"]
        return
    named = node.get("examples")
    for one in named.values() if isinstance(named, dict) else ():
        if isinstance(one, dict) and "value" in one:
            schema["example"] = one["value"]
            return


def _problem(place: str, name: str, node: Mapping[str, Any], schema: Schema) -> str | None:
    """Why its serialisation is not supported; None when it is."""
    style = node.get("style", "form" if place == "query" else "simple")
    if re.search(r"[\s/]|\[\]$", name):
        return f"{name} has a name that requirements cannot carry"
    if place not in _PLACES:
        return f"{name} is sent in a {place}"
    if "content" in node:
        return f"{name} is written as {', '.join(node['content'])}"
    if style not in {"form", "simple"}:
        return f"{name} is written in the style {style}"
    kinds = _kinds(schema)
    if "object" in kinds or (schema.get("properties") and not kinds):
        return f"{name} is an object"
    items = schema.get("items", {})
    if "array" in kinds and (place != "query" or _kinds(items) & {"array", "object"}):
        return f"{name} is a list in a {place}" if place != "query" else f"{name} is nested"
    return None


def _kinds(schema: Schema) -> set[str]:
    declared = schema.get("type", ())
    found = {declared} if isinstance(declared, str) else set(declared)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(keyword, ()):
            found |= _kinds(part)
            if part.get("properties"):
                found.add("object")
    return found
