"""Converts schemas of OpenAPI 3.0 and 3.1 for the suite: no references, flat where possible.

What cannot be converted is left out of a schema, which then accepts more, never less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from conformance.contract.inlining import pointed_at
from conformance.errors import ContractError

Schema = dict[str, Any]

DEPTHS = (8, 6, 5, 4, 3, 2, 1)
"""How many references deep a schema is read; the first depth that is not too large is taken."""
LARGEST = 2500
CUT = "x-cut"
"""Marks a schema that is not read any deeper: it takes everything."""
"""Schemas in one body, from which on it is read less deep."""
LONGEST = 1000
"""Characters, from which on a length is not tried out."""
MOST_ITEMS = 100

PATTERNS = {
    "date-time": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[-+][0-9]{2}:[0-9]{2})$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "uuid": r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
}
"""Formats that are judged; OpenAPI has them as remarks, so that breaking one is a SHOULD."""

_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
_KEPT = (
    *("enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties", "example", "examples", "default"),
)
_LEVELS = (
    *("required", "type", "null", "enum", "minimum", "maximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "pattern", "format", "anyOf"),
)
IMPLIED = dict.fromkeys(_LEVELS, "SHOULD")
"""OpenAPI says what a valid request is, and not that another is refused."""


class Schemas:
    """Converts the schemas of one document; ``request`` leaves out read-only fields."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._left = 0

    def read(self, schema: Any, *, request: bool) -> Schema:
        """A schema without references."""
        for depth in DEPTHS:
            self._left = LARGEST
            found = self._read(schema, request, depth, ())
            if self._left > 0:
                break
        return found

    def _read(self, node: Any, request: bool, depth: int, trail: tuple[str, ...]) -> Schema:
        if not isinstance(node, dict) or self._left <= 0:
            return {"not": {}} if node is False else {CUT: True} if self._left <= 0 else {}
        self._left -= 1
        reference = node.get("$ref")
        if isinstance(reference, str):
            if depth == 0 or reference in trail:
                return {CUT: True}
            try:
                target = pointed_at(self._document, reference)
            except ContractError:
                return {}
            return self._read(target, request, depth - 1, (*trail, reference))

        def below(child: Any) -> Schema:
            return self._read(child, request, depth, trail)

        schema = _numbers({key: node[key] for key in _KEPT if key in node})
        kinds = _types(node)
        if kinds:
            schema["type"] = kinds[0] if len(kinds) == 1 else kinds
        self._composed(node, schema, below)
        self._contents(node, schema, below, request)
        _written(node, schema)
        _merge(schema)
        return _nullable(node, schema)

    def _contents(self, node: Schema, schema: Schema, below: Any, request: bool) -> None:
        hidden = "readOnly" if request else "writeOnly"
        properties = node.get("properties")
        if isinstance(properties, dict):
            seen = {n: c for n, c in properties.items() if not _is(self._followed(c), hidden)}
            schema["properties"] = {name: below(child) for name, child in seen.items()}
            gone = properties.keys() - seen.keys()
            required = [name for name in _texts(node.get("required")) if name not in gone]
        else:
            required = _texts(node.get("required"))
        if required:
            schema["required"] = required
        if "items" in node:
            schema["items"] = below(node["items"])
        further = node.get("additionalProperties")
        if isinstance(further, bool):
            # What may not be read, or written, may well be in a body of the other direction.
            hides = isinstance(properties, dict) and len(properties) > len(schema["properties"])
            schema["additionalProperties"] = further or hides
        elif isinstance(further, dict):
            schema["additionalProperties"] = below(further)

    def _composed(self, node: Schema, schema: Schema, below: Any) -> None:
        for keyword in ("allOf", "anyOf", "oneOf"):
            parts = node.get(keyword)
            if isinstance(parts, list) and parts:
                schema[keyword] = [below(part) for part in parts]
        if schema.get("oneOf") and any(CUT in part for part in schema["oneOf"]):
            # A branch that was cut off takes everything, and would contradict the others.
            schema["anyOf"] = schema.pop("oneOf")

    def _followed(self, node: Any) -> Any:
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            try:
                return pointed_at(self._document, node["$ref"])
            except ContractError:
                return {}
        return node


