"""Compares what was sent with what is read back, and two readings with each other."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.engine.comparing.json_equality import same
from conformance.engine.comparing.timestamps import earlier, is_time
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json

_FLOAT = 1e-6
"""Relative difference of two numbers that are the same as a Float (32 bits)."""

_SIZE = re.compile(r"(\d+)[*x](\d+(?:_\d+)*)")
"""A size, with rates behind it; documents write either sign between width and height."""


def sent_object(exchange: Exchange) -> dict[str, Any]:
    """The JSON object in a request's body."""
    body = json.loads(exchange.request.body or b"{}")
    return body if isinstance(body, dict) else {}


def not_read_back(wanted: Any, found: Any, place: str = "") -> list[str]:
    """Every value of ``wanted`` that ``found`` lacks or shows differently; additions are ignored.

    Lists must have the same length and order; an empty text may be left out. A template is equal in
    either of its spellings (E-9-template-separator).
    """
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return [f"{place} reads {in_json(found)}"]
        return [
            problem
            for name, item in wanted.items()
            for problem in not_read_back(item, found.get(name), f"{place}.{name}".lstrip("."))
        ]
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return [f"{place} reads {in_json(found)}"]
        return [
            problem
            for number, (left, right) in enumerate(zip(wanted, found, strict=True))
            for problem in not_read_back(left, right, f"{place}[{number}]")
        ]
    return (
        []
        if equals_sent(wanted, found)
        else [f"{place} reads {in_json(found)}, not {in_json(wanted)}"]
    )


def changed_fields(before: Any, after: Any, fields: Iterable[str]) -> list[str]:
    """The fields, of those given, that two answers show differently.

    Null equals absent, times are equal up to their common digits, templates in either spelling.
    """
    left = before if isinstance(before, Mapping) else {}
    right = after if isinstance(after, Mapping) else {}
    return [
        f"{name} was {in_json(left.get(name))} and is {in_json(right.get(name))}"
        for name in fields
        if not _as_good(name, without_nulls(left.get(name)), without_nulls(right.get(name)))
    ]


def without_nulls(value: Any) -> Any:
    """The same value without the fields that are null."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _as_good(name: str, left: Any, right: Any) -> bool:
    if name.endswith("_time") and is_time(left) and is_time(right):
        return not earlier(left, right) and not earlier(right, left)
    if isinstance(left, dict) and isinstance(right, dict) and any(map(_size, left.values())):
        names = {**left, **right}
        return all(equals_sent(left.get(n), right.get(n)) for n in names)
    return equals_sent(left, right)


def equals_sent(left: Any, right: Any) -> bool:
    """Whether the value shown equals the value sent."""
    if (size := _size(left)) is not None and size == _size(right):
        return True
    if left == "" and right is None:
        return True
    if type(left) is float and type(right) in {int, float}:
        return math.isclose(left, right, rel_tol=_FLOAT)
    return same(left, right)


def _size(value: Any) -> tuple[str, ...] | None:
    """Width and height of a text such as 1280x720; None for anything else."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return match.groups() if match else None
