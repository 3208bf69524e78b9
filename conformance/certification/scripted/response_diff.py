"""Compares an answer with what a client says it understood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conformance.contract.fields import Schema
from conformance.model.wording import in_json


@dataclass(frozen=True, slots=True)
class Difference:
    """The first field that was misunderstood."""

    path: str
    expected: str
    actual: str


def difference(schema: Schema, sent: Any, understood: Any, path: str = "") -> Difference | None:
    """The first documented field that was understood otherwise; None when all is well.

    Fields that the document does not name may be kept or dropped; what is absent may be left out
    or null; a moment may be written in another way.
    """
    if isinstance(sent, dict) and isinstance(understood, dict):
        return _object(schema, sent, understood, path)
    if isinstance(sent, list) and isinstance(understood, list):
        return _list(schema, sent, understood, path)
    if _same(sent, understood):
        return None
    return Difference(path or "the body", _show(sent), _show(understood))


def _object(
    schema: Schema, sent: dict[str, Any], understood: dict[str, Any], path: str
) -> Difference | None:
    for name, child in schema.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        if name not in sent:
            if not _nothing(understood.get(name)):
                return Difference(below, "nothing", _show(understood[name]))
            continue
        if sent[name] is None and _nothing(understood.get(name)):
            continue
        if name not in understood:
            return Difference(below, _show(sent[name]), "nothing")
        found = difference(child, sent[name], understood[name], below)
        if found is not None:
            return found
    return None


def _list(schema: Schema, sent: list[Any], understood: list[Any], path: str) -> Difference | None:
    if len(sent) != len(understood):
        return Difference(path, f"{len(sent)} items", f"{len(understood)} items")
    for one, other in zip(sent, understood, strict=True):
        found = difference(schema.get("items", {}), one, other, f"{path}[]")
        if found is not None:
            return found
    return None


def _nothing(value: Any) -> bool:
    return value is None or value in ([], {})


def _same(sent: Any, understood: Any) -> bool:
    if isinstance(sent, bool) or isinstance(understood, bool):
        return sent is understood
    if isinstance(sent, (int, float)) and isinstance(understood, (int, float)):
        return math.isclose(sent, understood, rel_tol=1e-6)
    if sent == understood:
        return True
    moments = _moment(sent), _moment(understood)
    return moments[0] is not None and moments[0] == moments[1]


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) < 19:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(value: Any) -> str:
    return f"{in_json(value)}"[:200]
