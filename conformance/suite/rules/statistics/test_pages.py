"""Chapter 13: pages by item offset (13.1, 13.2, 13.10, 13.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from conformance.engine.scenario import ABSENT, Inconclusive, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import FINEST, Listing, for_each, listing
from conformance.suite.kit.statistics.rows import (
    Row,
    rows_in_words,
    rows_not_in,
    rows_of,
    shapes,
    without_growing,
)
from conformance.suite.kit.statistics.time_windows import DAY, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

QOS = "ListRtcClientQosDetails"
JOINED = (
    "pages-disjoint",
    "pages-join",
    "page-within-limit",
    "offset-counts-items",
    "offset-beyond-end-empty",
)
TOTALS = ("total-same-on-pages", "total-counts-items")
PAGED = {
    "ListRtcRoomList": (*JOINED, *TOTALS, "page-echoed"),
    "ListRtcUserList": (*JOINED, *TOTALS, "page-echoed"),
    QOS: JOINED,
    "ListRtcAbnormalEvents": (*JOINED, *TOTALS),
}
_LONGEST_PAGE = 20


@dataclass(frozen=True, slots=True)
class _Page:
    """One page as it was asked for and as it came back."""

    limit: int
    offset: int
    items: int
    rows: Sequence[Row]
    exchange: Exchange

    def field(self, name: str) -> Any:
        """A field at the top of the answer."""
        return self.exchange.json.get(name) if isinstance(self.exchange.json, dict) else None


@dataclass(frozen=True, slots=True)
class _Walk:
    """The whole, two pages that follow one another, one from the second item on, one past the end.

    The first page is asked for without an offset, which skips nothing. ``plain`` is the query
    without limit and offset, ``unlimited`` has offset 1 alone. ``due`` are the numbers of rows that
    the two pages may hold together, ``seconds`` what may be on the page from the second item on: in
    13.10 a limit may count series or samples. ``past`` is None where it was refused, as it may be.
    """

    operation: str
    whole: Listing
    pages: tuple[_Page, _Page]
    second: _Page
    past: _Page | None
    plain: Exchange
    unlimited: Exchange
    due: tuple[int, ...]
    seconds: tuple[Sequence[Row], ...]

    @property
    def all(self) -> tuple[_Page, ...]:
        """Every page but the whole."""
        asked = (*self.pages, self.second)
        return asked if self.past is None else (*asked, self.past)

    @property
    def joined(self) -> list[Row]:
        """The rows of the two pages, one after the other."""
        return [row for page in self.pages for row in page.rows]


@for_each(PAGED)
def test_pages_join_up(scenario: Scenario, operation: str) -> None:
    """13.1, 13.2, 13.10, 13.13: ``offset`` skips items, ``limit`` is the most that a page holds.

    Two pages, one that begins with the second item and one past the end are held against the same
    query with a limit that takes everything in.
    """
    window = time_window(scenario, operation)
    query = {
        **FINEST.get(operation, {}),
        **window.query(window.past(scenario.lab.now(), min(window.longest, DAY))),
    }
    findings = _findings(_walk(scenario, operation, query))
    if any(found.problem for name, found in findings.items() if name in PAGED[operation]):
        findings = _findings(_walk(scenario, operation, query))
    for name in PAGED[operation]:
        if name in findings:
            judge(scenario.rule(f"{operation}/rule/{name}"), findings[name])
    if operation in FINEST and "total-counts-items" in PAGED[operation]:
        rule = scenario.rule(f"{operation}/rule/total-counts-items")
        judge(rule, settle(scenario, lambda _: _summed_up(scenario, operation)))


def _summed_up(scenario: Scenario, operation: str) -> Comparison:
    """The total of rows that are no more as fine as they come, of a week."""
    window = time_window(scenario, operation)
    week = window.query(window.past(scenario.lab.now(), min(window.longest, 7 * DAY)))
    coarse = listing(scenario, operation, {**week, **dict.fromkeys(FINEST[operation], ABSENT)})
    return Comparison(
        coarse.exchange,
        "" if coarse.total == len(coarse.rows) else "total is not the number of rows of all pages",
        str(len(coarse.rows)),
        str(coarse.total),
    )


def _walk(scenario: Scenario, operation: str, query: Mapping[str, Any]) -> _Walk:
    whole = listing(scenario, operation, query)
    plain = scenario.make(operation, query=query)
    items = _items(operation, whole.exchange) if operation == QOS else len(whole.rows)
    if max(items, _items(operation, plain)) < 2:
        raise Inconclusive(f"no data: {operation} shows fewer than two items of the past day")
    limit = min(items // 2 + 1 if items > 2 else 1, _LONGEST_PAGE)
    pages = (
        _page(scenario, operation, query, limit, None),
        _page(scenario, operation, query, limit, limit),
    )
    second = _page(scenario, operation, query, limit, 1)
    past = _past(scenario, operation, query, limit, len(whole.rows))
    due: tuple[int, ...] = (min(2 * limit, len(whole.rows)),)
    seconds: tuple[Sequence[Row], ...] = (whole.rows[1 : 1 + limit],)
    if operation == QOS:
        joined, shifted = (
            _series(whole.exchange, start, length) for start, length in ((0, 2 * limit), (1, limit))
        )
        due, seconds = (*due, len(joined)), (*seconds, shifted)
    unlimited = scenario.make(operation, query={**query, "offset": 1})
    return _Walk(operation, whole, pages, second, past, plain, unlimited, due, seconds)


def _page(
    scenario: Scenario, operation: str, query: Mapping[str, Any], limit: int, offset: int | None
) -> _Page:
    asked = {**query, "limit": limit, **({} if offset is None else {"offset": offset})}
    return _read(operation, scenario.make(operation, query=asked), limit, offset or 0)


def _past(
    scenario: Scenario, operation: str, query: Mapping[str, Any], limit: int, offset: int
) -> _Page | None:
    """The page past the end; None where it is refused, which no sentence forbids."""
    rule = scenario.rule(f"{operation}/rule/offset-beyond-end-empty")
    accepted = scenario.lab.contract.answers_of(rule.id)
    asked = {**query, "limit": limit, "offset": offset}
    exchange = scenario.send(operation, query=asked, accept=accepted)
    if not rule.permitted(exchange) or exchange.status == HTTPStatus.BAD_REQUEST:
        return None
    return _read(operation, exchange, limit, offset)


def _read(operation: str, exchange: Exchange, limit: int, offset: int) -> _Page:
    rows = rows_of(operation, exchange.json)
    return _Page(limit, offset, _items(operation, exchange), rows, exchange)


def _items(operation: str, exchange: Exchange) -> int:
    listed = (
        exchange.json.get(shapes()[operation].items) if isinstance(exchange.json, dict) else None
    )
    return len(listed) if isinstance(listed, list) else 0


def _series(exchange: Exchange, start: int, length: int) -> list[Row]:
    """The samples of some of the series of 13.10, counted by series."""
    answer = exchange.json if isinstance(exchange.json, dict) else {}
    series = answer.get("data") or []
    return rows_of(QOS, {**answer, "data": series[start : start + length]})


def _findings(walk: _Walk) -> dict[str, Comparison]:
    """What the walk shows, by rule."""
    last = walk.pages[1].exchange
    twice = rows_not_in(without_growing(walk.joined), without_growing(walk.whole.rows))
    joined = without_growing(walk.joined)
    joins = len(joined) in walk.due and joined == without_growing(walk.whole.rows[: len(joined)])
    wanted = (
        f"{' or '.join(map(str, walk.due))} rows, beginning as {rows_in_words(walk.whole.rows)}"
    )
    second = without_growing(walk.second.rows)
    shifted = any(second == without_growing(rows) for rows in walk.seconds)
    return {
        "pages-disjoint": Comparison(
            last,
            "an item is on two pages, or on a page and not in the whole" if twice else "",
            "each item once",
            rows_in_words(twice),
        ),
        "pages-join": Comparison(
            last,
            "" if joins else f"two pages of {walk.second.limit} do not join up to the whole",
            wanted,
            rows_in_words(joined),
        ),
        "offset-counts-items": _beginning(walk)
        if shifted
        else Comparison(
            walk.second.exchange,
            "offset 1 does not begin with the second item",
            rows_in_words(walk.seconds[-1]),
            rows_in_words(second),
        ),
        **_limits(walk),
        **_totals(walk),
    }


def _beginning(walk: _Walk) -> Comparison:
    """Offset 0 skips nothing: it begins as the answer without an offset does."""
    plain = without_growing(rows_of(walk.operation, walk.plain.json))
    whole = without_growing(walk.whole.rows)
    length = min(len(plain), len(whole)) or len(plain)
    if plain[:length] != whole[:length]:
        problem = "offset 0 leaves out the first items"
        wanted = f"as without offset: {rows_in_words(plain)}"
        return Comparison(walk.whole.exchange, problem, wanted, rows_in_words(whole))
    return _unlimited(walk)


def _unlimited(walk: _Walk) -> Comparison:
    """Offset 1 without a limit begins with the second item too, however many it answers."""
    rows = without_growing(rows_of(walk.operation, walk.unlimited.json))
    wanted = [without_growing(walk.whole.rows[1:])]
    if walk.operation == QOS:
        wanted.append(without_growing(_series(walk.whole.exchange, 1, len(walk.whole.rows))))
    begins = any(rows == due[: len(rows)] and bool(rows) is bool(due) for due in wanted)
    problem = "" if begins else "offset 1 without a limit does not begin with the second item"
    return Comparison(walk.unlimited, problem, rows_in_words(wanted[-1]), rows_in_words(rows))


def _limits(walk: _Walk) -> dict[str, Comparison]:
    over_full = [page for page in walk.all if page.items > page.limit]
    worst = over_full[0] if over_full else walk.second
    echo = [
        page
        for page in walk.all
        if (page.field("limit"), page.field("offset")) != (page.limit, page.offset)
    ]
    other = echo[0] if echo else walk.second
    return {
        "page-within-limit": Comparison(
            worst.exchange,
            f"a page of limit {worst.limit} holds more" if over_full else "",
            f"at most {worst.limit} items",
            f"{worst.items} items",
        ),
        **_beyond(walk),
        "page-echoed": Comparison(
            other.exchange,
            "the page answers another limit or offset" if echo else "",
            f"limit {other.limit}, offset {other.offset}",
            f"limit {other.field('limit')}, offset {other.field('offset')}",
        ),
    }


def _beyond(walk: _Walk) -> dict[str, Comparison]:
    past = walk.past
    if past is None:
        return {}
    same = past.field("total") == walk.whole.total or walk.whole.total is None
    problem = f"offset {past.offset}, past the end, is answered with items or another total"
    return {
        "offset-beyond-end-empty": Comparison(
            past.exchange,
            "" if same and not past.items else problem,
            f"no items, total {walk.whole.total}",
            f"{past.items} items, total {past.field('total')}",
        )
    }


def _totals(walk: _Walk) -> dict[str, Comparison]:
    count, total = len(walk.whole.rows), walk.whole.total
    others = [page for page in walk.all if page.field("total") != total]
    other = others[0] if others else walk.second
    return {
        "total-same-on-pages": Comparison(
            other.exchange,
            f"offset {other.offset} has another total" if others else "",
            f"total {total}, as with everything on one page",
            f"total {other.field('total')}",
        ),
        "total-counts-items": Comparison(
            walk.whole.exchange,
            "" if total == count else "total is not the number of items",
            f"total {count}, as many as all pages hold",
            f"total {total}",
        ),
    }
