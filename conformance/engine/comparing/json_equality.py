"""When two JSON values are the same."""

from __future__ import annotations

from typing import Any


def same(left: Any, right: Any) -> bool:
    """Equal as JSON values: true is not 1, 1.0 is 1."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)
