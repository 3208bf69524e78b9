"""What an edition must not have: parts that a later one brought (``x-since``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Way = tuple[str | int, ...]


def later_parts(document: Any, edition: str, way: Way = ()) -> Iterator[tuple[Way, str]]:
    """Where a part stands that is younger than the edition, and the edition that brought it.

    Dates are texts like 2023-11-28, which compare as they read.
    """
    if isinstance(document, list):
        for number, item in enumerate(document):
            yield from later_parts(item, edition, (*way, number))
    if not isinstance(document, dict):
        return
    since = document.get("x-since")
    if isinstance(since, str) and since > edition:
        yield way, since
    for key, value in document.items():
        yield from later_parts(value, edition, (*way, key))
