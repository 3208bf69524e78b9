"""Bodies drawn from a schema: the smallest, the largest, and readings in between.

Every body that is drawn is valid by the schema that it is drawn from; what the schema says across
fields (``if`` … ``then``) is worked in afterwards.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rstr import Rstr

from conformance.contract.fields import Schema
from conformance.contract.validation import Validator

_TEXTS = (
    "2023-11-28T08:00:00Z",
    "2023-11-28T08:00:00.123456Z",
    "2023-11-28",
    "20231128080000",
    "https://example.com/callback",
    "s3://bucket/picture.jpg",
    "m_sample",
    "s_sample",
    "-",
    "",
)
"""One text for every form that the document has."""
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "date-time": "2023-11-28T08:00:00Z",
        "date": "2023-11-28",
        "time": "08:00:00Z",
        "uuid": "00000000-0000-4000-8000-000000000001",
        "email": "somebody@example.com",
        "hostname": "example.com",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8::1",
        "uri": "https://example.com/",
        "byte": "c2FtcGxl",
    }
)
"""One text for every format of JSON Schema and OpenAPI that a contract is likely to name."""

_TRIES = 20
"""Texts that are drawn for a pattern until one is valid."""

Drawn = Callable[[str, Schema], Any]
"""Gives the value for a path of the body, or None to have it drawn."""


def minimal(schema: Schema, own: Drawn | None = None) -> Any:
    """The smallest body: required fields only, one item in each required list."""
    return _finished(schema, _Draw(everything=False, own=own)(schema, ""))


def maximal(schema: Schema, own: Drawn | None = None) -> Any:
    """The largest body: every documented field, one item in each list."""
    return _finished(schema, _Draw(everything=True, own=own)(schema, ""))


def value_of(schema: Schema) -> Any:
    """One value that the schema accepts."""
    return _Draw(everything=True, own=None)(schema, "")


def with_extras(body: Any) -> Any:
    """The body with an undocumented field in every object."""
    if isinstance(body, list):
        return [with_extras(item) for item in body]
    if not isinstance(body, dict):
        return body
    grown = {name: with_extras(child) for name, child in body.items()}
    return {**grown, "x_conformance_extra": {"text": "unknown", "numbers": [1, 2]}}


def with_empty_lists(schema: Schema, body: Any) -> Any:
    """The body with every list empty that may be; None where there is no such list."""
    changed = copy.deepcopy(body)
    found = _empty(schema, changed)
    return changed if found and Validator(schema).is_valid(changed) else None


def with_nulls(schema: Schema, body: Any) -> Any:
    """The body with null wherever the schema allows it; None where it never does."""
    changed = copy.deepcopy(body)
    return changed if _nullify(schema, changed) else None


class _Draw:
    def __init__(self, *, everything: bool, own: Drawn | None) -> None:
        self._everything = everything
        self._own = own

    def __call__(self, schema: Schema, path: str) -> Any:
        own = self._own(path, schema) if self._own else None
        if own is not None:
            return own
        if "properties" in schema:
            return self._object(schema, path)
        if "items" in schema and "example" not in schema:
            return [self(schema["items"], f"{path}[]")]
        for key in ("const", "example", "default"):
            if key in schema:
                return schema[key]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            own_keys = {key: value for key, value in schema.items() if key != "anyOf"}
            return self({**own_keys, **schema["anyOf"][-1]}, path)
        return _plain(schema)

    def _object(self, schema: Schema, path: str) -> dict[str, Any]:
        wanted = schema["properties"]
        if not self._everything:
            required = schema.get("required", ())
            wanted = {name: child for name, child in wanted.items() if name in required}
        return {
            name: self(child, f"{path}.{name}" if path else name) for name, child in wanted.items()
        }


def _plain(schema: Schema) -> Any:
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(k for k in kinds if k != "null")
    if kind in {"integer", "number"}:
        low = schema.get("minimum", min(1, schema.get("maximum", 1)))
        return low if kind == "integer" else float(low)
    if kind == "boolean":
        return True
    if kind in {"array", "object"}:
        return [] if kind == "array" else {}
    return _text(schema)


def _text(schema: Schema) -> str:
    """A text of the form that is asked for, where one can be drawn."""
    if "pattern" in schema:
        return _of_pattern(schema)
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    least: int = schema.get("minLength", 0)
    text = "sample" * (1 + least // 6)
    return text[: max(least, 6)][: schema.get("maxLength")]


def _of_pattern(schema: Schema) -> str:
    """A known text that is valid, else one that is drawn; a lookahead cannot be drawn for."""
    valid = Validator(schema).is_valid
    drawn = Rstr(random.Random(0))  # noqa: S311 - the same text every time, not a secret
    texts = itertools.chain(_TEXTS, (drawn.xeger(schema["pattern"]) for _ in range(_TRIES)))
    return next((text for text in texts if valid(text)), "sample")


def _finished(schema: Schema, body: Any) -> Any:
    """The body after applying the schema's constraints across fields."""
    if isinstance(body, list):
        return [_finished(schema.get("items", {}), item) for item in body]
    if not isinstance(body, dict):
        return body
    properties = schema.get("properties", {})
    done = {name: _finished(properties.get(name, {}), child) for name, child in body.items()}
    for part in schema.get("allOf", ()):
        if Validator(part.get("if", {})).is_valid(done):
            _bend(properties, part.get("then", part), done)
    return done


def _bend(properties: Mapping[str, Schema], then: Schema, body: dict[str, Any]) -> None:
    if "anyOf" in then and not Validator(then).is_valid(body):
        then = then["anyOf"][0]
    for name, constraint in then.get("properties", {}).items():
        if name in body and not Validator(constraint).is_valid(body[name]):
            whole = {
                k: v for k, v in properties.get(name, {}).items() if k not in {"enum", "anyOf"}
            }
            body[name] = value_of({**whole, **constraint})
    for name in then.get("required", ()):
        if name not in body:
            body[name] = minimal(properties[name])


def _empty(schema: Schema, body: Any) -> bool:
    found = False
    if isinstance(body, dict):
        for name, child in body.items():
            below = schema.get("properties", {}).get(name, {})
            if isinstance(child, list) and not below.get("minItems"):
                body[name] = []
                found = True
            else:
                found = _empty(below, child) or found
    return found


def _nullify(schema: Schema, body: Any) -> bool:
    found = False
    if isinstance(body, dict):
        for name, child in body.items():
            below = schema.get("properties", {}).get(name, {})
            if "null" in below.get("type", ()) and not isinstance(below["type"], str):
                body[name] = None
                found = True
            else:
                found = _nullify(below, child) or found
    elif isinstance(body, list):
        for item in body:
            found = _nullify(schema.get("items", {}), item) or found
    return found
