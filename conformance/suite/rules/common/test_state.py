"""Across everything: what reading, refusals and requests at the same time do to the state."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from conformance.engine.scenario import Blocked, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.concurrent_runs import without_neighbours
from conformance.suite.kit.paged_lists import rules_of
from conformance.suite.kit.raw_requests import is_offered, raw_request, with_other_method

AT_ONCE = 5
READS = (
    ("ListApps", None),
    ("ShowApp", "app"),
    ("ShowAutoRecord", "app"),
    ("ShowRecordCallback", "app"),
    ("ListRecordRules", "record_rule"),
    ("ShowRecordRule", "record_rule"),
    ("ShowMixJob", "mix_job"),
    ("ShowIndividualStreamJob", "individual_job"),
    ("ListObsBuckets", None),
)
"""Every operation that shows what has been made, with the kind whose path it takes."""
CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("CreateApp", {}),
    ("StopApp", {}),
    ("CreateRecordRule", {}),
    ("UpdateRecordRule", {}),
    ("UpdateAutoRecord", {"body": {"mode": "AUTO_RECORD_OFF"}}),
    ("UpdateRecordCallback", {"change": {"url": "https://example.com/other"}}),
    ("DeleteRecordRule", {}),
    ("DeleteApp", {}),
)
"""Operations that would change an application or its rule, were they not refused."""


@rules("common/state/reads-change-nothing")
def test_reading_changes_nothing(scenario: Scenario) -> None:
    """Every read, twice: the second round answers what the first did (3.1).

    A job may end or a clock tick between two rounds; a difference is looked at once more.
    """
    first = _round(scenario)
    second = _round(scenario)
    if any(second[name].json != first[name].json for name in first):
        first, second = second, _round(scenario)
    for name, exchange in second.items():
        found, wanted = (without_neighbours(scenario, one) for one in (exchange, first[name]))
        scenario.rule("common/state/reads-change-nothing").equal(
            found, wanted, f"what {name} answers after other reads", exchange
        )


def _round(scenario: Scenario) -> dict[str, Exchange]:
    writes = scenario.lab.settings.allows("writes")
    return {
        operation: scenario.make(operation, path=_path(scenario, kind))
        for operation, kind in READS
        if is_offered(scenario, operation) and (writes or kind is None)
    }


def _path(scenario: Scenario, kind: str | None) -> dict[str, Any]:
    return {} if kind is None else scenario.path_of(kind, scenario.given(kind))


@rules("common/state/refused-request-changes-nothing")
def test_a_refused_request_changes_nothing(scenario: Scenario) -> None:
    """Refused for its credentials or its method: all is as it was (14.1).

    What is refused for its content is judged beside each operation.
    """
    rule = scenario.rule("common/state/refused-request-changes-nothing")
    rules_path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = {"app_id": rules_path["app_id"]}
    before = _state(scenario, app, rules_path)
    for operation, how in CHANGES:
        owned = operation in {"UpdateRecordRule", "DeleteRecordRule"}
        path = {} if operation == "CreateApp" else rules_path if owned else app
        exchange = scenario.send(operation, path=path, credentials="wrong", **how)
        if exchange.status < 400:
            rule.inconclusive(f"{operation} with a wrong token answered {exchange.status}")
            return
    scenario.lab.send_raw(
        with_other_method(raw_request(scenario, "ShowApp", path=app), "PATCH", b'{"a": 1}')
    )
    after = _state(scenario, app, rules_path)
    for name, exchange in after.items():
        found, wanted = (without_neighbours(scenario, one) for one in (exchange, before[name]))
        rule.equal(found, wanted, f"what {name} answers after refusals", exchange)


def _state(scenario: Scenario, app: dict[str, Any], rule: dict[str, Any]) -> dict[str, Exchange]:
    paths = {"ListApps": {}, "ShowRecordRule": rule}
    shown = (
        "ShowApp",
        "ListRecordRules",
        "ShowRecordRule",
        "ShowAutoRecord",
        "ShowRecordCallback",
        "ListApps",
    )
    return {name: scenario.send(name, path=paths.get(name, app)) for name in shown}


@rules("CreateApp/rule/name-unique-at-once")
def test_one_name_asked_for_at_the_same_time(scenario: Scenario) -> None:
    """One tenant cannot have a name twice, however quickly it is asked for (5.1)."""
    rule = scenario.rule("CreateApp/rule/name-unique-at-once")
    name = scenario.name("one-name")
    asked = scenario.template("CreateApp", body={"app_name": name})
    made = scenario.lab.send_together([asked] * AT_ONCE)
    for exchange in made:
        rule.heard(exchange)
    ids = [
        exchange.json.get("app_id") for exchange in made if exchange.status == HTTPStatus.CREATED
    ]
    reasons = [reason for one in made if (reason := scenario.environmental_reason(one))]
    if not ids and reasons:
        rule.inconclusive(reasons[0])
        return
    rule.that(
        len(ids) == 1,
        f"{AT_ONCE} creates of one name at the same time made {len(ids)} applications",
        expected="one application; the other creates are refused",
        actual=ids,
        exchange=made[-1],
    )


@rules("CreateRecordRule/rule/one-per-location-at-once")
def test_rules_of_one_place_asked_for_at_the_same_time(scenario: Scenario) -> None:
    """An application has one rule in a location, however quickly it is asked for (6.1)."""
    rule = scenario.rule("CreateRecordRule/rule/one-per-location-at-once")
    app = scenario.fresh("app")
    asked = scenario.template("CreateRecordRule", path={"app_id": app})
    made = scenario.lab.send_together([asked] * AT_ONCE)
    for exchange in made:
        rule.heard(exchange)
    if not any(exchange.succeeded for exchange in made):
        raise Blocked(f"none of {AT_ONCE} creates at the same time made a rule")
    listed = rules_of(app).whole(scenario)
    rule.that(
        len(listed.rows) == 1,
        f"{AT_ONCE} creates of a rule in one location at the same time made {len(listed.rows)}",
        expected="one rule",
        actual=[row.get("rule_id") for row in listed.rows],
        exchange=listed.exchange,
    )


@rules("common/state/concurrent-creates")
def test_applications_made_at_the_same_time(scenario: Scenario) -> None:
    """Each gets an id of its own, and is there afterwards under its own name (5.1)."""
    rule = scenario.rule("common/state/concurrent-creates")
    names = [scenario.name("at-once") for _ in range(AT_ONCE)]
    made = scenario.lab.send_together(
        [scenario.template("CreateApp", body={"app_name": name}) for name in names]
    )
    for exchange in made:
        rule.heard(exchange)
    if any(scenario.has_code_of(exchange, "CreateApp/rule/at-most-20") for exchange in made):
        rule.inconclusive("the tenant has no room for more applications")
        return
    if not all(rule.succeeded(exchange) for exchange in made):
        return
    ids = [exchange.json.get("app_id") for exchange in made]
    rule.that(
        len(set(ids)) == AT_ONCE,
        "applications made at the same time share an id",
        expected=f"{AT_ONCE} ids",
        actual=", ".join(map(str, ids)),
        exchange=made[-1],
    )
    for identifier, name in zip(ids, names, strict=True):
        shown = scenario.send("ShowApp", path={"app_id": identifier})
        found = shown.json.get("app_name") if isinstance(shown.json, dict) else None
        rule.equal(found, name, f"the name of application {identifier}", shown)
