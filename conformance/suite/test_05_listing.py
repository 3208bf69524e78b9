"""Chapter 5: the list of applications (5.2): its pages, its filter, its count."""

from __future__ import annotations

from typing import Any

from conformance.model.exchange import Exchange
from conformance.suite.applications import ACTIVE, INACTIVE, differences, part, plain
from conformance.suite.pages import (
    APPS,
    LARGEST,
    Listing,
    Pages,
    Whole,
    agree,
    judge_pages,
    undisturbed,
)
from conformance.suite.rules import Inconclusive, Scenario, rules, same

_ENOUGH = 11
"""More applications than the usual wrong default of ten per page."""

_STATES = (ACTIVE, INACTIVE, "ARREARS")
"""What can be asked for (table 5-9)."""


@rules(
    "ListApps/rule/count-is-total", "ListApps/rule/page-size", "ListApps/rule/pages-disjoint",
    "ListApps/rule/pages-complete", "ListApps/rule/first-page-zero",
    "ListApps/rule/default-offset", "ListApps/rule/default-limit",
    "ListApps/rule/page-past-end", "ListApps/rule/order-stable", "ListApps/rule/ids-unique",
)  # fmt: skip
def test_pages_of_applications_join_up(scenario: Scenario) -> None:
    """Table 5-9: offset is the number of a page, from 0; limit its size, 100 by default.

    Table 5-12: count is the number of applications, whatever the page.
    """
    ours = _provided(scenario)
    try:
        before, read, after = _read(scenario, APPS)
    except Inconclusive:
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
        not repeated, f"listed twice: {', '.join(repeated)}",
        expected="every application once", actual=repeated, exchange=before.exchange,
    )  # fmt: skip


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
        scenario, listing, lambda whole: Pages.of(scenario, listing, len(whole.rows)),
        sound=agree, of=_touched,
    )  # fmt: skip


def _judge_defaults(scenario: Scenario, before: Whole, read: Pages) -> None:
    scenario.rule("ListApps/rule/default-offset").equal(
        APPS.rows(read.unnumbered), list(before.rows[: read.size]),
        f"the page of limit {read.size} without offset", read.unnumbered,
    )  # fmt: skip
    scenario.rule("ListApps/rule/default-limit").equal(
        APPS.rows(read.unasked), list(before.rows[:LARGEST]),
        f"the list without limit, of {len(before.rows)} applications", read.unasked,
    )  # fmt: skip


def _judge_counts(scenario: Scenario, before: Whole, read: Pages) -> None:
    exchanges = (before.exchange, read.unasked, read.unnumbered, *read.pages)
    counts = [APPS.count(exchange) for exchange in exchanges]
    wrong = next((e for e in exchanges if not same(APPS.count(e), len(before.rows))), None)
    scenario.rule("ListApps/rule/count-is-total").that(
        wrong is None, "count is not the number of applications on every page",
        expected=len(before.rows), actual=counts, exchange=wrong,
    )  # fmt: skip


@rules(
    "ListApps/rule/state-filter", "ListApps/rule/state-filters-partition",
    "ListApps/rule/count-follows-filter", "ListApps/rule/deleted-is-no-filter",
)  # fmt: skip
def test_the_state_filter_chooses(scenario: Scenario) -> None:
    """Table 5-9: with a state asked for, the applications in it and no others."""
    if scenario.lab.settings.allow_writes:
        scenario.fresh("app")
        scenario.make("StopApp", path={"app_id": scenario.fresh("app")})
    before, chosen, _ = undisturbed(
        scenario, APPS, lambda _: {state: _of(scenario, state) for state in _STATES},
        sound=_are_parts, of=_state,
    )  # fmt: skip
    refused = scenario.send("ListApps", query={"state": "DELETED"})
    scenario.rule("ListApps/rule/deleted-is-no-filter").refused(refused, 400, "RTC.00001003")
    if not any(whole.rows for whole in chosen.values()):
        raise Inconclusive("no data: no application is in a state that can be asked for")
    _judge_filter(scenario, chosen)
    _judge_partition(scenario, before, chosen)
    _judge_filtered_count(scenario, chosen)


