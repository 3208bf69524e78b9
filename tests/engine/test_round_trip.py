"""Sizes may be written with either sign; no other text and no empty member profits from it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.comparing.round_trip import changed_fields, equals_sent


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1280*720_15_2260", "1280x720_15_2260", True),
        ("1280*720_15_2260", "1280x720_30_2260", False),
        ("room 2x4", "room 2*4", False),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", True),
    ],
)
def test_texts(left: str, right: str, same: bool) -> None:
    """A name is no size; one time in more digits is the same time."""
    assert equals_sent(left, right) is same


@pytest.mark.parametrize(
    ("before", "after"), [({"a": {"b": ""}}, {"a": {"b": None, "c": 1}}), ({"a": "x"}, {"a": "y"})]
)
def test_readings_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What is not a size is compared as it is."""
    assert changed_fields(before, after, ["a"])
