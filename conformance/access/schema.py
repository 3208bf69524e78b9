"""The JSON Schema of the target file, drawn from its records (``settings``).

``target.schema.json`` beside this module is the committed result, for editors and linters;
a test keeps the two the same.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing
from collections.abc import Mapping
from importlib import resources
from typing import Any

from conformance.access.record import is_required, optional_of, record_fields
from conformance.access.settings import TargetSettings

_SCALARS: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string", "minLength": 1},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    dt.date: {"type": "string", "format": "date"},
}
_KEYWORDS = {"minimum": "minimum", "exclusive_minimum": "exclusiveMinimum", "choices": "enum"}


def target_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a target file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Target file of sparkrtc-conformance",
        **_record(TargetSettings),
    }


def shipped_schema() -> dict[str, Any]:
    """The schema as it is shipped in the package."""
    text = resources.files("conformance.access").joinpath("target.schema.json").read_text("utf-8")
    return typing.cast("dict[str, Any]", json.loads(text))


def _record(record: type) -> dict[str, Any]:
    hints = typing.get_type_hints(record)
    fields = record_fields(record)
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False}
    required = [field.name for field in fields if is_required(field)]
    if required:
        schema["required"] = required
    schema["properties"] = {field.name: _field(hints[field.name], field) for field in fields}
    return schema


def _field(hint: Any, field: dataclasses.Field[Any]) -> dict[str, Any]:
    schema = {"description": field.metadata["text"], **_type(hint, field.metadata)}
    if isinstance(field.default, (str, int, float)) and field.default != "":
        schema["default"] = field.default
    return schema


def _type(hint: Any, bounds: Mapping[str, Any]) -> dict[str, Any]:
    hint, _ = optional_of(hint)
    origin = typing.get_origin(hint) or hint
    if dataclasses.is_dataclass(origin):
        return _record(typing.cast("type", origin))
    if origin is tuple or origin is frozenset:
        items = _type(typing.get_args(hint)[0], bounds)
        unique = {"uniqueItems": True} if origin is frozenset else {}
        return {"type": "array", "items": items, **unique}
    if origin is Mapping or origin is dict:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    schema = dict(_SCALARS[origin])
    schema |= {_KEYWORDS[key]: value for key, value in bounds.items() if key in _KEYWORDS}
    if "choices" in bounds:
        schema["enum"] = list(bounds["choices"])
        schema.pop("minLength")
    if bounds.get("uri"):
        schema |= {"format": "uri", "pattern": "^https?://"}
    return schema
