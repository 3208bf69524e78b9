"""When two JSON values are the same."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.comparing.json_equality import same


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (True, 1, False),
        ([True], [1], False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [1], False),
        ("2021-04-21T10:29:33Z", "2021-04-21T10:29:33.123Z", True),
        ({"t": "2021-04-21T10:29:33.12Z"}, {"t": "2021-04-21T10:29:33.1234Z"}, True),
        ("2021-04-21T10:29:33.123Z", "2021-04-21T10:29:33.124Z", False),
        ("2021-04-21T10:29:33Z", "2021-04-21T10:29:34.123Z", False),
        ("", "2021-04-21T10:29:34Z", False),
        ("a", "b", False),
    ],
)
def test_values_and_times(left: Any, right: Any, equal: bool) -> None:
    """Digits of a time that only one of the two has tell nothing; all else does."""
    assert same(left, right) is equal
    assert same(right, left) is equal
