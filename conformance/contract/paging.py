"""Where the rows of answers are (``x-rows``), and how they are paged (``x-pagination``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rows:
    """``items`` is the field of an answer that lists its rows.

    ``time`` is the field of a row to which the time window of the operation applies; None for none.
    ``full`` are the values of a rate where nothing has happened that could have lowered it.
    """

    items: str
    time: str | None
    full: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Pagination:
    """The paging parameters and fields of one operation.

    ``offset`` and ``limit`` are query parameters; ``items`` and ``total`` are fields of the answer,
    ``total`` None where it has none.
    """

    by_page: bool
    offset: str
    limit: str
    items: str
    total: str | None


def read_pagination(node: Mapping[str, Any] | None) -> Pagination | None:
    """Build the record; None for an operation whose answers have no pages.

    ``style`` is ``page`` where the offset is the number of a page, ``offset`` where it is that of
    an item. Raises KeyError for a part that is missing.
    """
    if node is None:
        return None
    return Pagination(
        by_page=node["style"] == "page",
        offset=node["offset"],
        limit=node["limit"],
        items=node["items"],
        total=node["total"],
    )


def read_rows(node: Mapping[str, Any] | None) -> Rows | None:
    """Build the record; None for an operation that does not say it."""
    if node is None:
        return None
    return Rows(node["items"], node["time"], frozenset(node.get("full", ())))
