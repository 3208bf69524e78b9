"""The fields of a body, a query or an answer, flat: read from the JSON Schema of their model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One field: ``path`` is dotted, ``[]`` stands for any item (``apps[].state.state``)."""

    path: str
    schema: Schema
    required: bool

    @property
    def kind(self) -> str:
        """JSON type of the field; empty where the model takes several."""
        return str(self.schema.get("type", "string" if "enum" in self.schema else ""))

    @property
    def is_item(self) -> bool:
        """Whether this is an item of a list, not a field of an object."""
        return self.path.endswith("[]")

    @property
    def parent(self) -> str:
        """Path of the object or list that holds it; empty at the top."""
        if self.is_item:
            return self.path[:-2]
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Last part of the path, without brackets."""
        return self.path.rpartition(".")[2].removesuffix("[]")


def places(schema: Schema) -> tuple[Place, ...]:
    """Every field below the root of a model's JSON Schema, parents before children."""
    definitions = schema.get("$defs", {})
    return tuple(_walk(_plain(schema, definitions), definitions, ""))


def _walk(schema: Schema, definitions: Schema, path: str) -> Iterator[Place]:
    for name, child in schema.get("properties", {}).items():
        plain = _plain(child, definitions)
        child_path = f"{path}.{name}" if path else name
        yield Place(child_path, plain, name in schema.get("required", ()))
        yield from _below(plain, definitions, child_path)


def _below(schema: Schema, definitions: Schema, path: str) -> Iterator[Place]:
    yield from _walk(schema, definitions, path)
    items = schema.get("items")
    if isinstance(items, Mapping):
        plain = _plain(items, definitions)
        if "properties" not in plain:
            yield Place(f"{path}[]", plain, required=False)
        yield from _below(plain, definitions, f"{path}[]")


def _plain(schema: Schema, definitions: Schema) -> Schema:
    """The schema with its reference followed and ``or null`` taken off."""
    while "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **rest}
    variants = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(variants) == 1 and len(schema["anyOf"]) > 1:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _plain({**variants[0], **rest}, definitions)
    if "const" in schema:
        return {"enum": [schema["const"]], **schema}
    return schema
