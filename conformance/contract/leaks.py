"""Finds parts of an edition that only a later one has (``x-since``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Way = tuple[str | int, ...]


def later_parts(document: Any, edition: str, way: Way = ()) -> Iterator[tuple[Way, str]]:
    """The path of each part that is newer than the edition, and the edition that added it.

    Dates are texts like 2023-11-28, which sort as dates.
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
