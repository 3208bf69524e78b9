"""Compares fields of requests and answers: presence, and each constraint's direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from conformance.comparison.contract_change import Observation
from conformance.contract.fields import Combination, Field

_Direction = tuple[bool, bool]  # (narrowed, widened)

_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_OPAQUE: Final = ("pattern", "format", "anyOf")
_CONSTRAINTS: Final = ("type", "enum", "const", *_LOWER, *_UPPER, "uniqueItems", *_OPAQUE)
_WORDS: Final = {
    "pattern": "format",
    "anyOf": "range",
    "exclusiveMinimum": "minimum",
    "exclusiveMaximum": "maximum",
}
_ELSEWHERE: Final = frozenset(
    {
        "description",
        "title",
        "example",
        "examples",
        "properties",
        "items",
        "required",
        "allOf",
        "x-recommended",
        "x-source",
        "x-levels",
        "x-erratum",
        "x-name",
        "x-form",
    }
)
"""Prose, what is compared as a field or combination of its own, and what only levels show."""


def compare_inputs(base: str, old: Sequence[Field], new: Sequence[Field]) -> Iterator[Observation]:
    """Compare request fields; ``base`` is the prefix of their ids, such as ``Create/body``."""
    before, after = _by_path(old), _by_path(new)
    for field in _topmost(after, before):
        kind = "added-required" if field.presence == "required" else "added"
        text = f"{field.path} is new"
        yield _of_field(base, field, f"request-field-{kind}", text)
    for field in _topmost(before, after):
        yield _of_field(base, field, "request-field-removed", f"{field.path} is gone")
    for path in (path for path in after if path in before):
        yield from _input(base, before[path], after[path])


def compare_outputs(base: str, old: Sequence[Field], new: Sequence[Field]) -> Iterator[Observation]:
    """Compare answer fields; ``base`` is the prefix of their ids, such as ``Create/201``."""
    before, after = _by_path(old), _by_path(new)
    for field in _topmost(after, before):
        kind = f"answer-field-added-{field.presence}"
        yield _of_field(base, field, kind, f"{field.path} is new ({field.presence})")
    for field in _topmost(before, after):
        kind = f"answer-field-removed-{field.presence}"
        yield _of_field(base, field, kind, f"{field.path} is gone (was {field.presence})")
    for path in (path for path in after if path in before):
        yield from _output(base, before[path], after[path])


def compare_combinations(
    base: str, side: str, old: Sequence[Combination], new: Sequence[Combination]
) -> Iterator[Observation]:
    """Compare named constraints across fields; ``side`` is ``request`` or ``answer``."""
    before = {(item.path, item.name): item for item in old}
    after = {(item.path, item.name): item for item in new}
    for key in dict.fromkeys((*before, *after)):
        middle = ".".join(part for part in key if part)
        identifier = f"{base}/{middle}/combination"
        if key not in before or key not in after:
            how = "added" if key not in before else "removed"
            text = f"the statement {middle} is {'new' if how == 'added' else 'gone'}"
            yield Observation(f"{side}-combination-{how}", base, text, exact=(identifier,))
        elif _meaning(before[key].schema) != _meaning(after[key].schema):
            text = f"the statement {middle} says something else"
            yield Observation(f"{side}-combination-changed", base, text, exact=(identifier,))


def _input(base: str, old: Field, new: Field) -> Iterator[Observation]:
    where = f"{base}/{new.path}"
    was, now = old.presence == "required", new.presence == "required"
    if was != now:
        kind = "request-field-now-required" if now else "request-field-now-optional"
        text = f"{new.path} is {'required' if now else 'optional'} now"
        yield Observation(kind, base, text, exact=_ids(where, "required", "optional", "null"))
    yield from _constraints(where, base, "request", old, new)


def _output(base: str, old: Field, new: Field) -> Iterator[Observation]:
    where = f"{base}/{new.path}"
    if old.presence != new.presence:
        weights = ("optional", "recommended", "required")
        stronger = weights.index(new.presence) > weights.index(old.presence)
        kind = f"now-{new.presence}" if stronger else f"no-longer-{old.presence}"
        text = f"{new.path} was {old.presence}, is {new.presence}"
        yield Observation(f"answer-field-{kind}", base, text, exact=_ids(where, "required"))
    yield from _constraints(where, base, "answer", old, new)


def _constraints(where: str, base: str, side: str, old: Field, new: Field) -> Iterator[Observation]:
    """One observation per changed constraint, and one for all other changes."""
    for keyword in _CONSTRAINTS:
        before, after = old.schema.get(keyword), new.schema.get(keyword)
        narrowed, widened = _direction(keyword, before, after)
        if not narrowed and not widened:
            continue
        how = "replaced" if narrowed and widened else "narrowed" if narrowed else "widened"
        typed = side == "answer" and keyword == "type" and widened
        kind = f"{side}-type-{how}" if typed else f"{side}-{how}"
        text = f"{new.path}: {_told(keyword, before, after)}"
        word = _WORDS.get(keyword, keyword)
        yield Observation(kind, base, text, exact=_ids(where, word))
    others = (old.schema.keys() | new.schema.keys()) - set(_CONSTRAINTS) - _ELSEWHERE
    moved = sorted(key for key in others if old.schema.get(key) != new.schema.get(key))
    if moved:
        told = "; ".join(_told(key, old.schema.get(key), new.schema.get(key)) for key in moved)
        words = ["default"] if "default" in moved else []
        words += ["known"] if "x-resource" in moved else []
        yield Observation(f"{side}-meaning", base, f"{new.path}: {told}", exact=_ids(where, *words))


def _direction(keyword: str, old: Any, new: Any) -> _Direction:
    """Whether the constraint now excludes values, and whether it now admits others."""
    if old == new:
        return False, False
    read = _READERS.get(keyword)
    if read is not None:
        before, after = read(old), read(new)
        narrowed = after is not None and (before is None or bool(before - after))
        widened = before is not None and (after is None or bool(after - before))
        return narrowed, widened
    if old is None or new is None:
        return old is None, new is None
    if keyword in _OPAQUE:
        return True, True
    rises = new > old
    return (rises, not rises) if keyword in (*_LOWER, "uniqueItems") else (not rises, rises)


def _types(value: Any) -> frozenset[str] | None:
    if value is None:
        return None
    named = {value} if isinstance(value, str) else set(value)
    return frozenset(named | {"integer"} if "number" in named else named)


def _values(value: Any) -> frozenset[str] | None:
    return None if value is None else frozenset(repr(item) for item in value)


_READERS: Final[Mapping[str, Callable[[Any], frozenset[str] | None]]] = {
    "type": _types,
    "enum": _values,
    "const": lambda value: None if value is None else frozenset({repr(value)}),
}


def _told(keyword: str, old: Any, new: Any) -> str:
    if keyword == "enum" and old is not None and new is not None:
        more = [str(item) for item in new if item not in old]
        less = [str(item) for item in old if item not in new]
        told = [f"also takes {', '.join(more)}"] if more else []
        told += [f"no longer takes {', '.join(less)}"] if less else []
        return " and ".join(told)
    shown = ["nothing" if value is None else str(value) for value in (old, new)]
    return f"{keyword} was {shown[0]}, is {shown[1]}"


def _by_path(fields: Sequence[Field]) -> dict[str, Field]:
    return {field.path: field for field in fields}


def _topmost(mine: Mapping[str, Field], others: Mapping[str, Field]) -> Iterator[Field]:
    """Fields of only one side, without the fields inside another such field."""
    alone = [path for path in mine if path not in others]
    for path in alone:
        if not any(path.startswith((f"{top}.", f"{top}[]")) for top in alone if top != path):
            yield mine[path]


def _of_field(base: str, field: Field, kind: str, text: str) -> Observation:
    return Observation(kind, base, text, scope=(f"{base}/{field.path}",))


def _ids(where: str, *words: str) -> tuple[str, ...]:
    return tuple(f"{where}/{word}{code}" for word in words for code in ("", "-code"))


def _meaning(schema: Any) -> Any:
    """A schema without prose and sources."""
    if isinstance(schema, dict):
        dropped = {"description", "title", "x-source"}
        return {key: _meaning(value) for key, value in schema.items() if key not in dropped}
    return [_meaning(item) for item in schema] if isinstance(schema, list) else schema
