"""Describes two values that should be equal by their differences."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOLD: Final = 10
_CHARACTERS: Final = 120
_ABSENT: Final = object()

Part = tuple[str, Any, Any]


def differing_parts(expected: str, actual: str) -> tuple[str, str]:
    """Both values; of two long objects or lists only the parts that differ.

    The whole values are in ``report.json`` and in the exchange.
    """
    if len(expected) + len(actual) < _CHARACTERS:
        return expected, actual
    left, right = _read(expected), _read(actual)
    if not isinstance(left, (dict, list)) or type(left) is not type(right):
        return expected, actual
    parts = list(_parts(left, right, ""))
    if not parts:
        return expected, actual
    more = "\n…" if len(parts) > _TOLD else ""
    told = parts[:_TOLD]
    return (
        "\n".join(f"{path}: {_shown(one)}" for path, one, _ in told) + more,
        "\n".join(f"{path}: {_shown(other)}" for path, _, other in told) + more,
    )


def _parts(left: Any, right: Any, path: str) -> Iterator[Part]:
    if isinstance(left, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*left, *right)):
            inner = f"{path}.{name}" if path else str(name)
            yield from _parts(left.get(name, _ABSENT), right.get(name, _ABSENT), inner)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from _parts(one, other, f"{path}[{place}]")
    elif left != right or isinstance(left, bool) is not isinstance(right, bool):
        yield path or ".", left, right


def _read(text: str) -> Any:
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "–"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 4 * _CHARACTERS else f"{text[: 4 * _CHARACTERS]}…"
