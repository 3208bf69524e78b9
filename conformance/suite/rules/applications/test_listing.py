"""Chapter 5: the list of applications (5.2): its pages, its count."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario, rules, same
from conformance.suite.kit.applications import INACTIVE, part
from conformance.suite.kit.paged_lists import (
    APPS,
    LARGEST,
    Listing,
    Pages,
    Whole,
    agree,
    judge_pages,
    undisturbed,
)

_ENOUGH = 11
"""More applications than the usual wrong default of ten per page."""


@rules(
    "ListApps/rule/count-is-total",
    "ListApps/rule/page-size",
    "ListApps/rule/pages-disjoint",
    "ListApps/rule/pages-complete",
    "ListApps/rule/first-page-zero",
    "ListApps/rule/default-offset",
    "ListApps/rule/default-limit",
    "ListApps/rule/page-past-end",
    "ListApps/rule/order-stable",
    "ListApps/rule/ids-unique",
)
def test_pages_of_applications_join_up(scenario: Scenario) -> None:
    """Table 5-9: offset is the number of a page, from 0; limit its size, 100 by default.

    Table 5-12: count is the number of applications, whatever the page.
    """
    ours = _provided(scenario)
    try:
        before, read, after = _read(scenario, APPS)
    except Inconclusive:
        if not ours:  # of a filtered list nothing would be known to be in it
            raise
        for app in ours:
            scenario.make("StopApp", path={"app_id": app})
        before, read, after = _read(scenario, APPS.where(state=INACTIVE))
    if not (before.rows or ours or APPS.rows(read.unasked)):
        raise Inconclusive("no data: the tenant has no applications")
    judge_pages(scenario, before, read, after, ours)
    _judge_defaults(scenario, before, read)
    _judge_counts(scenario, before, read)
    scenario.rule("ListApps/rule/order-stable").equal(
        after.ids, before.ids, "the order of the same list, asked for again", after.exchange
    )
    repeated = sorted({str(one) for one in before.ids if before.ids.count(one) > 1})
    scenario.rule("ListApps/rule/ids-unique").that(
        not repeated,
        f"listed twice: {', '.join(repeated)}",
        expected="every application once",
        actual=repeated,
        exchange=before.exchange,
    )


def _touched(row: Any) -> object:
    """When another user changed it last: its state, its callback, its automatic recording."""
    places = (("state",), ("callbacks", "record_callback"), ("auto_record_mode",))
    return [part(row, *place, "update_time") for place in places]


def _provided(scenario: Scenario) -> list[str]:
    """Create applications until there are enough, where the target lets us: the ids of ours."""
    ours: list[str] = []
    if not scenario.lab.settings.allow_writes:
        return ours
    for _ in range(_ENOUGH - len(APPS.whole(scenario).rows)):
        made = scenario.send("CreateApp")
        if made.status != 201:
            break
        ours.append(str(part(made.json, "app_id")))
    return ours


def _read(scenario: Scenario, listing: Listing) -> tuple[Whole, Pages, Whole]:
    """A list and its pages, read while nobody changed it.

    Where others keep creating and deleting, the applications that are disabled are a list that
    they change less.
    """
    return undisturbed(
        scenario,
        listing,
        lambda whole: Pages.of(scenario, listing, len(whole.rows)),
        sound=agree,
        of=_touched,
    )


def _judge_defaults(scenario: Scenario, before: Whole, read: Pages) -> None:
    scenario.rule("ListApps/rule/default-offset").equal(
        APPS.rows(read.unnumbered),
        list(before.rows[: read.size]),
        f"the page of limit {read.size} without offset",
        read.unnumbered,
    )
    scenario.rule("ListApps/rule/default-limit").equal(
        APPS.rows(read.unasked),
        list(before.rows[:LARGEST]),
        f"the list without limit, of {len(before.rows)} applications",
        read.unasked,
    )


def _judge_counts(scenario: Scenario, before: Whole, read: Pages) -> None:
    exchanges = (before.exchange, read.unasked, read.unnumbered, *read.pages)
    counts = [APPS.count(exchange) for exchange in exchanges]
    wrong = next((e for e in exchanges if not same(APPS.count(e), len(before.rows))), None)
    scenario.rule("ListApps/rule/count-is-total").that(
        wrong is None,
        "count is not the number of applications on every page",
        expected=len(before.rows),
        actual=counts,
        exchange=wrong,
    )


@rules("ListApps/rule/count-follows-changes")
def test_count_follows_what_is_created_and_deleted(scenario: Scenario) -> None:
    """Table 5-12: count is the number of applications there are at the time."""

    def change(_: Whole) -> tuple[str, Whole]:
        app = str(part(scenario.make("CreateApp").json, "app_id"))
        grown = APPS.whole(scenario)
        scenario.make("DeleteApp", path={"app_id": app})
        return app, grown

    def follows(before: Whole, changed: tuple[str, Whole]) -> bool:
        return same(APPS.count(changed[1].exchange), len(before.rows) + 1)

    before, (_, grown), after = undisturbed(scenario, APPS, change, sound=follows)
    counts = [APPS.count(whole.exchange) for whole in (before, grown, after)]
    number = len(before.rows)
    scenario.rule("ListApps/rule/count-follows-changes").equal(
        counts,
        [number, number + 1, len(after.rows)],
        "count before a create, after it, and after the deletion",
        grown.exchange,
    )
