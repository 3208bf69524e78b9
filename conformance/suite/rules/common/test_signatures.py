"""Across everything: requests that are signed with an access key instead of a token (3.2).

Each rule but the first sends what the first one sends, with one thing wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import httpx
import pytest

from conformance.access.auth import ANY_HEADER
from conformance.access.signature import MAX_BODY
from conformance.access.tampering import (
    Change,
    HeaderAuth,
    TamperedAuth,
    unchanged,
    with_body,
    with_header,
    with_url,
)
from conformance.cases.requests import UNKNOWN_ID
from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.concurrent_runs import without_neighbours
from conformance.suite.kit.raw_requests import is_offered

TOO_OLD = dt.timedelta(minutes=20)
"""Beyond the 15 minutes of a signature, and beyond any clock that is a little wrong."""


def _later(scenario: Scenario, by: dt.timedelta) -> httpx.Auth:
    return scenario.lab.signature.altered(now=lambda: scenario.lab.now() + by)


def _other_key(scenario: Scenario, length: int) -> str:
    return f"{scenario.lab.random.getrandbits(4 * length):0{length}X}"


def _second_project(scenario: Scenario) -> str:
    second = scenario.lab.reach.second
    return second.project_id if second else _other_key(scenario, 32).lower()


def _tampered(change: Change, before: Change | None = None) -> Callable[[Scenario], httpx.Auth]:
    return lambda scenario: TamperedAuth(scenario.lab.signature, change, before)


WRONG: dict[str, Callable[[Scenario], httpx.Auth]] = {
    "wrong-signature": lambda s: s.lab.signature.altered(sk=_other_key(s, 40)),
    "unknown-key": lambda s: s.lab.signature.altered(ak=_other_key(s, 20)),
    "malformed-authorization": lambda _: HeaderAuth(
        {"Authorization": "SDK-HMAC-SHA256 no-signature", "X-Sdk-Date": "20200101T000000Z"}
    ),
    "stale-date": lambda s: _later(s, -TOO_OLD),
    "future-date": lambda s: _later(s, TOO_OLD),
    "missing-date": _tampered(with_header("X-Sdk-Date", None)),
    "tampered-query": _tampered(with_url(lambda url: url.replace("limit=1", "limit=2"))),
    "tampered-header": _tampered(
        with_header(ANY_HEADER, "changed"), before=with_header(ANY_HEADER, "signed")
    ),
    "without-project": lambda s: s.lab.signature.without_project(),
    "foreign-project": lambda s: s.lab.signature.altered(project_id=_second_project(s)),
}
"""Credentials by the rule that they break; none of them may read the list of applications."""


@rules("common/aksk/valid-accepted")
def test_a_signed_request_is_served(scenario: Scenario) -> None:
    """A read and a change are answered as with a token (3.2)."""
    rule = scenario.rule("common/aksk/valid-accepted")
    query = {"limit": 1}
    signed = scenario.send("ListApps", query=query, credentials="signature")
    if rule.succeeded(signed):
        plain = scenario.make("ListApps", query=query)
        found, wanted = (without_neighbours(scenario, one) for one in (signed, plain))
        rule.equal(found, wanted, "the list that was asked for with a signature", signed)
    if scenario.lab.settings.allows("writes"):
        rule.succeeded(scenario.send("CreateApp", credentials="signature"))


@rules("common/aksk/every-operation")
def test_every_operation_takes_a_signature(scenario: Scenario) -> None:
    """One signed request each, where the tables name its headers; most of them about nothing.

    What does not exist is enough: who signs and is not known never learns that.
    """
    rule = scenario.rule("common/aksk/every-operation")
    contract = scenario.lab.contract
    unknown = contract.answers_of("common/aksk/wrong-signature-refused")
    for operation in contract.operations.values():
        if operation.parameter("Authorization") is None or not is_offered(scenario, operation.id):
            continue
        nowhere = {"app_id": UNKNOWN_ID} if "{app_id}" in operation.path else {}
        accepted = contract.refusal(operation, "unknown-app")
        signed = scenario.send(operation.id, path=nowhere, credentials="signature", accept=accepted)
        rule.heard(signed)
        code = scenario.error_code(signed)
        turned_away = any(answer.takes_code(code) for answer in unknown.answers)
        rule.that(
            signed.status not in {401, 403} and not turned_away,
            f"{operation.id} refuses a signed request for its credentials",
            expected="what a token gets",
            exchange=signed,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(name, marks=pytest.mark.sparkrtc_rules(f"common/aksk/{name}-refused"), id=name)
        for name in WRONG
    ],
)
def test_a_wrong_signature_is_refused(scenario: Scenario, wrong: str) -> None:
    """With another key, time, project, or changed on the way, a request is refused (3.2)."""
    scenario.lab.adopt("altered", WRONG[wrong](scenario))
    rule = f"common/aksk/{wrong}-refused"
    accepted = scenario.lab.contract.answers_of(rule)
    exchange = scenario.send("ListApps", query={"limit": 1}, credentials="altered", accept=accepted)
    scenario.rule(rule).answered(exchange, *accepted.answers)


@rules("common/aksk/tampered-path-refused")
def test_a_signature_is_good_for_one_path(scenario: Scenario) -> None:
    """What was signed for one application does not show another (3.2)."""
    app = scenario.given("populated_app")
    change = with_url(lambda url: url.replace(UNKNOWN_ID, app))
    scenario.lab.adopt("altered", TamperedAuth(scenario.lab.signature, change))
    accepted = scenario.lab.contract.answers_of("common/aksk/tampered-path-refused")
    other = {"app_id": UNKNOWN_ID}
    exchange = scenario.send("ShowApp", path=other, credentials="altered", accept=accepted)
    scenario.rule("common/aksk/tampered-path-refused").answered(exchange, *accepted.answers)


@rules("common/aksk/tampered-body-refused")
def test_a_signature_is_good_for_one_body(scenario: Scenario) -> None:
    """A body that was changed on the way is refused, and makes nothing (3.2)."""
    change = with_body(lambda body: body.replace(b"sent", b"told"))
    _create(scenario, "common/aksk/tampered-body-refused", change, {})


@rules("common/aksk/body-over-12-mb-refused", effort="thorough")
def test_a_signed_body_over_12_mb_is_refused(scenario: Scenario) -> None:
    """Signatures cover bodies of up to 12 MB; larger ones need a token (3.2)."""
    padding = {"padding": "x" * (MAX_BODY + 1)}
    _create(scenario, "common/aksk/body-over-12-mb-refused", unchanged, padding)


def _create(scenario: Scenario, rule: str, change: Change, more: dict[str, str]) -> None:
    scenario.lab.adopt("altered", TamperedAuth(scenario.lab.signature, change))
    accepted = scenario.lab.contract.answers_of(rule)
    body = {"app_name": scenario.name("sent"), **more}
    exchange = scenario.send("CreateApp", body=body, credentials="altered", accept=accepted)
    scenario.rule(rule).answered(exchange, *accepted.answers)
