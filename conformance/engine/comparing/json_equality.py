"""Equality of JSON values."""

from __future__ import annotations

from typing import Any

from conformance.engine.comparing.timestamps import same_instant


def same(left: Any, right: Any) -> bool:
    """Equal as JSON values: true is not 1, 1.0 is 1; a time may have more digits in one of them."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or same_instant(left, right)
