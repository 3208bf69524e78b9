"""The part of a body that a finding is about."""

from __future__ import annotations

import json

import pytest

from conformance.reporting.excerpt import excerpt

APPS = {"count": 2, "apps": [{"id": n, "state": {"state": "ON", "since": n}} for n in range(20)]}


def test_a_small_body_is_shown_whole() -> None:
    """What fits is not cut, and reads as indented JSON."""
    assert excerpt('{"a":{"b":[1,{}]},"c":"\u8bfe"}') == json.dumps(
        {"a": {"b": [1, {}]}, "c": "课"}, ensure_ascii=False, indent=2
    )


def test_a_large_body_is_shown_around_the_field() -> None:
    """The first place of the field is in the middle; what is left out is counted."""
    text = excerpt(json.dumps(APPS), "apps[].state.state")
    assert text.splitlines()[4].strip() == '"state": "ON",'
    assert text.startswith("… 3 lines")
    assert "more lines, whole in report.json" in text


def test_a_missing_field_shows_the_object_that_lacks_it() -> None:
    """The innermost object on the way to the field is shown."""
    assert '"state": {' in excerpt(json.dumps(APPS), "apps[].state.until")


@pytest.mark.parametrize("field", ["", "nowhere.at.all"])
def test_without_a_place_the_head_is_shown(field: str) -> None:
    """An unknown field falls back to the start of the body."""
    text = excerpt(json.dumps(APPS), field)
    assert text.startswith("{")
    assert text.splitlines()[-1].startswith("…")


def test_what_is_not_json_is_cut_by_lines_and_width() -> None:
    """Neither many lines nor one long line floods the reader; deep nesting does not break it."""
    assert len(excerpt("x\n" * 500).splitlines()) == 15
    assert len(excerpt("y" * 100_000)) < 300
    assert len(excerpt("[" * 100_000)) < 300
    assert excerpt("[" * 80 + "]" * 80).startswith("[")
