"""Lines of a journal: which of them a run of this suite can have written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_BEGINNING = b'{"kind": "'
"""How every line begins."""


def is_strange(line: bytes) -> bool:
    """Whether a line is neither whole, nor the torn beginning of one, nor empty."""
    if not line.strip():
        return False
    known = parsed(line)
    if known is not None:
        return not has_its_shape(known)
    return not (line.startswith(_BEGINNING) or _BEGINNING.startswith(line))


def parsed(line: bytes) -> dict[str, Any] | None:
    """The line as an object; None for what is torn, empty or no object."""
    if not line.strip():
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


_SHAPES: Mapping[str, Mapping[str, type]] = {
    "run": {"run": str, "prefix": str, "base_url": str},
    "intend": {"entry": str, "resource": str, "operation": str, "name": str, "path": dict},
    "created": {"entry": str, "id": str},
    "nameless": {"entry": str},
    "seen": {"entry": str},
    "changing": {
        "entry": str,
        "resource": str,
        "operation": str,
        "path": dict,
        "before": object,
    },
    "settled": {"entry": str, "how": str},
}


def has_its_shape(line: Mapping[str, Any]) -> bool:
    """Whether a line has the fields of its kind, of their types."""
    kind = line.get("kind")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None or not isinstance(line.get("project_id", ""), str | None):
        return False
    path = line.get("path", {})
    texts = isinstance(path, dict) and all(isinstance(value, str) for value in path.values())
    return texts and all(
        name in line and isinstance(line[name], wanted) for name, wanted in shape.items()
    )
