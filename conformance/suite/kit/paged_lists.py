"""Reads paginated lists (5.2, 6.2) and judges that the pages add up to the whole list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from conformance.engine.scenario import Inconclusive, Scenario, same
from conformance.model.exchange import Exchange

LARGEST = 100
"""The longest page (table 5-9), and the default."""

_ATTEMPTS = 8
_BELIEVED = 4
"""How many readings must show a deviation before it is taken for one."""

_MOST_PAGES = 50

Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its operation, the field of its items, their id, and the field of the count.

    ``path`` holds its path parameters, ``query`` filters it.
    """

    operation: str
    items: str
    key: str
    total: str | None = None
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)

    def where(self, **query: Any) -> Listing:
        """The same list with a filter."""
        return replace(self, query={**self.query, **query})

    def page(self, scenario: Scenario, **query: Any) -> Exchange:
        """One page. Raises Blocked unless the answer is a success."""
        return scenario.make(self.operation, path=self.path, query={**self.query, **query})

    def whole(self, scenario: Scenario) -> Whole:
        """The whole list, read by pages as large as possible."""
        first = last = self.page(scenario, offset=0, limit=LARGEST)
        rows = self.rows(first)
        number = 0
        while len(self.rows(last)) == LARGEST and number < _MOST_PAGES:
            number += 1
            last = self.page(scenario, offset=number, limit=LARGEST)
            rows += self.rows(last)
        return Whole(self, tuple(rows), first)

    def rows(self, exchange: Exchange) -> list[dict[str, Any]]:
        """The items of one page. Raises Inconclusive when it is not a list of objects."""
        found = exchange.json.get(self.items) if isinstance(exchange.json, dict) else None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Inconclusive(f"{self.operation} answered no list of {self.items}")
        return list(found)

    def ids(self, exchange: Exchange) -> list[Any]:
        """The ids of the items of one page, in order."""
        return [row.get(self.key) for row in self.rows(exchange)]

    def count(self, exchange: Exchange) -> Any:
        """The count in the answer."""
        return exchange.json.get(self.total) if isinstance(exchange.json, dict) else None


@dataclass(frozen=True, slots=True)
class Whole:
    """The items of a whole list; ``exchange`` is its first page."""

    listing: Listing
    rows: tuple[dict[str, Any], ...]
    exchange: Exchange

    @property
    def ids(self) -> list[Any]:
        """The ids of the items, in order."""
        return [row.get(self.listing.key) for row in self.rows]

    def named(self, identifier: str) -> list[dict[str, Any]]:
        """Every item with that id: exactly one, if the list is correct."""
        return [row for row in self.rows if row.get(self.listing.key) == identifier]


APPS = Listing("ListApps", "apps", "app_id", "count")
"""Every application of the tenant (5.2)."""


def rules_of(app: str) -> Listing:
    """The recording rules of an application (6.2)."""
    return Listing("ListRecordRules", "rules", "rule_id", path={"app_id": app})


def undisturbed(
    scenario: Scenario,
    listing: Listing,
    read: Callable[[Whole], Reading],
    *,
    sound: Callable[[Whole, Reading], bool],
    of: Callable[[dict[str, Any]], object] | None = None,
) -> tuple[Whole, Reading, Whole]:
    """What ``read`` sees while nobody else changes the list: the whole before, it, the whole after.

    ``of`` names what else of an item must not have changed. What others create and delete again
    in between leaves no trace in either whole: a reading that is not ``sound`` is believed only
    when several in a row were not. Raises Inconclusive when others do not stop.
    """
    before = listing.whole(scenario)
    unsound = 0
    for _ in range(_ATTEMPTS):
        reading = read(before)
        after = listing.whole(scenario)
        if _content(before, of) == _content(after, of):
            unsound += 1
            if unsound == _BELIEVED or sound(before, reading):
                return before, reading, after
        before = after
    raise Inconclusive("others kept changing the list while its pages were read")


def _content(whole: Whole, of: Callable[[dict[str, Any]], object] | None) -> list[str]:
    """What is listed and there: an application may still be listed when it is deleted (5.2)."""
    there = (row for row in whole.rows if not _is_deleted(row))
    return sorted(f"{row.get(whole.listing.key)} {of(row) if of else ''}" for row in there)


def _is_deleted(row: Mapping[str, Any]) -> bool:
    state = row.get("state")
    return isinstance(state, dict) and state.get("state") == "DELETED"


