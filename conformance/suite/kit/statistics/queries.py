"""Queries of chapter 13 and the rows of their answers: reading, filtering, comparing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import pytest

from conformance.contract.document import load_contract
from conformance.contract.paging import Rows
from conformance.engine.scenario import Blocked, Given, Inconclusive, Rule, Scenario, answer_excerpt
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.time_windows import DAY, time_window

Row = Mapping[str, Any]

WHOLE = 1000
"""A ``limit`` that asks for everything at once; what a target cuts off is fetched page by page."""
_MODEST = 100
"""A ``limit`` for a target that refuses the other: no row of these lists names a largest one."""

_MOST_PAGES = 50
_BRACKETS = 3
"""How often two readings are compared again while others come and go."""


@lru_cache(maxsize=1)
def shapes() -> Mapping[str, Rows]:
    """Every operation of the chapter: where its answers have rows, which of their fields is a time.

    It is the same in every edition and under every pin.
    """
    operations = load_contract().operations.values()
    return {one.id: one.rows for one in operations if one.rows is not None}


FINE: Mapping[str, Mapping[str, Any]] = {
    "ListRtcUserList": {"type": "detail"},
    "ListRtcClientQosDetails": {"mid": ["appcpu", "abit", "vbit"]},
    "ListRtcAbnormalEventDimension": {"dimension": "abnormal_type,abnormal_factor"},
}
"""What makes the rows of an answer single sessions, several series, whole groups."""


NEEDED: Mapping[str, Mapping[str, Any]] = {"ListRtcEvent": {"room_id": Given("room")}}
"""What a query has to have in one of the readings of the document (E-13-event-room-needed)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that a query returns, with the last exchange that it took."""

    rows: Sequence[Row]
    total: int | None
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of comparing answers; without a ``problem`` they are as expected."""

    exchange: Exchange
    problem: str = ""
    expected: object = ""
    actual: object = ""


