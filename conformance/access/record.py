"""A TOML table read into a frozen dataclass: strict, and helpful when it is wrong.

The dataclass is the only description of a table. A field's type says what is accepted, its
metadata (see ``entry``) what it means and which bounds it has; ``schema`` draws the JSON Schema
from the same two.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from conformance.errors import ConfigurationError

T = TypeVar("T")


def about(text: str, **bounds: Any) -> dict[str, Any]:
    """Metadata of a documented field: what it means, and its bounds (see ``entry``)."""
    return {"text": text, **bounds}


def entry(text: str, *, default: Any, **bounds: Any) -> Any:
    """A documented dataclass field with a default (``field(metadata=about(…))`` for one without).

    ``bounds``: ``minimum``, ``exclusive_minimum``, ``choices``, ``uri``.
    A default that is a type or function is called for each record.
    """
    metadata = about(text, **bounds)
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def read_record(record: type[T], table: Mapping[str, Any], source: str, where: str = "") -> T:
    """Read ``table`` into ``record``; raise ConfigurationError naming file, key and remedy.

    ``source`` names the file in messages, ``where`` the table inside it (dotted).
    """
    hints = typing.get_type_hints(record)
    fields = {field.name: field for field in record_fields(record)}
    for key in table:
        if key not in fields:
            raise ConfigurationError(
                source, f"unknown key {_at(where, key)}", _closest(key, fields)
            )
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in table:
            values[name] = _value(
                hints[name], table[name], field.metadata, source, _at(where, name)
            )
        elif is_required(field):
            raise ConfigurationError(source, f"{_at(where, name)} is missing", _remedy(field))
    return record(**values)


def record_fields(record: type) -> list[dataclasses.Field[Any]]:
    """Fields of a record that may stand in a file, in order."""
    return list(dataclasses.fields(record))


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Whether a field has no default."""
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def optional_of(hint: Any) -> tuple[Any, bool]:
    """``X | None`` as ``(X, True)``; any other type as ``(hint, False)``."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        rest = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        return rest[0], True
    return hint, False


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _remedy(field: dataclasses.Field[Any]) -> str:
    return f"add it: {field.metadata.get('text', field.name)}"


def _closest(word: str, known: typing.Iterable[str]) -> str:
    names = sorted(known)
    match = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f"did you mean {match[0]}?" if match else f"known: {', '.join(names)}"


def _value(hint: Any, raw: Any, bounds: Mapping[str, Any], source: str, where: str) -> Any:
    hint, _ = optional_of(hint)
    origin = typing.get_origin(hint) or hint
    if dataclasses.is_dataclass(origin):
        _expect(isinstance(raw, dict), "a table", raw, source, where)
        return read_record(typing.cast("type[Any]", origin), raw, source, where)
    if origin is tuple or origin is frozenset:
        return _items(hint, raw, bounds, source, where)
    if origin is Mapping or origin is dict:
        return _table(raw, source, where)
    return _scalar(origin, raw, bounds, source, where)


def _items(hint: Any, raw: Any, bounds: Mapping[str, Any], source: str, where: str) -> Any:
    _expect(isinstance(raw, list), "a list", raw, source, where)
    inner = typing.get_args(hint)[0]
    items = [_value(inner, item, bounds, source, f"{where}[{n}]") for n, item in enumerate(raw)]
    return frozenset(items) if typing.get_origin(hint) is frozenset else tuple(items)


def _table(raw: Any, source: str, where: str) -> Mapping[str, str]:
    _expect(isinstance(raw, dict), "a table of strings", raw, source, where)
    for key, value in raw.items():
        _expect(isinstance(value, str), "a string", value, source, _at(where, key))
    return dict(raw)


def _scalar(kind: Any, raw: Any, bounds: Mapping[str, Any], source: str, where: str) -> Any:
    words = {
        str: "a string",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        dt.date: "a date such as 2026-12-31",
    }
    good = isinstance(raw, (int, float) if kind is float else kind)
    if isinstance(raw, bool) and kind is not bool:
        good = False
    if isinstance(raw, dt.datetime):
        good = False
    _expect(good, words[kind], raw, source, where)
    _check_bounds(raw, bounds, source, where)
    return float(raw) if kind is float else raw


def _check_bounds(raw: Any, bounds: Mapping[str, Any], source: str, where: str) -> None:
    choices = bounds.get("choices")
    if choices is not None and raw not in choices:
        raise ConfigurationError(source, f"{where} is {raw!r}", _closest(str(raw), choices))
    if "minimum" in bounds and raw < bounds["minimum"]:
        limit = bounds["minimum"]
        raise ConfigurationError(source, f"{where} is {raw}", f"it must be at least {limit}")
    if "exclusive_minimum" in bounds and raw <= bounds["exclusive_minimum"]:
        limit = bounds["exclusive_minimum"]
        raise ConfigurationError(source, f"{where} is {raw}", f"it must be more than {limit}")
    if raw == "":
        raise ConfigurationError(source, f"{where} is empty", "give a value or leave it out")


def _expect(good: bool, wanted: str, raw: Any, source: str, where: str) -> None:
    if not good:
        kind = {"dict": "a table", "list": "a list"}.get(type(raw).__name__, repr(raw))
        raise ConfigurationError(source, f"{where} is {kind}", f"it must be {wanted}")
