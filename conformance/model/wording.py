"""Values in messages for people: as JSON writes them, never as Python does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any


def in_json(value: Any) -> str:
    """A value as JSON writes it; what JSON does not know is a list or a text there."""
    text = json.dumps(_plain(value), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def said(value: object) -> str:
    """A text as it is; every other value that JSON knows as JSON, the rest in its own words."""
    known = value is None or isinstance(value, bool | int | float | Mapping | list | tuple | Set)
    return in_json(value) if known else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_name(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _name(key: Any) -> str:
    if isinstance(key, tuple):
        return ", ".join(map(_name, key))
    return key if isinstance(key, str) else said(key)
