"""Tables of cases of which CI runs a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def a_part(cases: Iterable[Any], *, every: int) -> list[Any]:
    """Every so many-th case always, the others where the mark ``whole`` is asked for."""
    return [
        case if number % every == 0 else pytest.param(case, marks=pytest.mark.whole)
        for number, case in enumerate(cases)
    ]
