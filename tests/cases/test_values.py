"""Values of one field: those it takes, those it refuses, and nothing that is tolerated."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.cases.values import Choice, accepted_values, refused_values, sample, slug
from conformance.contract.fields import Field
from conformance.contract.validation import Validator
from conformance.model.case import Given, Unique


def _field(schema: dict[str, Any], path: str = "x") -> Field:
    return Field(path, schema, "optional", None)


def _refused(schema: dict[str, Any], *, in_body: bool = True) -> dict[tuple[str, str], Any]:
    return {
        (c.keyword, c.variant): c.value for c in refused_values(_field(schema), in_body=in_body)
    }


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"x-resource": "app"}, Given("app")),
        ({"x-given": "domain"}, Given("domain")),
        ({"x-unique": True, "example": "n"}, Unique("n")),
        ({"example": 7}, 7),
        ({"default": 8}, 8),
        ({"examples": {"a": {"value": 9}}}, 9),
        ({"examples": [10]}, 10),
        ({"enum": ["A", "B"]}, "A"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number"}, 0.5),
        ({"type": "boolean"}, True),
        ({"type": "array", "items": {"type": "string"}}, ["sample"]),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}, "b": {}}},
            {"a": 1},
        ),
        ({}, "sample"),
    ],
)
def test_samples(schema: dict[str, Any], expected: Any) -> None:
    """An ordinary value: what the document shows, else the least that fits the type."""
    assert sample(schema) == expected


def test_every_value_of_an_enumeration_and_every_bound_is_taken() -> None:
    """Each listed value and each end of each range occurs once."""
    listed = [c.value for c in accepted_values(_field({"type": "string", "enum": ["A", "B"]}))]
    assert listed == ["A", "B"]
    bounds = list(accepted_values(_field({"type": "integer", "minimum": 1, "maximum": 9})))
    assert bounds == [Choice("minimum", "at", 1), Choice("maximum", "at", 9)]
    either = {"type": "integer", "anyOf": [{"const": 0}, {"minimum": 60, "maximum": 90}]}
    assert [c.value for c in accepted_values(_field(either))] == [0, 60, 90]


def test_sizes_and_forms_that_are_taken() -> None:
    """The longest text, as many items as are allowed, the texts the contract shows as valid."""
    lengths = {
        c.keyword: c.value for c in accepted_values(_field({"minLength": 2, "maxLength": 4}))
    }
    assert lengths == {"minLength": "aa", "maxLength": "aaaa"}
    unique = list(accepted_values(_field({"minLength": 1, "x-unique": True})))
    assert unique == [Choice("minLength", "at", Unique("a"))]
    sizes = {"type": "array", "items": {"type": "string"}, "minItems": 0, "maxItems": 2}
    assert [c.value for c in accepted_values(_field(sizes))] == [
        ["sample1"],
        ["sample1", "sample2"],
    ]
    form = {"type": "string", "pattern": "^s3://", "x-valid": ["s3://a/b"]}
    assert [c.keyword for c in accepted_values(_field(form))] == ["format"]


def test_items_differ() -> None:
    """Numbered where items have an id, taken from the list where they are unique and listed."""
    panes = {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {"id": {}}}}
    assert [c.value for c in accepted_values(_field(panes))] == [[{"id": 1}, {"id": 2}]]
    codes = {"type": "array", "maxItems": 2, "uniqueItems": True, "items": {"enum": ["A", "B"]}}
    assert [c.value for c in accepted_values(_field(codes))] == [["A", "B"]]
    numbers = {"type": "array", "maxItems": 2, "items": {"type": "integer"}}
    assert [c.value for c in accepted_values(_field(numbers))] == [[1, 1]]


def test_plain_fields_have_a_sample() -> None:
    """A boolean takes both values; a plain text one; an object is judged by its fields."""
    assert [c.value for c in accepted_values(_field({"type": "boolean"}))] == [True, False]
    assert [c.value for c in accepted_values(_field({"type": "string"}))] == ["sample"]
    assert list(accepted_values(_field({"type": "object", "properties": {}}))) == []
    assert list(accepted_values(_field({"x-resource": "app"}))) == [
        Choice("type", "given", Given("app"))
    ]


@pytest.mark.parametrize("kind", ["string", "integer", "number", "boolean", "array", "object"])
def test_wrong_types_are_wrong(kind: str) -> None:
    """Whatever is sent as a wrong type is one, null included."""
    validator = Validator({"properties": {"x": {"type": kind}}})
    found = _refused({"type": kind})
    assert ("null", "null") in found
    assert len(found) >= 3
    for value in found.values():
        assert not validator.is_valid({"x": value})


def test_a_query_has_only_texts() -> None:
    """In a query a number can be no number, and nothing else can have a wrong type."""
    assert set(_refused({"type": "integer"}, in_body=False).values()) == {"abc", "1.5", ""}
    assert _refused({"type": "string"}, in_body=False) == {}


def test_what_lies_outside() -> None:
    """Just below and just above each bound; between the branches of a range."""
    found = _refused({"type": "integer", "minimum": 5, "maximum": 9}, in_body=False)
    assert (found["minimum", "below"], found["maximum", "above"]) == (4, 10)
    number = _refused({"type": "number", "minimum": 0, "maximum": 1})
    assert (number["minimum", "below"], number["maximum", "above"]) == (-0.001, 1.001)
    either = {"type": "integer", "anyOf": [{"const": 0}, {"minimum": 60, "maximum": 90}]}
    ranges = {value for (keyword, _), value in _refused(either).items() if keyword == "range"}
    assert ranges == {-1, 1, 59, 91}


def test_unlisted_values() -> None:
    """Not in the list, the same word in the other case, nothing at all; numbers beside it."""
    found = _refused({"type": "string", "enum": ["HLS"]})
    assert {found["enum", v] for v in ("unlisted", "other-case", "empty")} == {
        "UNLISTED_VALUE",
        "hls",
        "",
    }
    numbers = _refused({"type": "integer", "enum": [0, 1]})
    assert (numbers["enum", "above"], numbers["enum", "below"]) == (2, -1)
    assert ("enum", "other-case") not in _refused({"type": "string", "enum": ["1"]})


def test_broken_forms_and_sizes() -> None:
    """Texts that the pattern does not match; too long, too short, too many, too few, twice."""
    schema = {"type": "string", "pattern": "^s3://.+$", "x-valid": ["s3://b"], "x-invalid": ["b"]}
    forms = [value for (keyword, _), value in _refused(schema).items() if keyword == "format"]
    assert forms[:2] == ["b", "not-this-format"]
    assert not any(Validator(schema).is_valid(text) for text in forms)
    assert _refused({"minLength": 1, "maxLength": 3})["maxLength", "above"] == "aaaa"
    assert _refused({"minLength": 1})["minLength", "empty"] == ""
    items = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1}
    found = _refused({**items, "uniqueItems": True})
    assert found["minItems", "empty"] == []
    assert found["maxItems", "above"] == ["sample1", "sample2"]
    assert found["uniqueItems", "twice"] == ["sample", "sample"]


def test_what_is_tolerated_is_never_sent_as_wrong() -> None:
    """An erratum may accept a value that a table does not have: it is no violation then."""
    schema = {"type": "integer", "maximum": 24, "x-tolerated": [25]}
    values = list(_refused(schema).values())
    assert 25 not in values
    assert 26 in values
    assert "" not in _refused({"type": "string", "enum": ["A"], "x-tolerated": [""]}).values()


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", "empty"), ("a b/c", "a_b_c"), (1.5, "1.5"), ("错误", "_"), ("x" * 60, "x" * 48)],
)
def test_slugs(value: Any, expected: str) -> None:
    """Case ids stay readable and free of what a shell would take."""
    assert slug(value) == expected
