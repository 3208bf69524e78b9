"""Values of one field: those that must be accepted, and those that must be refused."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.contract.fields import Field, Schema
from conformance.contract.validation import Validator
from conformance.model.case import Given, Unique

MALFORMED = 4
"""Ways in which one field of a body is misspelt."""

MALFORMED_QUERIES = 2
"""The same for a query: statistics allow 30 requests a minute, and rules misspell times too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value for one field. ``variant`` names it within its keyword, for the id of the case."""

    keyword: str
    variant: str
    value: Any


def sample(schema: Schema) -> Any:
    """One ordinary value that the schema accepts."""
    if "x-resource" in schema or "x-given" in schema:
        return Given(schema.get("x-resource") or schema["x-given"])
    if schema.get("x-unique") or schema.get("x-fresh"):
        return Unique(str(schema.get("example", "name")))
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if schema.get("examples"):
        examples = schema["examples"]
        first = next(iter(examples.values())) if isinstance(examples, dict) else examples[0]
        return first["value"] if isinstance(first, dict) and "value" in first else first
    if "enum" in schema:
        return schema["enum"][0]
    return _by_type(schema)


def _by_type(schema: Schema) -> Any:
    kind = schema.get("type", "string")
    if kind == "integer":
        return int(schema.get("minimum", 1))
    if kind == "number":
        return schema.get("minimum", 0.5)
    if kind == "boolean":
        return True
    if kind == "array":
        return [sample(schema.get("items", {}))]
    if kind == "object":
        return {
            name: sample(child)
            for name, child in schema.get("properties", {}).items()
            if name in schema.get("required", ())
        }
    return "sample"


def accepted_values(field: Field) -> Iterator[Choice]:
    """Boundary and enumeration values that the field must accept."""
    schema = field.schema
    if schema.get("x-open"):
        return
    if field.resource:
        yield Choice("type", "given", Given(field.resource))
        return
    found = False
    for choice in itertools.chain(_listed(schema), _bounds(schema), _sizes(schema)):
        found = True
        yield choice
    if field.types == ("boolean",):
        yield Choice("type", "true", True)
        yield Choice("type", "false", False)
    elif not found and "properties" not in schema:
        yield Choice("type", "sample", sample(schema))


def _listed(schema: Schema) -> Iterator[Choice]:
    for value in schema.get("enum", ()):
        yield Choice("enum", slug(value), value)
    if "pattern" in schema:
        for value in schema.get("x-valid", ()):
            yield Choice("format", slug(value), value)


def _bounds(schema: Schema) -> Iterator[Choice]:
    for keyword in ("minimum", "maximum"):
        if keyword in schema and schema.get("type") != "array":
            yield Choice(keyword, "at", schema[keyword])
    for part in schema.get("anyOf", ()):
        for keyword in ("const", "minimum", "maximum"):
            if keyword in part:
                yield Choice("range", slug(part[keyword]), part[keyword])


def _sizes(schema: Schema) -> Iterator[Choice]:
    plain = not schema.keys() & {"pattern", "enum", "format", "x-format"}
    if "minLength" in schema and plain:
        least = schema["minLength"]
        stem = "a" * least
        yield Choice("minLength", "at", Unique(stem) if schema.get("x-unique") else stem)
    if "maxLength" in schema and plain:
        yield Choice("maxLength", "at", "a" * schema["maxLength"])
    for keyword in ("minItems", "maxItems"):
        if keyword in schema and not schema.get("items", {}).get("x-open"):
            yield Choice(keyword, "at", _items(schema, max(1, schema[keyword])))


def _items(schema: Schema, count: int) -> list[Any]:
    """``count`` different items, numbered where the item has an ``id`` and named where a name."""
    item_schema = schema.get("items", {})
    listed = item_schema.get("enum")
    if listed and schema.get("uniqueItems"):
        return list(listed[:count])
    first = sample(item_schema)
    items: list[Any] = []
    for number in range(1, count + 1):
        if isinstance(first, dict):
            properties = item_schema.get("properties", {})
            numbered = {"id": number} if "id" in properties else {}
            items.append({**first, **numbered})
        else:
            items.append(f"{first}{number}" if isinstance(first, str) and not listed else first)
    return items


def refused_values(field: Field, *, in_body: bool) -> Iterator[Choice]:
    """Values meant to break exactly one keyword of the field; the caller checks that they do."""
    schema = field.schema
    tolerated = schema.get("x-tolerated", ())
    kinds = (_wrong_types(field, in_body), _unlisted(schema), _beyond(schema))
    malformed = itertools.islice(_malformed(schema), MALFORMED if in_body else MALFORMED_QUERIES)
    for choice in itertools.chain(*kinds, malformed, _wrong_sizes(schema)):
        if not any(_stands_for(value, choice) for value in tolerated):
            yield choice


def _stands_for(tolerated: Any, choice: Choice) -> bool:
    """Whether a tolerated value covers the choice: the same, or any value of its wrong type."""
    if choice.keyword == "type":
        return type(tolerated) is type(choice.value)
    return bool(tolerated == choice.value)


def _wrong_types(field: Field, in_body: bool) -> Iterator[Choice]:
    types = set(field.types)
    if not in_body:
        if types & {"integer", "number"}:
            for variant, text in (("text", "abc"), ("fraction", "1.5"), ("empty", "")):
                if variant != "fraction" or "number" not in types:
                    yield Choice("type", variant, text)
        return
    yield Choice("null", "null", None)
    wrong: dict[str, Any] = {
        "text": "abc",
        "number": 7,
        "boolean": True,
        "fraction": 1.5,
        "array": ["abc"],
        "object": {"key": "value"},
        "digits": "30",
        "quoted": "true",
    }
    suits = {
        "string": ("number", "boolean", "array", "object"),
        "integer": ("text", "fraction", "boolean", "digits", "array"),
        "number": ("text", "boolean", "array"),
        "boolean": ("text", "number", "quoted"),
        "array": ("text", "object"),
        "object": ("text", "array"),
    }
    for kind in sorted(types & set(suits)):
        for variant in suits[kind]:
            yield Choice("type", variant, wrong[variant])
        return


def _unlisted(schema: Schema) -> Iterator[Choice]:
    values = schema.get("enum", ())
    if not values:
        return
    if isinstance(values[0], str):
        yield Choice("enum", "unlisted", "UNLISTED_VALUE")
        word = str(values[0])
        other = word.lower() if word != word.lower() else word.upper()
        if other != word:
            yield Choice("enum", "other-case", other)
        yield Choice("enum", "empty", "")
    elif all(isinstance(value, (int, float)) for value in values):
        yield Choice("enum", "above", max(values) + 1)
        yield Choice("enum", "below", min(values) - 1)


def _beyond(schema: Schema) -> Iterator[Choice]:
    step: float = 1 if schema.get("type") == "integer" else 0.001
    room = [v for v in schema.get("x-tolerated", ()) if isinstance(v, (int, float))]
    if "minimum" in schema:
        least = min([schema["minimum"], *room])
        yield Choice("minimum", "below", _less(least, step))
        if _less(least, step) > 0 and 0 not in schema.get("x-default-alternatives", ()):
            yield Choice("minimum", "zero", 0)  # what counts as nothing passes many a check
    if "maximum" in schema:
        yield Choice("maximum", "above", _more(max([schema["maximum"], *room]), step))
    edges: set[float] = set()
    for part in schema.get("anyOf", ()):
        low = part.get("minimum", part.get("const"))
        high = part.get("maximum", part.get("const"))
        edges |= {_less(low, step)} if isinstance(low, (int, float)) else set()
        edges |= {_more(high, step)} if isinstance(high, (int, float)) else set()
    for value in sorted(edges):
        yield Choice("range", slug(value), value)


def _less(bound: float, step: float) -> float:
    return bound - 1 if step == 1 else round(bound - step, 6)


def _more(bound: float, step: float) -> float:
    return bound + 1 if step == 1 else round(bound + step, 6)


def _malformed(schema: Schema) -> Iterator[Choice]:
    pattern = schema.get("pattern")
    if pattern is None:
        return
    given = [sample(schema), *schema.get("x-valid", ())]
    texts = [value for value in given if isinstance(value, str) and value]
    candidates = [*schema.get("x-invalid", ()), "not-this-format"]
    for text in texts[:1]:
        candidates += [f"x{text}", text[1:], text[:-1], f"{text}x"]
    kept = (c for c in dict.fromkeys(candidates) if c and not re.search(pattern, c))
    for number, value in enumerate(kept):
        yield Choice("format", f"malformed-{number + 1}", value)


def _wrong_sizes(schema: Schema) -> Iterator[Choice]:
    if schema.get("minLength", 0) > 0 and "enum" not in schema:
        yield Choice("minLength", "empty", "")
    if "maxLength" in schema:
        yield Choice("maxLength", "above", "a" * (schema["maxLength"] + 1))
    if schema.get("minItems", 0) > 0:
        yield Choice("minItems", "empty", [])
    if "maxItems" in schema:
        yield Choice("maxItems", "above", _items(schema, schema["maxItems"] + 1))
    if schema.get("uniqueItems"):
        item = sample(schema.get("items", {}))
        yield Choice("uniqueItems", "twice", [item, item])


def may_be_read(schema: Schema, value: Any) -> bool:
    """Whether a server could read a bad value outside the body, which is text, as a valid one.

    Placeholders can be; so can anything where the schema has a form that we do not write.
    """
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float, bool)) for item in items):
        return True
    read = [list(_readings(item)) for item in items]
    validator = Validator(schema)
    if isinstance(value, list):
        whole = (list(choice) for choice in itertools.islice(itertools.product(*read), 64))
        return any(map(validator.is_valid, whole))
    return any(validator.is_valid(one) or validator.is_valid([one]) for one in read[0])


def _readings(value: Any) -> Iterator[Any]:
    """Everything that a server may parse one text as."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    yield text
    if text in {"true", "false"}:
        yield text == "true"
    for kind in (int, float):
        with suppress(ValueError):
            yield kind(text)


def slug(value: Any) -> str:
    """A short, readable part of a case id for a value."""
    text = "empty" if value == "" else str(value)
    return re.sub(r"[^A-Za-z0-9._*+-]+", "_", text)[:48] or "text"
