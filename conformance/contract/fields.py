"""The fields of a schema as a flat list: one record per property, with path and constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model.requirement import Source

Schema = Mapping[str, Any]

FORMAT_KEYWORDS = ("pattern", "format")
"""Both say how a text is written; together they are one requirement with the keyword format."""

_NUMBER_FORMATS = frozenset({"int32", "int64", "float", "double"})
_DIRECT = (
    "enum",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
)


@dataclass(frozen=True, slots=True)
class Combination:
    """A named constraint across fields: ``if`` … ``then`` at ``path`` ("" is the whole body)."""

    name: str
    path: str
    index: int
    schema: Schema
    source: Source | None
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a body, or one parameter.

    ``path`` is dotted, ``[]`` stands for any item: ``apps[].state.state``. ``presence`` is
    ``required``, ``recommended`` (SHOULD be there) or ``optional``.
    """

    path: str
    schema: Schema
    presence: str
    source: Source | None

    @property
    def may_be_null(self) -> bool:
        """Whether null can say what absence does: the field may be missing, null is no value."""
        named = not self.path.endswith("[]")
        return (
            named and self.presence == "optional" and bool(self.types) and "null" not in self.types
        )

    @property
    def may_be_blank(self) -> bool:
        """Whether an empty text can say it too: of a text that has a form, and no least length."""
        formed = {"format", "enum"}.intersection(self.keywords)
        return self.may_be_null and bool(formed) and "minLength" not in self.keywords

    @property
    def may_be_zero(self) -> bool:
        """Whether 0 can say it too: of a number with listed values, of which 0 is none."""
        return (
            self.may_be_null
            and self.types == ("integer",)
            and 0 not in self.schema.get("enum", (0,))
        )

    @property
    def name(self) -> str:
        """Last part of the path, without brackets."""
        return self.path.rsplit(".", 1)[-1].removesuffix("[]")

    @property
    def types(self) -> tuple[str, ...]:
        """JSON types of the field; empty when the document gives none."""
        declared = self.schema.get("type", ())
        return (declared,) if isinstance(declared, str) else tuple(declared)

    @property
    def keywords(self) -> tuple[str, ...]:
        """Constraint keywords as in requirement ids (``format`` for pattern and format)."""
        found = [keyword for keyword in _DIRECT if keyword in self.schema]
        if "anyOf" in self.schema:
            found.append("range")
        if "pattern" in self.schema or self.schema.get("format", "int32") not in _NUMBER_FORMATS:
            found.append("format")
        return tuple(found)

    @property
    def resource(self) -> str | None:
        """Kind of resource that the field names (``app``, ``record_rule``, …), if any."""
        kind: str | None = self.schema.get("x-resource")
        return kind

    @property
    def given(self) -> str | None:
        """Kind of existing resource whose value a valid request must have here, if any."""
        kind: str | None = self.schema.get("x-resource") or self.schema.get("x-given")
        return kind


def source_of(node: Schema, section: str) -> Source | None:
    """The ``x-source`` of a node; its own section takes precedence over the operation's."""
    given = node.get("x-source")
    if given is None:
        return None
    return Source(str(given.get("section", section)), tuple(map(str, given.get("tables", ()))))


def walk(schema: Schema, section: str, source: Source | None, path: str = "") -> Iterator[Field]:
    """Every field below ``schema``, parents before children."""
    source = source_of(schema, section) or source
    required = schema.get("required", ())
    recommended = schema.get("x-recommended", ())
    for name, child in schema.get("properties", {}).items():
        presence = (
            "required" if name in required else "recommended" if name in recommended else "optional"
        )
        child_path = f"{path}.{name}" if path else name
        yield Field(child_path, child, presence, source_of(child, section) or source)
        yield from walk(child, section, source, child_path)
    items = schema.get("items")
    if items is not None:
        item_path = f"{path}[]"
        own = source_of(items, section) or source
        if "properties" not in items:
            yield Field(item_path, items, "optional", own)
        yield from walk(items, section, own, item_path)


def combinations(
    schema: Schema, section: str, source: Source | None, path: str = ""
) -> Iterator[Combination]:
    """Every named constraint across fields at or below ``schema``."""
    source = source_of(schema, section) or source
    for index, part in enumerate(schema.get("allOf", ())):
        if "x-name" in part:
            own = source_of(part, section) or source
            text = " ".join(str(part.get("description", "")).split())
            yield Combination(part["x-name"], path, index, part, own, text)
    for name, child in schema.get("properties", {}).items():
        yield from combinations(child, section, source, f"{path}.{name}" if path else name)
    if "items" in schema:
        yield from combinations(schema["items"], section, source, f"{path}[]")