def _of(scenario: Scenario, state: str) -> Whole:
    return APPS.where(state=state).whole(scenario)


def _state(row: Any) -> object:
    return part(row, "state", "state")


def _are_parts(before: Whole, chosen: dict[str, Whole]) -> bool:
    """Whether each state holds what the whole list has in it, and counts it."""
    return all(
        sorted(map(str, whole.ids))
        == sorted(str(row.get("app_id")) for row in before.rows if _state(row) == state)
        and APPS.count(whole.exchange) == len(whole.rows)
        for state, whole in chosen.items()
    )


def _judge_filter(scenario: Scenario, chosen: dict[str, Whole]) -> None:
    for state, whole in chosen.items():
        others = {row.get("app_id"): _state(row) for row in whole.rows if _state(row) != state}
        scenario.rule("ListApps/rule/state-filter").that(
            not others, f"asked for {state}", expected=f"only applications in state {state}",
            actual=others, exchange=whole.exchange,
        )  # fmt: skip


def _judge_partition(scenario: Scenario, before: Whole, chosen: dict[str, Whole]) -> None:
    found = sorted(str(one) for whole in chosen.values() for one in whole.ids)
    wanted = sorted(str(row.get("app_id")) for row in before.rows if _state(row) in _STATES)
    scenario.rule("ListApps/rule/state-filters-partition").equal(
        found, wanted, "what the three states hold together", before.exchange
    )


def _judge_filtered_count(scenario: Scenario, chosen: dict[str, Whole]) -> None:
    for state, whole in chosen.items():
        scenario.rule("ListApps/rule/count-follows-filter").equal(
            APPS.count(whole.exchange), len(whole.rows), f"count of {state}", whole.exchange
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
        counts, [number, number + 1, number],
        "count before a create, after it, and after the deletion", grown.exchange,
    )  # fmt: skip


@rules("ListApps/rule/same-as-show")
def test_a_listed_application_is_the_one_that_is_shown(scenario: Scenario) -> None:
    """Tables 5-13 and 5-26 are the same: list and single view agree on every field."""
    if scenario.lab.settings.allow_writes:
        app = scenario.fresh("app")
        scenario.make("UpdateRecordCallback", example="full", path={"app_id": app})
        scenario.make("StopApp", path={"app_id": app})
    rows = APPS.whole(scenario).rows
    if not rows:
        raise Inconclusive("no data: the tenant has no applications")
    judged = 0
    for row in {id(row): row for row in (rows[0], rows[len(rows) // 2], rows[-1])}.values():
        shown = scenario.send("ShowApp", path={"app_id": row.get("app_id")})
        if shown.status == 200 or not _deleted_since(scenario, row):
            _judge_row(scenario, row, shown)
            judged += 1
    if not judged:
        raise Inconclusive("the listed applications were deleted before they could be shown")


def _deleted_since(scenario: Scenario, row: dict[str, Any]) -> bool:
    return not APPS.whole(scenario).named(str(row.get("app_id")))


def _judge_row(scenario: Scenario, row: dict[str, Any], shown: Exchange) -> None:
    rule = scenario.rule("ListApps/rule/same-as-show")
    if not rule.that(
        shown.status == 200, f"application {row.get('app_id')} is listed",
        expected="200 from ShowApp", exchange=shown,
    ):  # fmt: skip
        return
    listed = plain(row)
    apart = {name: pair for name, pair in differences(row, shown.json).items() if name in listed}
    if apart:
        again = next(iter(APPS.whole(scenario).named(str(row.get("app_id")))), row)
        apart = {name: pair for name, pair in differences(again, shown.json).items()
                 if name in plain(again)}  # fmt: skip
    rule.that(
        not apart, f"application {row.get('app_id')} differs in {', '.join(apart)}",
        expected={name: pair[0] for name, pair in apart.items()},
        actual={name: pair[1] for name, pair in apart.items()}, exchange=shown,
    )  # fmt: skip
