"""Which members of an OpenAPI document are names, which are data, and which are its language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

NAMED: Final = frozenset(
    {
        "properties", "patternProperties", "$defs", "dependentSchemas", "paths", "responses",
        "headers", "content", "schemas", "parameters", "securitySchemes", "requestBodies",
        "callbacks", "links", "encoding", "variables", "mapping", "pathItems", "scopes", "examples",
    }
)  # fmt: skip
"""Members whose own members are names that an author has chosen, not words of the language."""

DATA: Final = frozenset({"example", "default", "enum", "const", "value"})
"""Members that hold values as they go over the wire."""


def nodes(node: Any, language: bool = True) -> Iterator[dict[str, Any]]:
    """Every object of a document whose members are words of OpenAPI or JSON Schema, inner first.

    Objects of names and data are passed through and over.
    """
    if isinstance(node, list):
        for item in node:
            yield from nodes(item)
    elif isinstance(node, dict):
        for key, value in list(node.items()):
            if language and _is_data(key, value):
                continue
            yield from nodes(value, not (language and key in NAMED and isinstance(value, dict)))
        if language:
            yield node


def _is_data(key: str, value: Any) -> bool:
    listed = key == "examples" and isinstance(value, list)
    return key in DATA or key.startswith("x-") or listed


def schemas(document: Any) -> Iterator[dict[str, Any]]:
    """Every object that can be a schema: those with a type, a reference or a combination."""
    words = {"type", "$ref", "allOf", "anyOf", "oneOf", "enum", "const", "properties", "items"}
    return (node for node in nodes(document) if words & node.keys() and "in" not in node)
