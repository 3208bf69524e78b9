"""Across everything: texts and numbers that JSON can carry and a service may stumble over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.suite.kit.raw_requests import is_offered, or_failing

pytestmark = pytest.mark.sparkrtc_phase("hostile")

HUGE = 10**30
"""Beyond 64 bits, and beyond what a double holds exactly."""
CONTROLS = ("\n", "\t", "\x1b[31m", "\x7f", "\u0085", "\u202e")
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "+1", "0x1F", "01", ".5", "1_000")
MARK = "the-number-goes-here"


@rules("common/text/nul")
def test_a_name_with_a_nul(scenario: Scenario) -> None:
    """Refused with 400, or given back with the NUL where it was (3.1)."""
    _refused_or_kept(scenario, "common/text/nul", "before\0after")


@rules("common/text/control-characters")
def test_names_with_control_characters(scenario: Scenario) -> None:
    """Refused with 400, or given back with all of them: line ends, escapes, overrides (3.1)."""
    _refused_or_kept(scenario, "common/text/control-characters", "a".join(("", *CONTROLS, "")))


def _refused_or_kept(scenario: Scenario, rule: str, stem: str) -> None:
    name = scenario.name(stem)
    taken = or_failing(Answer(201), Answer(400, ("*",)))
    created = scenario.send("CreateApp", body={"app_name": name}, accept=taken)
    accepted = scenario.rule(rule).answered(created, Answer(201), Answer(400, ("*",)))
    if accepted and created.status == 201:
        shown = scenario.send("ShowApp", path={"app_id": created.json["app_id"]})
        scenario.rule(rule).equal(_name(shown), name, "the name of the application", shown)


@rules("common/text/lone-surrogate")
def test_a_name_with_half_a_surrogate_pair(scenario: Scenario) -> None:
    """Refused with 400, or shown as a text that is one; the list is answered as ever (3.1)."""
    rule = scenario.rule("common/text/lone-surrogate")
    raw = b'{"app_name": "%s\\ud83d"}' % scenario.name("half").encode()
    taken = or_failing(Answer(201), Answer(400, ("*",)))
    created = scenario.send("CreateApp", raw=raw, accept=taken)
    if rule.answered(created, Answer(201), Answer(400, ("*",))) and created.status == 201:
        shown = scenario.send("ShowApp", path={"app_id": created.json["app_id"]})
        if rule.succeeded(shown):
            rule.that(
                _is_text(_name(shown)),
                "the name is shown with half a surrogate pair in it",
                expected="a name in valid UTF-8",
                exchange=shown,
            )
    rule.succeeded(scenario.send("ListApps"))


def _name(exchange: Exchange) -> Any:
    return exchange.json.get("app_name") if isinstance(exchange.json, dict) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


@rules("common/number/huge")
def test_a_number_beyond_64_bits(scenario: Scenario) -> None:
    """Refused with 400, in a query as in a body, and never cut to what fits (14.2).

    A page that no table bounds may be as large as that (13.1).
    """
    bounded = scenario.lab.contract.answers_of("common/number/huge")
    unbounded = Expectation((Answer(200), *bounded.answers))
    for operation, how, accepted in (
        ("ListApps", {"query": {"limit": HUGE}}, bounded),
        ("ListRtcRoomList", {"query": {"limit": HUGE}}, unbounded),
        ("CreateIndividualStreamJob", {"change": {"max_idle_time": HUGE}}, bounded),
        ("UpdateObsBucketAuthority", {"change": {"operation": HUGE}}, bounded),
    ):
        if is_offered(scenario, operation):
            exchange = scenario.send(operation, accept=or_failing(*accepted.answers), **how)
            scenario.rule("common/number/huge").answered(exchange, *accepted.answers)


@rules("common/number/not-a-number")
def test_numbers_that_json_does_not_know(scenario: Scenario) -> None:
    """NaN, infinities, and other spellings of programming languages: 400 (14.2)."""
    rule = "common/number/not-a-number"
    accepted = scenario.lab.contract.answers_of(rule)
    body = {"app_name": scenario.name("no-number"), "undeclared": MARK}
    operation = "CreateApp"
    if is_offered(scenario, "CreateIndividualStreamJob"):
        template = scenario.template("CreateIndividualStreamJob", change={"max_idle_time": MARK})
        operation, body = "CreateIndividualStreamJob", scenario.lab.fill(template).body
    for number in NO_NUMBERS:
        raw = json.dumps(body).replace(f'"{MARK}"', number).encode()
        exchange = scenario.send(operation, raw=raw, accept=accepted)
        scenario.rule(rule).answered(exchange, *accepted.answers)
