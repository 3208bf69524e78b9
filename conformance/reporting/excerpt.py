"""The part of a JSON body that a finding is about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_AROUND: Final = 3
_HEAD: Final = 14
_DEEPEST: Final = 60
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of indented JSON and the path of its value: ``apps[].state.state``."""

    text: str
    path: str


def excerpt(body: str, field: str = "") -> str:
    """The JSON body indented and cut to the lines around ``field``, else to its start.

    What was left out is counted. A body that is not JSON is cut line by line likewise.
    """
    try:
        lines = list(_lines(json.loads(body), "", 0, ""))
    except (ValueError, RecursionError):
        lines = [Line(text, "") for text in body.splitlines()]
    wanted = _nearest(lines, field)
    if wanted is None:
        first, last = 0, min(len(lines), _HEAD)
    else:
        first, last = max(0, wanted - _AROUND), min(len(lines), wanted + _AROUND + 1)
    kept = [_short(line.text) for line in lines[first:last]]
    if first:
        kept.insert(0, f"… {first} lines")
    if last < len(lines):
        kept.append(f"… {len(lines) - last} more lines, whole in report.json")
    return "\n".join(kept) if len(lines) > _HEAD else "\n".join(_short(line.text) for line in lines)


def _nearest(lines: list[Line], field: str) -> int | None:
    """The line of the field, or if missing of the innermost object that should have it."""
    path = field
    while path:
        found = next((n for n, line in enumerate(lines) if line.path == path), None)
        if found is not None:
            return found
        path = path.rpartition(".")[0]
    return None


def _lines(value: Any, path: str, depth: int, label: str) -> Iterator[Line]:
    indent = "  " * depth
    if depth > _DEEPEST or not isinstance(value, dict | list) or not value:
        yield Line(f"{indent}{label}{json.dumps(value, ensure_ascii=False)}", path)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield Line(f"{indent}{label}{opening}", path)
    last = len(value) - 1
    for number, (name, inner, place) in enumerate(_members(value, path)):
        *earlier, final = _lines(inner, place, depth + 1, name)
        yield from earlier
        yield Line(f"{final.text}," if number < last else final.text, final.path)
    yield Line(f"{indent}{closing}", "")


def _members(value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    if isinstance(value, list):
        yield from (("", item, f"{path}[]") for item in value)
        return
    for key, item in value.items():
        label = f"{json.dumps(key, ensure_ascii=False)}: "
        yield label, item, f"{path}.{key}" if path else key


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
