"""The contract is fit for generators of clients: nothing that they overwrite or cannot name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Document


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _schemas(value)
    elif isinstance(node, list):
        for item in node:
            yield from _schemas(item)


def _tags(items: dict[str, Any]) -> set[str]:
    nodes = [node for item in items.values() for node in item.values() if isinstance(node, dict)]
    return {tag for node in nodes for tag in node.get("tags", ())}


def test_webhooks_have_a_tag_of_their_own(document: Document) -> None:
    """A generator writes one file a tag: a webhook of that tag takes the place of operations."""
    paths, webhooks = _tags(document.root["paths"]), _tags(document.root["webhooks"])
    assert webhooks
    assert not paths & webhooks
    assert paths | webhooks == {tag["name"] for tag in document.root["tags"]}


def test_branches_of_a_number_have_its_type(document: Document) -> None:
    """A branch without a type becomes a class of its own, which no number is."""
    found = [
        (schema["type"], part)
        for schema in _schemas(document.root["components"])
        if isinstance(schema.get("type"), str) and isinstance(schema.get("anyOf"), list)
        for part in schema["anyOf"]
    ]
    assert found
    assert [part for kind, part in found if part.get("type") != kind and "$ref" not in part] == []


def test_names_of_values_are_as_many_as_values(document: Document) -> None:
    """x-enum-varnames goes with an enumeration, value by value."""
    named = [schema for schema in _schemas(document.root) if "x-enum-varnames" in schema]
    assert named
    for schema in named:
        assert len(schema["x-enum-varnames"]) == len(schema["enum"])
