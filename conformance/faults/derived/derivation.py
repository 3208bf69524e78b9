"""Which statements are made of a field, by the names that requirements have for them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.faults.derived.fields import Place

_LIMITS = ("enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
_FORMS = frozenset({"date-time", "date"})


def input_keywords(where: str, place: Place) -> Iterator[str]:
    """Keywords under which an input is judged; ``where`` is query or body."""
    if not place.is_item:
        yield "required" if place.required else "optional"
    if where == "body":
        yield from ("type", "null")
    elif place.kind in {"integer", "number", "boolean"}:
        yield "type"
    yield from limits(place)
    if place.schema.get("default") is not None:
        yield "default"


def answer_keywords(place: Place) -> Iterator[str]:
    """Keywords under which a field of an answer is judged."""
    if place.required and not place.is_item:
        yield "required"
    yield "type"
    yield from limits(place)


def limits(place: Place) -> Iterator[str]:
    """The constraints on the values of a field."""
    yield from (keyword for keyword in _LIMITS if keyword in place.schema)
    if "anyOf" in place.schema:
        yield "range"
    if "pattern" in place.schema or place.schema.get("format") in _FORMS:
        yield "format"
