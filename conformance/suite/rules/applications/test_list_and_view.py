"""Chapter 5: what the list says of an application (5.2) and what is shown of it (5.3) agree."""

from __future__ import annotations

from typing import Any

from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.applications import differences, part, plain
from conformance.suite.kit.paged_lists import APPS

ON = "AUTO_INDIVIDUAL_RECORD"
"""Automatic recording of what each user sends (table 7-6)."""

_LOOKS = 3
"""How often two views are compared anew before they are said to differ: others change things."""


@rules("ListApps/rule/same-as-show", effort="quick")
def test_a_listed_application_is_the_one_that_is_shown(scenario: Scenario) -> None:
    """Tables 5-13 and 5-26 are the same: list and single view agree on every field.

    One application carries every field that there is.
    """
    app = _configured(scenario) if scenario.lab.settings.allow_writes else ""
    rows = APPS.whole(scenario).rows
    if not rows:
        raise Inconclusive("no data: the tenant has no applications")
    judged = 0
    chosen = [row for row in rows if row.get("app_id") == app] + [rows[0], rows[len(rows) // 2]]
    for row in {id(row): row for row in (*chosen, rows[-1])}.values():
        shown = scenario.send("ShowApp", path={"app_id": row.get("app_id")})
        if shown.status == 200 or not _deleted_since(scenario, row):
            _judge_row(scenario, row, shown)
            judged += 1
    if app:
        scenario.send("UpdateAutoRecord", path={"app_id": app}, body={"mode": "AUTO_RECORD_OFF"})
    if not judged:
        raise Inconclusive("the listed applications were deleted before they could be shown")


@rules("ListApps/rule/one-account")
def test_every_application_names_the_account(scenario: Scenario) -> None:
    """Table 5-13: tenant_name is the account's name, so that all have one, and the one known."""
    whole = APPS.whole(scenario)
    names = {str(row["app_id"]): row["tenant_name"] for row in whole.rows if row.get("tenant_name")}
    if not names:
        raise Inconclusive("no data: no application names its account")
    account = _account(scenario)
    wanted = next(iter(names.values())) if account is None else account
    scenario.rule("ListApps/rule/one-account").that(
        set(names.values()) == {wanted},
        "applications of one account name another account",
        expected=f"{in_json(wanted)} as the tenant_name of each",
        actual={app: name for app, name in names.items() if name != wanted},
        exchange=whole.exchange,
    )


def _account(scenario: Scenario) -> str | None:
    """The name of the account that the run acts for, where the run knows it."""
    try:
        return scenario.given("domain")
    except Blocked:
        return None


def _configured(scenario: Scenario) -> str:
    """An application with a callback and automatic recording, as far as they can be had."""
    app = scenario.fresh("app")
    path = {"app_id": app}
    scenario.make("UpdateRecordCallback", example="full", path=path)
    made = scenario.send("CreateRecordRule", path=path)
    if made.status == 201:
        setting = {"mode": ON, "record_rule_id": part(made.json, "rule_id")}
        scenario.send("UpdateAutoRecord", path=path, body=setting)
    scenario.make("StopApp", path=path)
    return app


def _deleted_since(scenario: Scenario, row: dict[str, Any]) -> bool:
    return not APPS.whole(scenario).named(str(row.get("app_id")))


def _judge_row(scenario: Scenario, row: dict[str, Any], shown: Exchange) -> None:
    rule = scenario.rule("ListApps/rule/same-as-show")
    if not rule.that(
        shown.status == 200,
        f"application {row.get('app_id')} is listed",
        expected="200 from ShowApp",
        exchange=shown,
    ):
        return
    apart = _apart(row, shown)
    for _ in range(_LOOKS):
        if not apart:
            break
        row = next(iter(APPS.whole(scenario).named(str(row.get("app_id")))), row)
        apart = _apart(row, scenario.send("ShowApp", path={"app_id": row.get("app_id")}))
    rule.that(
        not apart,
        f"application {row.get('app_id')} differs in {', '.join(apart)}",
        expected={name: pair[0] for name, pair in apart.items()},
        actual={name: pair[1] for name, pair in apart.items()},
        exchange=shown,
    )


def _apart(row: dict[str, Any], shown: Exchange) -> dict[str, Any]:
    """The fields of a listed application that are shown otherwise."""
    if shown.status != 200:
        return {}
    listed = plain(row)
    found = differences(row, shown.json)
    return {name: pair for name, pair in found.items() if name in listed}
