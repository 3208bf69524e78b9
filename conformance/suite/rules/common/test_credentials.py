"""Across everything: credentials that serve again, and come before all else (3.2, 14.1)."""

from __future__ import annotations

from conformance.access.signature import MAX_BODY
from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.raw_requests import is_offered

TIMES = 3


@rules("common/auth/token-reusable")
def test_a_token_serves_again_and_again(scenario: Scenario) -> None:
    """It is good for its 24 hours, not for one request (3.2)."""
    for _ in range(TIMES):
        exchange = scenario.send("ListApps", query={"limit": 1})
        scenario.rule("common/auth/token-reusable").succeeded(exchange)


@rules("common/auth/old-token-refused")
def test_a_token_that_has_ended_is_refused(scenario: Scenario) -> None:
    """One that was kept for it: 24 hours cannot be waited for in a run (3.2)."""
    accepted = scenario.lab.contract.answers_of("common/auth/old-token-refused")
    exchange = scenario.send("ListApps", query={"limit": 1}, credentials="expired", accept=accepted)
    scenario.rule("common/auth/old-token-refused").answered(exchange, *accepted.answers)


@rules("common/auth/token-over-12-mb", effort="thorough")
def test_a_token_carries_a_body_over_12_mb(scenario: Scenario) -> None:
    """What cannot be signed is sent with a token (3.2); the field that pads it may be refused."""
    rule = "common/auth/token-over-12-mb"
    accepted = scenario.lab.contract.answers_of(rule)
    body = {"app_name": scenario.name("large"), "padding": "x" * (MAX_BODY + 1)}
    exchange = scenario.send("CreateApp", body=body, accept=accepted)
    scenario.rule(rule).answered(exchange, *accepted.answers)


@rules("common/auth/credentials-before-input")
def test_who_is_nobody_learns_nothing_of_the_rest(scenario: Scenario) -> None:
    """A request that is wrong and comes without credentials is refused for those (14.1)."""
    nowhere = {"app_id": UNKNOWN_ID}
    for operation, how in (
        ("ListApps", {"query": {"limit": "none"}}),
        ("ShowApp", {"path": nowhere}),
        ("CreateApp", {"body": {"app_name": 7}}),
        ("CreateMixJob", {"path": nowhere, "raw": b"{"}),
        ("ListObsBucketObjects", {"query": {"type": "neither"}}),
    ):
        if not is_offered(scenario, operation):
            continue
        contract = scenario.lab.contract
        accepted = contract.refusal(contract.operation(operation), "unauthenticated")
        exchange = scenario.send(operation, credentials="none", accept=accepted, **how)
        scenario.rule("common/auth/credentials-before-input").answered(
            exchange, *(accepted.answers if accepted else ())
        )


@rules("common/transport/https-only")
def test_the_service_is_offered_over_https(scenario: Scenario) -> None:
    """The URI scheme of every operation is HTTPS (table 3-1)."""
    rule = scenario.rule("common/transport/https-only")
    exchange = scenario.send("ListApps", query={"limit": 1})
    rule.heard(exchange)
    rule.that(
        exchange.request.url.startswith("https://"),
        "the service is reached over plain HTTP",
        expected="https://",
        actual=scenario.lab.settings.base_url,
        exchange=exchange,
    )