def _is(node: Any, flag: str) -> bool:
    return isinstance(node, dict) and node.get(flag) is True


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _types(node: Schema) -> list[str]:
    declared = node.get("type", ())
    kinds = [declared] if isinstance(declared, str) else list(declared or ())
    return kinds if all(kind in _TYPES for kind in kinds) else []


def _numbers(schema: Schema) -> Schema:
    """The bounds of 3.0, which has exclusiveMinimum as a flag beside minimum."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            del schema[exclusive]
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
        for key in (bound, exclusive):
            if key in schema and not _is_number(schema[key]):
                del schema[key]
    for key, most in (("maxLength", LONGEST), ("maxItems", MOST_ITEMS)):
        if not isinstance(schema.get(key, 0), int) or schema.get(key, 0) > most:
            del schema[key]
    for key in ("minLength", "minItems", "minProperties", "maxProperties"):
        if not isinstance(schema.get(key, 0), int):
            del schema[key]
    if not isinstance(schema.get("enum", []), list) or schema.get("enum") == []:
        del schema["enum"]
    if not _is_number(schema.get("multipleOf", 1)) or schema.get("multipleOf", 1) <= 0:
        del schema["multipleOf"]
    return schema


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _written(node: Schema, schema: Schema) -> None:
    """The pattern of a text, or that of its format."""
    if "string" not in _types(node):
        return
    pattern, form = node.get("pattern"), node.get("format")
    if isinstance(pattern, str) and _compiles(pattern):
        schema["pattern"] = pattern
    elif form in PATTERNS and "enum" not in schema:
        schema["pattern"], schema["x-form"] = PATTERNS[form], form
        schema["x-levels"] = {"format": "SHOULD", "pattern": "SHOULD"}
    if isinstance(form, str):
        schema["x-format"] = form


def _compiles(pattern: str) -> bool:
    """Whether both of our regular expression engines accept it; ECMA 262 has more syntax."""
    try:
        re.compile(pattern)
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (re.error, ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def _merge(schema: Schema) -> None:
    """The objects of allOf merged into one, so that each field is a field of it."""
    parts = schema.get("allOf")
    if parts is None:
        return
    kept: list[Schema] = []
    types = {str(part["type"]) for part in [schema, *parts] if "type" in part}
    properties, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
    for part in parts:
        # Each would forbid the fields of the others.
        part.pop("additionalProperties", None) if part.get("additionalProperties") is False else 0
        for name, child in part.get("properties", {}).items():
            if name in properties and properties[name] != child:
                both = [properties[name], child]
                properties[name] = {**properties[name], **child, "allOf": both}
            else:
                properties[name] = child
        required += part.get("required", ())
        rest = {k: v for k, v in part.items() if k not in {"properties", "required"}}
        said = {"example", "examples", "additionalProperties"}
        if set(rest) - (said if len(types) > 1 else {*said, "type"}):
            kept.append(rest)
    if "type" not in schema and len(types) == 1:
        schema["type"] = next(part["type"] for part in parts if "type" in part)
    if properties:
        schema["properties"] = properties
    if required:
        schema["required"] = list(dict.fromkeys(required))
    schema.pop("allOf")
    if len(kept) == 1 and not schema.keys() & kept[0].keys() - {"type"}:
        schema.update(kept[0])
    elif kept:
        schema["allOf"] = kept


def _nullable(node: Schema, schema: Schema) -> Schema:
    if node.get("nullable") is not True:
        return schema
    kinds = _types(schema)
    if not kinds:
        return {"anyOf": [schema, {"type": "null"}]} if schema else schema
    if "null" not in kinds:
        schema["type"] = [*kinds, "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