def rows_of(operation: str, answer: Any) -> list[Row]:
    """The rows of an answer: series are taken apart into samples, the user of 13.12 is added.

    A row is one room, one user, one sample, one day, one event or one group.
    """
    if not isinstance(answer, dict):
        return []
    listed = answer.get(shapes()[operation].items)
    found: list[Row] = (
        [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    )
    if operation == "ListRtcClientQosDetails":
        return [
            {**{name: series.get(name) for name in ("uid", "peerid", "mid")}, **sample}
            for series in found
            for sample in series.get("data") or ()
            if isinstance(sample, dict)
        ]
    if operation == "ListRtcEvent" and not isinstance(listed, list) and "event_id" in answer:
        return [answer]
    if operation == "ListRtcAbnormalEvent":
        user = {name: answer.get(name) for name in ("room_id", "uid", "exp_id")}
        return [{**user, **row} for row in found]
    return found


def listing(
    scenario: Scenario, operation: str, query: Mapping[str, Any], accepted_by: Rule | None = None
) -> Listing:
    """Everything that a query returns, from as many pages as that takes.

    ``accepted_by`` judges that the first page is answered at all. Raises Blocked when the query is
    refused, Inconclusive when its data are cut off.
    """
    rows: list[Row] = []
    limit = WHOLE
    for _ in range(_MOST_PAGES):
        page = _page(scenario, operation, {**query, **_paging(scenario, operation, rows, limit)})
        if page.status == HTTPStatus.BAD_REQUEST and not rows:
            limit = _MODEST
            paging = _paging(scenario, operation, rows, limit)
            page = _page(scenario, operation, {**query, **paging}) if paging else page
        if accepted_by is not None and not rows:
            accepted_by.succeeded(page)
        if page.status != scenario.success(page):
            raise Blocked(f"{operation} answered {answer_excerpt(page)}")
        found = rows_of(operation, page.json)
        rows += found
        total = page.json.get("total") if isinstance(page.json, dict) else None
        if limit == _MODEST and total is None and len(_items(operation, page.json)) >= limit:
            break
        if not found or not isinstance(total, int) or len(rows) >= total:
            return Listing(rows, total, page)
    raise Inconclusive(f"{operation} answers more than {len(rows)} items")


def lately(scenario: Scenario, operation: str) -> tuple[dict[str, str], Listing]:
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
    asked = {**FINE.get(operation, {}), **query}
    page = scenario.send(operation, query=asked)
    if page.status == 400 and operation in NEEDED:
        page = scenario.send(operation, query={**NEEDED[operation], **asked})
    if operation == "ListRtcClientQosDetails" and isinstance(page.json, dict):
        series = page.json.get("data") or ()
        if WHOLE in (len(series), len(rows_of(operation, page.json))):
            raise Inconclusive(f"{operation} answers {WHOLE} items or more")
    return page


def _paging(scenario: Scenario, operation: str, rows: Sequence[Row], limit: int) -> dict[str, int]:
    pages = scenario.lab.contract.operation(operation).pagination
    return {} if pages is None else {pages.limit: limit, pages.offset: len(rows)}


def _items(operation: str, answer: Any) -> list[Any]:
    listed = answer.get(shapes()[operation].items) if isinstance(answer, dict) else None
    return listed if isinstance(listed, list) else []


def over(
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


def nothing(rows: Iterable[Row]) -> bool:
    """Whether rows show no data: there are none, or all their numbers are zero."""
    return all(
        not value for row in rows for value in row.values() if isinstance(value, (int, float))
    ) and not any(_is_thing(row) for row in rows)


def has_data(scenario: Scenario, operation: str, **narrow: Any) -> bool:
    """Whether a query over the longest span, or over the past hour, returns any data."""
    query: dict[str, Any] = {**FINE.get(operation, {}), **NEEDED.get(operation, {})}
    if scenario.lab.contract.operation(operation).window is not None:
        window = time_window(scenario, operation)
        query |= window.query(window.past(scenario.lab.now()))
    answer = scenario.send(operation, query={**query, **narrow})
    return not nothing(rows_of(operation, answer.json))


def _is_thing(row: Row) -> bool:
    """A room, a user, an event: something that is no number at a time, and that has a name."""
    return any(row.get(name) for name in ("room_id", "uid", "event_id", "dimension"))


def still(rows: Iterable[Row]) -> list[Row]:
    """The rows without the ``duration`` of rooms that are still open, which keeps growing."""
    return [
        {name: value for name, value in row.items() if name != "duration"}
        if row.get("end_time") == "-"
        else row
        for row in rows
    ]


def number(row: Row, name: str) -> float:
    """A number of a row; 0 for anything else, which the schema's own checks judge."""
    value = row.get(name)
    return value if isinstance(value, (int, float)) else 0


def beyond(part: Iterable[Row], whole: Iterable[Row]) -> list[Row]:
    """The rows of ``part`` that are not, equally often, in ``whole``."""
    left = Counter(map(_text, whole))
    missing: list[Row] = []
    for row in part:
        if left[_text(row)]:
            left[_text(row)] -= 1
        else:
            missing.append(row)
    return missing


def narrowed(
    found: Listing, whole: Listing, narrow: Mapping[str, Any], field: str, values: Collection[Any]
) -> Finding:
    """Compare a filter's result with the rows of the whole that have one of the values."""
    asked = ", ".join(f"{name}={value}" for name, value in narrow.items())
    rows, due = still(found.rows), still(row for row in whole.rows if row.get(field) in values)
    foreign = [row for row in rows if row.get(field) not in values]
    strange, lost = beyond(rows, still(whole.rows)), beyond(due, rows)
    problem, seen = "", rows
    if foreign:
        problem, seen = f"with {asked}, the answer has items that it should leave out", foreign
    elif strange:
        problem, seen = f"with {asked}, the answer has items that are absent without it", strange
    elif lost:
        problem = f"with {asked}, items are missing that are present without it"
    elif found.total not in (None, len(rows)):
        return Finding(
            found.exchange,
            f"with {asked} the total is not that of the items it leaves",
            f"total {len(rows)}",
            f"total {found.total}",
        )
    return Finding(found.exchange, problem, show(due), show(seen))


def held(
    scenario: Scenario,
    operation: str,
    whole: tuple[Mapping[str, Any], Listing],
    narrow: Mapping[str, Any],
    field: str,
    values: Collection[Any],
) -> Finding:
    """Query with a filter and compare the result with the whole; return query and result.

    If they differ, both are asked for once more.
    """
    query, before = whole

    def look(again: bool) -> Finding:
        every = listing(scenario, operation, query) if again else before
        found = listing(scenario, operation, {**query, **narrow})
        return narrowed(found, every, narrow, field, values)

    return settle(scenario, look)


def settle(scenario: Scenario, look: Callable[[bool], Finding]) -> Finding:
    """Look, and if there is a problem look again: data may have moved between two queries.

    ``look`` is told whether it has to ask for everything anew. Where others use the target, who
    is there is read before and after it: a problem that was seen while somebody came or went says
    nothing. Raises Inconclusive when they do not stop.
    """
    found = look(False)
    if not found.problem:
        return found
    if not scenario.lab.settings.others_may_move:
        return look(True)
    for _ in range(_BRACKETS):
        before = _present(scenario)
        found = look(True)
        if not found.problem or _present(scenario) == before:
            return found
    raise Inconclusive(
        f"others did not stop: users came or went during each of {_BRACKETS} comparisons"
    )


def _present(scenario: Scenario) -> tuple[object, ...]:
    """Who is in a room, and how many have joined in the past day."""
    operation = "ListRtcUserList"
    window = time_window(scenario, operation)
    now = scenario.lab.now()
    query = {window.start: window.write(now - DAY), **FINE[operation], "limit": WHOLE}
    online = scenario.make(operation, query={**query, "state": "ONLINE"})
    everybody = scenario.make(operation, query={**query, "limit": 1})
    sessions = sorted(str(row.get("session")) for row in rows_of(operation, online.json))
    return (*sessions, *(it.json.get("total") for it in (online, everybody)))


def tell(rule: Rule, found: Finding) -> bool:
    """Judge a rule by the result of a comparison."""
    return rule.that(
        not found.problem,
        found.problem,
        expected=found.expected,
        actual=found.actual,
        exchange=found.exchange,
    )


def show(rows: Sequence[Row], most: int = 2) -> str:
    """The number of rows, and the first of them, for people."""
    first = "; ".join(json.dumps(row, ensure_ascii=False) for row in rows[:most])
    return f"{len(rows)} rows: {first}" if rows else "no rows"


def _text(row: Row) -> str:
    return json.dumps(row, sort_keys=True)
