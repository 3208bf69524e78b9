"""Values in messages for people, written as JSON and not as Python's repr."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any


def in_json(value: Any) -> str:
    """A value as JSON text; sets become lists, and other types that JSON lacks become text."""
    text = json.dumps(_plain(value), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


def in_words(value: object) -> str:
    """Text unchanged; any other value as JSON, or by ``str`` where JSON has no such type."""
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
    return key if isinstance(key, str) else in_words(key)
