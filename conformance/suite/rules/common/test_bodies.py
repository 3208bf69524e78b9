"""Across everything: bodies that are too large, too deep, missing, or say more than they should."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.expectation import Expectation
from conformance.suite.kit.concurrent_runs import without_neighbours
from conformance.suite.kit.raw_requests import is_offered, or_failing, raw_request

pytestmark = pytest.mark.sparkrtc_phase("hostile")

MEGABYTES = 4 * 1024 * 1024
DEPTH = 1000
BODIES = ("CreateApp", "UpdateAutoRecord", "UpdateRecordCallback", "CreateIndividualStreamJob")
"""Operations with a body, of each kind: that make, that change, that start."""


@rules("common/body/oversized")
def test_a_body_of_megabytes(scenario: Scenario) -> None:
    """Four megabytes that no table declares: refused with 4xx, or taken (3.2)."""
    body = {"app_name": scenario.name("large"), "padding": "x" * MEGABYTES}
    operation = scenario.lab.contract.operation("CreateApp")
    refusal = scenario.lab.contract.refusal(operation, "too-large")
    accepted = Expectation((*(refusal.answers if refusal else ()), Answer(201)))
    exchange = scenario.send("CreateApp", body=body, accept=accepted)
    scenario.rule("common/body/oversized").answered(exchange, *accepted.answers)


@rules("common/body/deep-nesting")
@pytest.mark.parametrize("kind", ["arrays", "objects", "field"])
def test_a_body_a_thousand_levels_deep(scenario: Scenario, kind: str) -> None:
    """Refused with 4xx, whether the depth is that of the body or of a field (14.2)."""
    deep = b"[" * DEPTH + b"]" * DEPTH
    raw = {
        "arrays": deep,
        "objects": b'{"app_name":' * DEPTH + b"{}" + b"}" * DEPTH,
        "field": b'{"app_name":' + deep + b"}",
    }[kind]
    accepted = scenario.lab.contract.answers_of("common/body/deep-nesting")
    answers = [Answer(413, ("*",)) if a.status == 413 else a for a in accepted.answers]
    exchange = scenario.send("CreateApp", raw=raw, accept=or_failing(*answers))
    scenario.rule("common/body/deep-nesting").answered(exchange, *answers)


@rules("common/body/empty")
def test_a_body_that_is_missing(scenario: Scenario) -> None:
    """An operation that needs a body refuses a request without one (14.2)."""
    accepted = scenario.lab.contract.answers_of("common/body/empty")
    for operation in BODIES:
        if is_offered(scenario, operation):
            exchange = scenario.send(operation, raw=b"", accept=accepted)
            scenario.rule("common/body/empty").answered(exchange, *accepted.answers)


@rules("common/body/duplicate-member")
def test_a_member_that_is_there_twice(scenario: Scenario) -> None:
    """One of its values is taken, or the body is refused with 400 (14.2)."""
    rule = scenario.rule("common/body/duplicate-member")
    names = scenario.name("first"), scenario.name("second")
    raw = "{{{}}}".format(",".join(f'"app_name":{json.dumps(name)}' for name in names))
    exchange = scenario.send("CreateApp", raw=raw.encode())
    if rule.answered(exchange, Answer(201), Answer(400, ("*",))) and exchange.status == 201:
        shown = scenario.make("ShowApp", path={"app_id": exchange.json["app_id"]})
        rule.that(
            shown.json.get("app_name") in names,
            "the name of an application that was sent two names is neither of them",
            expected=" or ".join(names),
            actual=shown.json.get("app_name"),
            exchange=shown,
        )


@rules("common/body/undeclared-field-harmless")
def test_a_field_that_no_table_declares(scenario: Scenario) -> None:
    """Ignored or refused with 400, and never stored: no operation shows it (4.1)."""
    rule = scenario.rule("common/body/undeclared-field-harmless")
    mark = scenario.name("undeclared")
    extra: dict[str, Any] = {"undeclared_field": mark, "app_id": mark, "state": {"state": mark}}
    body = {"app_name": scenario.name("extra"), **extra}
    created = scenario.send("CreateApp", body=body)
    if not rule.answered(created, Answer(201), Answer(400, ("*",))) or created.status == 400:
        return
    path = {"app_id": created.json["app_id"]}
    callback = scenario.send("UpdateRecordCallback", path=path, change={"undeclared_field": mark})
    rule.answered(callback, Answer(scenario.success(callback)), Answer(400, ("*",)))
    for exchange in (created, callback, scenario.send("ShowApp", path=path)):
        stored = exchange.response is not None and mark.encode() in exchange.response.body
        rule.that(
            not stored or exchange.status >= 400,
            "a field that no table declares is kept and shown",
            expected="an answer without it",
            exchange=exchange,
        )


@rules("common/body/on-reads-ignored")
def test_a_body_that_nobody_asked_for(scenario: Scenario) -> None:
    """With a GET it does not change the answer, with a DELETE nothing else goes (3.1)."""
    rule = scenario.rule("common/body/on-reads-ignored")
    plain = scenario.make("ListApps")
    request = dataclasses.replace(raw_request(scenario, "ListApps"), body=b'{"limit": 1}')
    read = scenario.lab.send_raw(request)
    if rule.answered(read, Answer(200), Answer(400, ("*",))) and read.status == 200:
        found, wanted = (without_neighbours(scenario, one) for one in (read, plain))
        rule.equal(found, wanted, "the list of applications, asked for with a body", read)
    if not scenario.lab.settings.allows("writes"):
        return
    kept = scenario.given("app")
    gone = scenario.path_of("app", scenario.fresh("app"))
    deleted = scenario.send("DeleteApp", path=gone, body={"app_id": kept})
    rule.answered(deleted, Answer(scenario.success(deleted)), Answer(400, ("*",)))
    rule.succeeded(scenario.send("ShowApp", path={"app_id": kept}))
