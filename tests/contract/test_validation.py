"""Violations are named as requirements are: path and keyword, and where exactly."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.fields import combinations
from conformance.contract.validation import Validator, Violation

INNER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "maximum": 5},
        "cycle": {"type": "integer", "anyOf": [{"const": 0}, {"minimum": 60}]},
        "when": {"type": "string", "pattern": "^[0-9]+$", "x-form": "digits"},
        "const": {"type": "string"},
    },
    "allOf": [
        {
            "x-name": "zero-needs-when",
            "if": {"properties": {"id": {"const": 0}}, "required": ["id"]},
            "then": {"required": ["when"]},
        },
    ],
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": INNER}},
}


@pytest.fixture(scope="module")
def validator() -> Validator:
    """The schema above, compiled."""
    return Validator(SCHEMA, tuple(combinations(SCHEMA, "5.1", None)))


@pytest.mark.parametrize(
    ("row", "path", "keyword", "place"),
    [
        ({}, "rows[].id", "required", "rows[0].id"),
        ({"id": 6}, "rows[].id", "maximum", "rows[0].id"),
        ({"id": "1"}, "rows[].id", "type", "rows[0].id"),
        ({"id": 1, "cycle": 3}, "rows[].cycle", "range", "rows[0].cycle"),
        ({"id": 1, "when": "x"}, "rows[].when", "format", "rows[0].when"),
        ({"id": 0}, "rows[].zero-needs-when", "combination", "rows[0]"),
    ],
)
def test_each_violation_has_its_name(
    validator: Validator, row: dict[str, Any], path: str, keyword: str, place: str
) -> None:
    """Path and keyword are those of the requirement that is broken; place is concrete."""
    found = validator.violations({"rows": [row]})
    assert [(v.path, v.keyword, v.place) for v in found] == [(path, keyword, place)]
    assert not validator.is_valid({"rows": [row]})


def test_what_is_right_has_no_violation(validator: Validator) -> None:
    """A valid value is valid, unknown fields included."""
    value = {"rows": [{"id": 0, "when": "7", "cycle": 0, "more": None}], "other": 1}
    assert validator.is_valid(value)
    assert validator.violations(value) == []


def test_the_top_and_missing_fields_of_it() -> None:
    """A missing field at the top has no dot before its name."""
    validator = Validator({"type": "object", "required": ["a"]})
    assert [(v.path, v.place) for v in validator.violations({})] == [("a", "a")]
    (only,) = validator.violations("text")
    assert (only.path, only.keyword, only.actual) == ("", "type", "'text' (str)")


def test_null_is_called_null() -> None:
    """What was found is shown with its JSON kind."""
    validator = Validator({"properties": {"a": {"type": "string"}}})
    (only,) = validator.violations({"a": None})
    assert only == Violation("a", "type", "a", only.expected, "None (null)")


def test_a_schema_that_is_false_takes_nothing() -> None:
    """A field that must not be there is a violation with a keyword, too."""
    validator = Validator({"properties": {"a": False}})
    (only,) = validator.violations({"a": 1})
    assert only.keyword


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, "x", 'type "integer"'),
        ({"enum": ["a", "b"]}, "is not one of c", 'one of "a" or "b"'),
        ({"minimum": 2}, 1, "at least 2"),
        ({"maximum": 2}, 3, "at most 2"),
        ({"pattern": "^a$"}, "b", 'text that matches "^a$"'),
        ({"minLength": 1}, "", "no fewer than 1 character"),
        ({"maxItems": 1}, [1, 2], "no more than 1 item"),
        ({"uniqueItems": True}, [1, 1], "nothing twice"),
    ],
)
def test_what_was_expected_is_said_without_the_value(
    schema: dict[str, Any], value: Any, expected: str
) -> None:
    """A report shows it beside what was received: a wish, not a complaint."""
    (violation,) = Validator({"properties": {"a": schema}}).violations({"a": value})
    assert violation.expected == expected
