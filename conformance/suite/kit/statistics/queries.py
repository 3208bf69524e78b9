"""Queries of chapter 13: everything that one returns, from as many pages as that takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from conformance.engine.scenario import Blocked, Given, Inconclusive, Rule, Scenario, answer_excerpt
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.rows import Row, is_empty, rows_of, shapes
from conformance.suite.kit.statistics.time_windows import DAY, time_window

LARGEST_LIMIT = 1000
"""A ``limit`` that asks for everything at once; what a target cuts off is fetched page by page."""


_MODEST_LIMIT = 100
"""A ``limit`` for a target that refuses the other: no row of these lists names a largest one."""


_MOST_PAGES = 50


FINEST: Mapping[str, Mapping[str, Any]] = {
    "ListRtcUserList": {"type": "detail"},
    "ListRtcClientQosDetails": {"mid": ["appcpu", "abit", "vbit"]},
    "ListRtcAbnormalEventDimension": {"dimension": "abnormal_type,abnormal_factor"},
}
"""Parameters that make rows as fine as they come: one session, several series, whole groups."""


SOMETIMES_NEEDED: Mapping[str, Mapping[str, Any]] = {"ListRtcEvent": {"room_id": Given("room")}}
"""Parameters that one reading of the document demands (E-13-event-room-needed)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a query, the ``total`` that the answer states, and the last exchange it took."""

    rows: Sequence[Row]
    total: int | None
    exchange: Exchange


def listing(
    scenario: Scenario, operation: str, query: Mapping[str, Any], accepted_by: Rule | None = None
) -> Listing:
    """Everything that a query returns, from as many pages as that takes.

    ``accepted_by`` judges that the first page is answered at all. Raises Blocked when the query is
    refused, Inconclusive when its data are cut off.
    """
    rows: list[Row] = []
    limit = LARGEST_LIMIT
    for _ in range(_MOST_PAGES):
        page = _page(scenario, operation, {**query, **_paging(scenario, operation, rows, limit)})
        if page.status == HTTPStatus.BAD_REQUEST and not rows:
            limit = _MODEST_LIMIT
            paging = _paging(scenario, operation, rows, limit)
            page = _page(scenario, operation, {**query, **paging}) if paging else page
        if accepted_by is not None and not rows:
            accepted_by.succeeded(page)
        if page.status != scenario.success(page):
            raise Blocked(f"{operation} answered {answer_excerpt(page)}")
        found = rows_of(operation, page.json)
        rows += found
        total = page.json.get("total") if isinstance(page.json, dict) else None
        if limit == _MODEST_LIMIT and total is None and len(_items(operation, page.json)) >= limit:
            break
        if not found or not isinstance(total, int) or len(rows) >= total:
            return Listing(rows, total, page)
    raise Inconclusive(f"{operation} answers more than {len(rows)} items")


def recent(scenario: Scenario, operation: str) -> tuple[dict[str, str], Listing]:
    """A query over the past day with its result; over the longest span, if that is empty.

    Raises Inconclusive when both are empty.
    """
    window = time_window(scenario, operation)
    for length in dict.fromkeys((min(window.longest, DAY), window.longest)):
        query = window.query(window.past(scenario.lab.now(), length))
        found = listing(scenario, operation, query)
        if found.rows:
            return query, found
    raise Inconclusive(f"no data: {operation} shows nothing of the longest span")


def _page(scenario: Scenario, operation: str, query: Mapping[str, Any]) -> Exchange:
    asked = {**FINEST.get(operation, {}), **query}
    page = scenario.send(operation, query=asked)
    if page.status == 400 and operation in SOMETIMES_NEEDED:
        page = scenario.send(operation, query={**SOMETIMES_NEEDED[operation], **asked})
    if operation == "ListRtcClientQosDetails" and isinstance(page.json, dict):
        series = page.json.get("data") or ()
        if LARGEST_LIMIT in (len(series), len(rows_of(operation, page.json))):
            raise Inconclusive(f"{operation} answers {LARGEST_LIMIT} items or more")
    return page


def _paging(scenario: Scenario, operation: str, rows: Sequence[Row], limit: int) -> dict[str, int]:
    pages = scenario.lab.contract.operation(operation).pagination
    return {} if pages is None else {pages.limit: limit, pages.offset: len(rows)}


def _items(operation: str, answer: Any) -> list[Any]:
    listed = answer.get(shapes()[operation].items) if isinstance(answer, dict) else None
    return listed if isinstance(listed, list) else []


def for_each(
    operations: Mapping[str, Sequence[str]] | Iterable[str], *names: str, effort: str = "standard"
) -> pytest.MarkDecorator:
    """Run a test once for each operation; ``names`` (or the values) are the rules it judges."""
    table = operations if isinstance(operations, Mapping) else dict.fromkeys(operations, ())
    return pytest.mark.parametrize(
        "operation",
        [
            pytest.param(
                operation,
                id=operation,
                marks=pytest.mark.sparkrtc_rules(
                    *(f"{operation}/rule/{name}" for name in (*names, *more)), effort=effort
                ),
            )
            for operation, more in table.items()
        ],
    )


def has_data(scenario: Scenario, operation: str, **narrow: Any) -> bool:
    """Whether a query over the longest span, or over the past hour, returns any data."""
    query: dict[str, Any] = {**FINEST.get(operation, {}), **SOMETIMES_NEEDED.get(operation, {})}
    if scenario.lab.contract.operation(operation).window is not None:
        window = time_window(scenario, operation)
        query |= window.query(window.past(scenario.lab.now()))
    answer = scenario.send(operation, query={**query, **narrow})
    return not is_empty(rows_of(operation, answer.json))
