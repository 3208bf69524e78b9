"""Long answers: every broken statement is found, told briefly, in memory that does not grow."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from conformance.checks.exchange import ExchangeChecks
from conformance.contract.document import Contract
from conformance.contract.validation import MOST, Validator
from conformance.model.exchange import Exchange, Request, Response

ROWS = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["total"],
    "properties": {"total": {"type": "integer"}, "rows": {"type": "array", "items": ROWS}},
}


def test_what_breaks_far_behind_is_found_at_its_place() -> None:
    """In the last of many rows, and beside them; told once."""
    rows: list[dict[str, Any]] = [{"id": "a"} for _ in range(5000)]
    rows[4321] = {"id": 7}
    rows[4999] = {}
    found = Validator(SCHEMA).violations({"total": "x", "rows": rows})
    assert [(v.path, v.keyword, v.place) for v in found] == [
        ("total", "type", "total"),
        ("rows[].id", "type", "rows[4321].id"),
        ("rows[].id", "required", "rows[4999].id"),
    ]


def test_one_statement_is_told_so_often_and_no_more() -> None:
    """Of thousands of places the first are told; what else is broken is not drowned by them."""
    rows: list[Any] = [{"id": 7} for _ in range(4000)]
    rows[3999] = "no row"
    found = Validator(SCHEMA).violations({"total": 1, "rows": rows})
    places = [v.place for v in found if v.path == "rows[].id"]
    assert places == [f"rows[{n}].id" for n in range(MOST)]
    assert [v.place for v in found if v.path == "rows[]"] == ["rows[3999]"]


def test_a_list_that_is_counted_is_not_cut() -> None:
    """What is said of a list as a whole is judged of the whole."""
    counted = {"properties": {"rows": {"type": "array", "maxItems": 2000}}}
    (found,) = Validator(counted).violations({"rows": [1] * 2001})
    assert (found.path, found.keyword) == ("rows", "maxItems")
    assert Validator(counted).violations({"rows": [1] * 2000}) == []


@pytest.mark.parametrize("row", [{"app_id": 7}, {"app_id": "a" * 32, "odd": 1}])
def test_memory_follows_the_rows_looked_at_and_not_their_number(
    contract: Contract, row: dict[str, Any]
) -> None:
    """Four times as many broken rows need hardly more memory to be judged, and say the same."""
    said, peaks = [], []
    for count in (2000, 8000):
        body = json.dumps({"count": count, "apps": [row] * count}).encode()
        headers = (("Content-Type", "application/json"), ("X-request-Id", "1"))
        request = Request("ListApps", "GET", "http://t/v2/apps", ())
        exchange = Exchange(1, "case", request, Response(200, headers, body, 0.1))
        assert exchange.response is not None
        assert exchange.response.json is not None  # what the body itself takes is not measured
        tracemalloc.start()
        found = ExchangeChecks(contract).check(exchange)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        said.append({key: (j.message, j.actual) for key, j in found.broken.items()})
    assert said[0] == said[1]
    assert said[0]
    assert peaks[1] < 1.5 * peaks[0]
