"""Validates bodies against inlined schemas and names each violation as requirements do.

jsonschema-rs is used throughout: it sits on the hot path of every exchange.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from conformance.contract.fields import Combination, Schema

_WANTED = (
    (" does not match ", "text that matches "),
    (" is not of type ", "type "),
    (" is not of types ", "one of the types "),
    (" is not one of ", "one of "),
    (" is less than the minimum of ", "at least "),
    (" is greater than the maximum of ", "at most "),
    (" is shorter than ", "no fewer than "),
    (" is longer than ", "no more than "),
    (" has less than ", "no fewer than "),
    (" has more than ", "no more than "),
    (" has non-unique elements", "nothing twice"),
    (" is not valid under any of the schemas listed in the 'anyOf' keyword", "a documented form"),
)
"""What the validator says of a value, and how the same is said of what was expected."""
_SPELLING = {"pattern": "format", "anyOf": "range", "oneOf": "range"}
_SHOWN = 200
MOST = 20
"""Places of one broken constraint that are told; more of them say nothing new."""
ROWS = 500
"""Rows of a list that are looked at together, where something in it is broken."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken constraint: ``path`` and ``keyword`` as in requirement ids, ``place`` concrete."""

    path: str
    keyword: str
    place: str
    expected: str
    actual: str


class Validator:
    """One compiled schema. ``combinations`` are the named cross-field statements in it."""

    def __init__(self, schema: Schema, combinations: Sequence[Combination] = ()) -> None:
        self._compiled = jsonschema_rs.Draft202012Validator(_bare(schema))
        self._names = {(c.path, c.index): c.name for c in combinations}
        self._counts = _counts_rows(schema)

    def is_valid(self, value: Any) -> bool:
        """Whether the value breaks nothing."""
        return self._compiled.is_valid(value)

    def violations(self, value: Any) -> list[Violation]:
        """Every broken constraint, with the first ``MOST`` places where it is broken.

        Time grows with the length of the value, memory with the length of ``ROWS`` of its rows.
        """
        told: Counter[tuple[str, str]] = Counter()
        found: dict[Violation, None] = {}
        for part, ahead in self._parts(value):
            if ahead and self._compiled.is_valid(part):
                continue
            found.update(dict.fromkeys(self._violations(part, ahead, told)))
        return list(found)

    def _parts(self, value: Any) -> Iterator[tuple[Any, Mapping[str, int]]]:
        """The value in pieces of its long lists, each with the number of rows before it."""
        long = _long_lists(value)
        if not long or self._counts:
            yield value, {}
            return
        for start in range(0, max(map(len, long.values())), ROWS):
            pieces = {name: rows[start : start + ROWS] for name, rows in long.items()}
            yield {**value, **pieces}, dict.fromkeys(long, start) if start else {}

    def _violations(
        self, value: Any, ahead: Mapping[str, int], told: Counter[tuple[str, str]]
    ) -> Iterator[Violation]:
        for error in self._compiled.iter_errors(value):
            steps = list(error.instance_path)
            keyword = str(error.schema_path[-1]) if error.schema_path else "false"
            key = (_dotted(steps), "/".join(map(str, error.schema_path)))
            if keyword == "required":
                key = (f"{key[0]}.{getattr(error.kind, 'property', '')}", key[1])
            told[key] += 1
            if told[key] > MOST:
                continue
            named = self._combination(error.schema_path, steps)
            path, place = _dotted(steps), _concrete(_further(steps, ahead))
            if named is not None:
                yield Violation(
                    named, "combination", place, _wanted(error.message)[:_SHOWN], _show(value)
                )
                continue
            if keyword == "required":
                missing = str(getattr(error.kind, "property", ""))
                path = f"{path}.{missing}" if path else missing
                place = f"{place}.{missing}" if place else missing
                yield Violation(path, "required", place, "the field", "no such field")
                continue
            found = _at(value, steps)
            keyword = _SPELLING.get(keyword, keyword)
            yield Violation(path, keyword, place, _wanted(error.message)[:_SHOWN], _show(found))

    def _combination(self, schema_path: Sequence[Any], steps: list[Any]) -> str | None:
        if "allOf" not in schema_path:
            return None
        at = list(schema_path).index("allOf")
        index = schema_path[at + 1]
        depth = sum(1 for part in schema_path[:at] if part == "items")
        path = _schema_dotted(schema_path[:at])
        name = self._names.get((path, index))
        if name is None or depth > len(steps):
            return None
        return f"{path}.{name}" if path else name


def _wanted(message: str) -> str:
    """Turn a validator's message such as 'X is not of type Y' into 'type Y'."""
    for complaint, wish in _WANTED:
        _, found, rest = message.rpartition(complaint)
        if found:
            return wish + rest
    return message


def _counts_rows(schema: Any) -> bool:
    """Whether a schema constrains a list as a whole, so that it cannot be cut."""
    text = json.dumps(schema, default=str)
    return any(f'"{word}"' in text for word in ("minItems", "maxItems", "uniqueItems", "contains"))


def _long_lists(value: Any) -> dict[str, list[Any]]:
    """The fields of an object whose lists are too long to be validated at once."""
    if not isinstance(value, dict):
        return {}
    return {k: v for k, v in value.items() if isinstance(v, list) and len(v) > ROWS}


def _further(steps: Sequence[str | int], ahead: Mapping[str, int]) -> list[str | int]:
    """The path in the whole value for a path in a piece of it."""
    if len(steps) < 2 or not isinstance(steps[1], int):
        return list(steps)
    return [steps[0], steps[1] + ahead.get(str(steps[0]), 0), *steps[2:]]


def _bare(schema: Any) -> Any:
    """The schema without extensions and prose: faster to compile, with the same meaning."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: _bare(child) for name, child in value.items()}
        elif key in {"enum", "const", "required"}:
            kept[key] = value
        elif not key.startswith("x-") and key not in _PROSE:
            kept[key] = _bare(value)
    return kept


_PROSE = frozenset({"description", "title", "example", "examples", "default", "format"})


def _schema_dotted(parts: Sequence[Any]) -> str:
    path = ""
    names = iter(parts)
    for part in names:
        if part == "properties":
            name = str(next(names))
            path = f"{path}.{name}" if path else name
        elif part == "items":
            path += "[]"
    return path


def _dotted(steps: Sequence[str | int]) -> str:
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += "[]"
        else:
            path = f"{path}.{step}" if path else step
    return path


def _concrete(steps: Sequence[str | int]) -> str:
    path = ""
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}" if path else step
    return path


def _at(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _show(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    kind = "null" if value is None else type(value).__name__
    return f"{text[:_SHOWN]} ({kind})"
