"""Chapter 6: the list of an application's recording rules (6.2)."""

from __future__ import annotations

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.applications import part
from conformance.suite.kit.paged_lists import (
    APPS,
    LARGEST,
    Pages,
    Whole,
    agree,
    judge_pages,
    rules_of,
    undisturbed,
)
from conformance.suite.kit.recording_rules import plain

_LOOKED_AT = 5
"""Applications that are looked through for a rule, where none can be made."""

_PAGES: tuple[dict[str, int], ...] = ({"offset": 0}, {}, {"offset": 1})
"""The pages that are looked at: whoever numbers them wrongly shows a rule on another one."""


@rules(
    "ListRecordRules/rule/own-rules-only",
    "ListRecordRules/rule/one-per-location",
    "ListRecordRules/rule/same-as-show",
    "ListRecordRules/rule/first-page-zero",
    "ListRecordRules/rule/default-page",
    "ListRecordRules/rule/page-size",
    "ListRecordRules/rule/pages-disjoint",
    "ListRecordRules/rule/pages-complete",
    "ListRecordRules/rule/page-past-end",
)
def test_pages_of_rules_join_up(scenario: Scenario) -> None:
    """Table 6-19, with the defaults of table 5-9 (E-6-pagination-defaults); table 6-22."""
    app, known = _application_with_rules(scenario)
    listing = rules_of(app)
    before, read, after = undisturbed(
        scenario,
        listing,
        lambda whole: Pages.of(scenario, listing, len(whole.rows)),
        sound=agree,
    )
    judge_pages(scenario, before, read, after, known)
    default = scenario.rule("ListRecordRules/rule/default-page")
    default.equal(
        listing.rows(read.unasked),
        list(before.rows[:LARGEST]),
        "the list without offset and limit",
        read.unasked,
    )
    default.equal(
        listing.rows(read.unnumbered),
        list(before.rows[: read.size]),
        f"the page of limit {read.size} without offset",
        read.unnumbered,
    )
    _judge_rows(scenario, before)


def _application_with_rules(scenario: Scenario) -> tuple[str, list[str]]:
    """An application that has rules, and the ids of those that are known without its list."""
    if scenario.lab.settings.allow_writes:
        rule = scenario.given("record_rule")
        return str(scenario.path_of("record_rule", rule)["app_id"]), [rule]
    for row in APPS.whole(scenario).rows[:_LOOKED_AT]:
        app = str(row.get("app_id"))
        listing = rules_of(app)
        if any(listing.rows(listing.page(scenario, **page)) for page in _PAGES):
            return app, []
    raise Inconclusive("no data: no application with a recording rule was found")


def _judge_rows(scenario: Scenario, whole: Whole) -> None:
    app = whole.listing.path["app_id"]
    foreign = [row.get("app_id") for row in whole.rows if row.get("app_id") != app]
    scenario.rule("ListRecordRules/rule/own-rules-only").that(
        not foreign,
        "rules of other applications in the list",
        expected=app,
        actual=foreign,
        exchange=whole.exchange,
    )
    places = [part(row, "obs_addr", "location") for row in whole.rows]
    scenario.rule("ListRecordRules/rule/one-per-location").that(
        len(places) == len(set(map(str, places))),
        "two rules in one location",
        expected="every location once",
        actual=places,
        exchange=whole.exchange,
    )
    rule = scenario.rule("ListRecordRules/rule/same-as-show")
    for row in whole.rows:
        shown = scenario.send("ShowRecordRule", path={"app_id": app, "rule_id": row.get("rule_id")})
        rule.that(
            shown.status == 200 and plain(shown.json) == plain(row),
            "a listed rule is not the one that is shown",
            expected=f"200 {row}",
            exchange=shown,
        )