@dataclass(frozen=True, slots=True)
class Pages:
    """One list in pages of ``size``: all of them, the one past the end, the one without offset.

    ``last`` is the last item as a page of its own, which ends where the list ends: what is wrong
    with full last pages shows there. None where the list is empty.
    """

    size: int
    pages: tuple[Exchange, ...]
    past: Exchange
    unnumbered: Exchange
    unasked: Exchange
    last: Exchange | None

    @classmethod
    def of(cls, scenario: Scenario, listing: Listing, length: int) -> Pages:
        """Read a list of that length in two to four pages, the last one shorter if it can be."""
        size = max(1, length // 3 + 1)
        number = max(1, -(-length // size))
        past = listing.where(offset=number, limit=size)
        return cls(
            size,
            tuple(listing.page(scenario, offset=n, limit=size) for n in range(number)),
            scenario.send(past.operation, path=past.path, query=past.query),
            listing.page(scenario, limit=size),
            listing.page(scenario),
            listing.page(scenario, offset=length - 1, limit=1) if length else None,
        )


def agree(before: Whole, read: Pages) -> bool:
    """Whether the pages contain each item of the whole list once, with the right count."""
    listing = before.listing
    seen = [one for page in read.pages for one in listing.ids(page)]
    exchanges = (before.exchange, read.unasked, read.unnumbered, *read.pages)
    counted = listing.total is None or all(
        listing.count(exchange) == len(before.rows) for exchange in exchanges
    )
    ended = read.last is None or listing.ids(read.last) == before.ids[-1:]
    whole = len(listing.rows(read.unasked)) == len(before.rows)
    return seen == before.ids and counted and whole and ended


def judge_pages(
    scenario: Scenario, before: Whole, read: Pages, after: Whole, known: Collection[str]
) -> None:
    """Judge every paging rule that both lists share; ``known`` ids must be in the list."""
    listing = before.listing
    parts = [listing.rows(page) for page in read.pages]
    _judge_sizes(scenario, listing, read)
    seen = [row.get(listing.key) for part in (*parts, _past(read, listing)) for row in part]
    twice = sorted({str(one) for one in seen if seen.count(one) > 1})
    scenario.rule(f"{listing.operation}/rule/pages-disjoint").that(
        not twice,
        f"on two pages of {read.size}, or twice on one: {', '.join(twice)}",
        expected="every item on one page",
        actual=twice,
        exchange=read.pages[-1],
    )
    joined = [row for part in parts for row in part]
    in_order = before.ids == after.ids
    scenario.rule(f"{listing.operation}/rule/pages-complete").that(
        same(_sorted(joined, listing, in_order), _sorted(before.rows, listing, in_order)),
        f"{len(parts)} pages of {read.size}, one after the other, are not the whole list",
        expected=before.ids,
        actual=seen,
        exchange=read.pages[-1],
    )
    if read.last is not None and in_order:
        scenario.rule(f"{listing.operation}/rule/pages-complete").equal(
            listing.ids(read.last),
            before.ids[-1:],
            f"page {len(before.rows) - 1} of limit 1, the last one",
            read.last,
        )
    _judge_first(scenario, before, read, known)
    _judge_past_end(scenario, before, read)


def _past(read: Pages, listing: Listing) -> list[dict[str, Any]]:
    """The items of the page after the last one; none if it is refused."""
    return listing.rows(read.past) if read.past.status == 200 else []


def _judge_first(scenario: Scenario, before: Whole, read: Pages, known: Collection[str]) -> None:
    """Pages 0 and 1 are the first two, and what is found elsewhere is found from page 0 on.

    The list from page 0 on is not believed alone, since it would be the one that lacks a page:
    ``known`` and the answers without offset are held against it.
    """
    listing, size = before.listing, read.size
    pages = [*map(listing.rows, read.pages), _past(read, listing)]
    in_place = all(same(pages[n], list(before.rows[n * size : (n + 1) * size])) for n in (0, 1))
    elsewhere = {*listing.ids(read.unasked), *listing.ids(read.unnumbered), *known}
    missing = sorted(map(str, elsewhere - set(before.ids)))
    found = [row.get(listing.key) for page in pages[:2] for row in page]
    problem = f"offset 0 and 1 with limit {size} are not the first and the second page"
    if missing:
        problem = f"from offset 0 on the list lacks what it holds: {', '.join(missing[:4])}"
    scenario.rule(f"{listing.operation}/rule/first-page-zero").that(
        in_place and not missing,
        problem,
        expected=[*before.ids[: 2 * size], *missing],
        actual=found,
        exchange=read.pages[0],
    )


def _judge_sizes(scenario: Scenario, listing: Listing, read: Pages) -> None:
    lengths = [len(listing.rows(page)) for page in (*read.pages, read.unnumbered)]
    full = all(length == read.size for length in lengths[: len(read.pages) - 1])
    scenario.rule(f"{listing.operation}/rule/page-size").that(
        full and max(lengths) <= read.size,
        f"pages of limit {read.size} hold {lengths} items",
        expected=f"{read.size} on each but the last, never more",
        actual=lengths,
        exchange=read.pages[-1],
    )


def _judge_past_end(scenario: Scenario, before: Whole, read: Pages) -> None:
    listing = before.listing
    rule = scenario.rule(f"{listing.operation}/rule/page-past-end")
    rule.heard(read.past)
    found = read.past.json.get(listing.items) if isinstance(read.past.json, dict) else None
    counted = listing.total is None or listing.count(read.past) == len(before.rows)
    expected = "200 and an empty list"
    if listing.total is not None:
        expected += f", {listing.total} {len(before.rows)}"
    rule.that(
        read.past.status == 200 and found == [] and counted,
        f"the page after the last one (offset {len(read.pages)}, limit {read.size})",
        expected=expected,
        exchange=read.past,
    )


def _sorted(rows: Any, listing: Listing, in_order: bool) -> list[dict[str, Any]]:
    """The rows unchanged; by id where the list has no defined order."""
    rows = list(rows)
    return rows if in_order else sorted(rows, key=lambda row: str(row.get(listing.key)))
