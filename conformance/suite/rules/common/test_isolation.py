"""Across everything: nothing of one tenant or project is seen or changed by another (14.2).

What one application must not see of another is judged beside the operations of chapters 6, 9, 10.
"""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.raw_requests import is_offered
from conformance.suite.kit.statistics.rows import lists_something
from conformance.suite.kit.statistics.time_windows import DAY, time_window

FOREIGN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ShowApp", "app", {}),
    ("StopApp", "app", {}),
    ("ListRecordRules", "app", {}),
    ("CreateRecordRule", "app", {}),
    ("UpdateAutoRecord", "app", {"body": {"mode": "AUTO_RECORD_OFF"}}),
    ("ShowRecordCallback", "app", {}),
    ("UpdateRecordCallback", "app", {}),
    ("ShowRecordRule", "record_rule", {}),
    ("DeleteRecordRule", "record_rule", {}),
    ("CreateMixJob", "app", {}),
    ("DeleteApp", "app", {}),
)
"""Operations on an application and on its rule, those that only look and those that change."""


@rules("common/isolation/foreign-tenant")
def test_another_tenant_neither_sees_nor_changes(scenario: Scenario) -> None:
    """With the credentials of another tenant an application is not there, and stays (14.2)."""
    rule = "common/isolation/foreign-tenant"
    accepted = scenario.lab.contract.answers_of(rule)
    if not scenario.lab.settings.allows("writes"):
        seen = {"app_id": scenario.given("populated_app")}
        exchange = scenario.send("ShowApp", path=seen, credentials="second", accept=accepted)
        scenario.rule(rule).answered(exchange, *accepted.answers)
        return
    path = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app = {"app_id": path["app_id"]}
    before = _own(scenario, app, path)
    for operation, kind, how in FOREIGN:
        if is_offered(scenario, operation):
            where = path if kind == "record_rule" else app
            exchange = scenario.send(
                operation, path=where, credentials="second", accept=accepted, **how
            )
            scenario.rule(rule).answered(exchange, *accepted.answers)
    for name, exchange in _own(scenario, app, path).items():
        scenario.rule(rule).equal(
            exchange.json, before[name].json, f"what {name} answers its owner afterwards", exchange
        )
    listed = scenario.make("ListApps", credentials="second")
    ids = [row.get("app_id") for row in listed.json.get("apps") or () if isinstance(row, dict)]
    scenario.rule(rule).that(
        app["app_id"] not in ids,
        "an application is listed for another tenant",
        expected="the applications of the caller's tenant alone",
        exchange=listed,
    )


def _own(scenario: Scenario, app: dict[str, Any], path: dict[str, Any]) -> dict[str, Exchange]:
    shown = {
        "ShowApp": app,
        "ListRecordRules": app,
        "ShowRecordRule": path,
        "ShowAutoRecord": app,
        "ShowRecordCallback": app,
    }
    return {name: scenario.send(name, path=where) for name, where in shown.items()}


@rules("common/isolation/foreign-project")
def test_another_project_sees_no_statistics(scenario: Scenario) -> None:
    """Sections 13.13 and 13.14 name no project: the credentials say whose data it is."""
    rule = scenario.rule("common/isolation/foreign-project")
    contract = scenario.lab.contract
    for operation in ("ListRtcAbnormalEvents", "ListRtcAbnormalEventDimension"):
        window = time_window(scenario, operation)
        past = window.past(scenario.lab.now(), min(window.longest, DAY))
        query = {"app": scenario.given("populated_app"), **window.query(past)}
        own = scenario.make(operation, query=query)
        if not lists_something(own):
            rule.inconclusive(f"no data: {operation} lists nothing for its owner")
            continue
        refusal = contract.refusal(contract.operation(operation), "unknown-app")
        exchange = scenario.send(operation, query=query, credentials="second", accept=refusal)
        if rule.answered(exchange, *(refusal.answers if refusal else ())):
            rule.that(
                not lists_something(exchange),
                f"{operation} shows what is another project's",
                expected="an empty list, or a refusal",
                exchange=exchange,
            )
