"""The flat list of fields: paths, presence, keywords, and where each one comes from."""

from __future__ import annotations

from typing import Any

from conformance.contract.fields import Field, combinations, walk
from conformance.model.requirement import Source

SCHEMA: dict[str, Any] = {
    "required": ["apps"],
    "x-recommended": ["count"],
    "properties": {
        "count": {"type": "integer", "minimum": 0},
        "apps": {
            "type": "array",
            "items": {
                "required": ["id"],
                "x-source": {"tables": ["5-13"]},
                "properties": {
                    "id": {"type": "string", "x-resource": "app"},
                    "tags": {"type": "array", "items": {"enum": ["a"], "type": "string"}},
                },
            },
        },
    },
    "allOf": [
        {"description": "no name"},
        {"x-name": "a-needs-b", "description": "two\n  lines", "if": {}, "then": {}},
    ],
}
OWN = Source("5.2", ("5-12",))


def _fields() -> dict[str, Field]:
    return {field.path: field for field in walk(SCHEMA, "5.2", OWN)}


def test_paths_stand_parents_first() -> None:
    """Lists of objects add [] to the path; a list of plain values has a field for its items."""
    assert list(_fields()) == ["count", "apps", "apps[].id", "apps[].tags", "apps[].tags[]"]


def test_presence() -> None:
    """required, recommended or optional, as the object that holds the field says."""
    found = {path: field.presence for path, field in _fields().items()}
    assert found == {
        "count": "recommended",
        "apps": "required",
        "apps[].id": "required",
        "apps[].tags": "optional",
        "apps[].tags[]": "optional",
    }


def test_the_nearest_source_wins() -> None:
    """A field comes from the table of the object it is in; sections are inherited."""
    fields = _fields()
    assert fields["count"].source == OWN
    assert fields["apps[].id"].source == Source("5.2", ("5-13",))


def test_names_and_resources() -> None:
    """The name is the last part of a path without brackets."""
    fields = _fields()
    assert fields["apps[].tags[]"].name == "tags"
    assert (fields["apps[].id"].resource, fields["apps[].id"].given) == ("app", "app")
    assert Field("x", {"x-given": "domain"}, "required", None).given == "domain"


def test_keywords_in_the_spelling_of_requirements() -> None:
    """Pattern and format are one statement; a number's format says how wide it is, no more."""
    number = {"type": "integer", "format": "int32", "anyOf": [{"const": 0}], "maximum": 3}
    assert Field("n", number, "optional", None).keywords == ("maximum", "range")
    assert Field("t", {"format": "date-time"}, "optional", None).keywords == ("format",)
    assert Field("t", {"pattern": "x", "format": "uri"}, "optional", None).keywords == ("format",)


def test_types_are_always_a_tuple() -> None:
    """No type, one type, several types."""
    assert Field("f", {}, "optional", None).types == ()
    assert Field("f", {"type": "string"}, "optional", None).types == ("string",)
    assert Field("f", {"type": ["array", "null"]}, "optional", None).types == ("array", "null")


def test_named_combinations_are_found_at_every_depth() -> None:
    """Only parts with a name are statements; their text is on one line."""
    nested = {"properties": {"list": {"items": SCHEMA}}}
    (found,) = combinations(nested, "5.2", OWN)
    assert (found.name, found.path, found.index) == ("a-needs-b", "list[]", 1)
    assert found.text == "two lines"
