"""Builds values that are valid by a schema, where the document has no valid example."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs

from conformance.contract.plain.schemas import CUT

Schema = dict[str, Any]

_FORMATS: dict[str, str] = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "time": "00:00:00Z",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "user@example.com",
    "uri": "https://example.com/path",
    "url": "https://example.com/path",
    "uri-reference": "/path",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": base64.b64encode(b"text").decode(),
    "binary": "text",
    "duration": "P1D",
}
_TEXTS = ("text", "a", "A", "1", "abc", "ABC", "123", "1.0", "1.0.0", "en", "US", "USD", "#000000")
_DEEP = 6
_INTERNAL = frozenset({"example", "examples", "default"})


class NoValueError(Exception):
    """No valid value was found."""


def build_value(schema: Schema, *, full: bool = False) -> Any:
    """A valid value: the schema's example if it is valid, else one that is built.

    ``full``: with optional fields. Raises NoValueError where none is found.
    """
    for value in _candidates(schema, full, 0):
        if is_valid(schema, value):
            return value
    raise NoValueError


def is_valid(schema: Schema, value: Any) -> bool:
    """Whether a value is valid by the schema."""
    try:
        validator = jsonschema_rs.Draft202012Validator(_plain(schema), validate_formats=True)
        return validator.is_valid(value)
    except (ValueError, jsonschema_rs.ValidationError):
        return False


def _plain(node: Any) -> Any:
    """Without what is no part of JSON Schema, or does not decide."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept: Schema = {}
    for key, value in node.items():
        if key == "properties":
            kept[key] = {name: _plain(child) for name, child in value.items()}
        elif key in {"enum", "const", "required"}:
            kept[key] = value
        elif key == "x-format":
            kept["format"] = value
        elif key not in _INTERNAL and not key.startswith("x-"):
            kept[key] = _plain(value)
    return kept


def _candidates(schema: Schema, full: bool, depth: int) -> Iterator[Any]:
    if not full or not schema.get("properties"):
        yield from _shown(schema)
    if CUT in schema:
        return
    for keyword in ("oneOf", "anyOf"):
        for part in schema.get(keyword, ()):
            rest = {key: value for key, value in schema.items() if key != keyword}
            for value in _candidates({**rest, **part}, full, depth):
                yield _united(rest, value, full, depth)
    if schema.get("allOf"):
        whole: Schema = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            whole = {**part, **whole}
        yield from _candidates(whole, full, depth)
        return
    yield from _by_type(schema, full, depth)


def _united(rest: Schema, value: Any, full: bool, depth: int) -> Any:
    """A branch of an object, merged with the fields beside the choice."""
    if not isinstance(value, dict) or "properties" not in rest:
        return value
    return {**_object({"type": "object", **rest}, full, depth), **value}


def _shown(schema: Schema) -> Iterator[Any]:
    if "example" in schema:
        yield schema["example"]
    examples = schema.get("examples")
    yield from examples if isinstance(examples, list) else ()
    for key in ("const", "default"):
        if key in schema:
            yield schema[key]
    yield from schema.get("enum", ())


def _by_type(schema: Schema, full: bool, depth: int) -> Iterator[Any]:
    declared = schema.get("type", ())
    kinds = [declared] if isinstance(declared, str) else list(declared)
    if not kinds:
        kinds = ["object"] if "properties" in schema else ["array"] if "items" in schema else []
    for kind in kinds or ("string",):
        if kind == "string":
            yield from _strings(schema)
        elif kind in {"integer", "number"}:
            yield from _numbers(schema, kind)
        elif kind == "boolean":
            yield True
        elif kind == "array":
            yield from _arrays(schema, full, depth)
        elif kind == "object":
            yield _object(schema, full, depth)
        else:
            yield None


def _strings(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 1_000_000)
    form = _FORMATS.get(str(schema.get("x-format")))
    texts = [form, *_TEXTS] if form else list(_TEXTS)
    if "pattern" not in schema:
        yield texts[0].ljust(least, "a")[:most]
    yield from (text.ljust(least, "a")[:most] for text in texts)
    if "pattern" in schema:
        found = _matching(schema["pattern"], least, most)
        if found is not None:
            yield found


@lru_cache(maxsize=1024)
def _matching(pattern: str, least: int, most: int) -> str | None:
    """A text that a pattern matches. Imported late: Hypothesis is slow to start."""
    try:
        import hypothesis
        from hypothesis import strategies as st
        from hypothesis.errors import HypothesisException
    except ImportError:
        # It comes with the extra "thorough"; without it the document has to give an example.
        return None

    quiet = hypothesis.settings(
        database=None,
        derandomize=True,
        deadline=None,
        max_examples=50,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    letters = st.characters(min_codepoint=32, max_codepoint=126)
    try:
        texts = st.from_regex(pattern, alphabet=letters)
        fits = hypothesis.find(
            texts, lambda t: least <= len(t) <= most and "\n" not in t, settings=quiet
        )
    except (HypothesisException, ValueError, AttributeError):
        return None
    return str(fits)


def _numbers(schema: Schema, kind: str) -> Iterator[float]:
    step = schema.get("multipleOf", 1)
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    found: list[float] = [1, 0, step]
    found += [bound for bound in (low, high) if bound is not None]
    found += [above + step, above + step / 2] if above is not None else []
    found += [below - step, below - step / 2] if below is not None else []
    for bound in (low, above):
        if bound is not None:
            found += [(bound // step) * step, (bound // step + 1) * step]
    for number in found:
        yield int(number) if kind == "integer" and number == int(number) else number


def _arrays(schema: Schema, full: bool, depth: int) -> Iterator[list[Any]]:
    count = schema.get("minItems", 0)
    if depth >= _DEEP or schema.get("maxItems") == 0:
        yield []
        return
    options = list(_candidates(schema.get("items", {}), full, depth + 1))[:20]
    fitting = [v for v in options if is_valid(schema.get("items", {}), v)]
    if not fitting:
        yield []
        return
    wanted = max(1, count)
    distinct: list[Any] = []
    for value in fitting:
        if value not in distinct:
            distinct.append(value)
    yield (distinct * wanted)[:wanted] if not schema.get("uniqueItems") else distinct[:wanted]
    if not count:
        yield []


def _object(schema: Schema, full: bool, depth: int) -> Schema:
    properties, required = schema.get("properties", {}), schema.get("required", ())
    found: Schema = {}
    for name in dict.fromkeys([*required, *(properties if full and depth < _DEEP else ())]):
        child = properties.get(name, {})
        values = _candidates(child, full, depth + 1) if depth < _DEEP else _shown(child)
        for value in values:
            if is_valid(child, value):
                found[name] = value
                break
    return found
