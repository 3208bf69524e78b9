"""Across everything: methods that a path does not offer, and paths that there are not (14.1)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from conformance.engine.scenario import Answer, Scenario, rules
from conformance.model.exchange import Exchange, Request
from conformance.model.expectation import Expectation
from conformance.suite.kit.concurrent_runs import without_neighbours
from conformance.suite.kit.raw_requests import (
    is_offered,
    raw_request,
    with_longer_path,
    with_other_method,
)

pytestmark = pytest.mark.sparkrtc_phase("hostile")

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH")
SOME = (
    ("ListApps", "PUT"),
    ("ShowApp", "PATCH"),
    ("StartApp", "GET"),
    ("ListRecordRules", "DELETE"),
    ("ListRtcRoomList", "POST"),
    ("ListObsBuckets", "DELETE"),
)
"""One of each kind: a collection, a resource, an action, and the other two families of paths."""
READS = ("ListApps", "ShowApp", "ListRtcRoomList", "ListObsBuckets")
REFUSED = "common/method/unsupported-refused"
ALLOW = "common/method/allow-header"


@pytest.mark.parametrize(
    "everywhere",
    [
        pytest.param(False, marks=pytest.mark.sparkrtc_rules(REFUSED, ALLOW), id="some"),
        pytest.param(
            True, marks=pytest.mark.sparkrtc_rules(REFUSED, ALLOW, effort="thorough"), id="all"
        ),
    ],
)
def test_an_unsupported_method_is_refused(scenario: Scenario, everywhere: bool) -> None:
    """A method that a path does not offer answers 405 and says which ones it does (14.1)."""
    accepted = scenario.lab.contract.answers_of(REFUSED)
    for operation, method in _every(scenario) if everywhere else SOME:
        if not is_offered(scenario, operation):
            continue
        exchange = scenario.lab.send_raw(
            with_other_method(raw_request(scenario, operation), method, b"{}"), accepted
        )
        refused = scenario.rule(REFUSED).answered(exchange, *accepted.answers)
        if refused and exchange.status == HTTPStatus.METHOD_NOT_ALLOWED:
            _judge_allow(scenario, operation, method, exchange)
    if ALLOW in scenario.pending:
        scenario.rule(ALLOW).not_applicable("no method is refused with 405")


def _judge_allow(scenario: Scenario, operation: str, method: str, exchange: Exchange) -> None:
    path = scenario.lab.contract.operation(operation).path
    offered = {
        other.method
        for other in scenario.lab.contract.operations.values()
        if other.path == path and scenario.lab.offers(other.id)
    }
    values = exchange.response.header_values("allow") if exchange.response else ()
    said = {part.strip().upper() for value in values for part in value.split(",") if part.strip()}
    scenario.rule(ALLOW).that(
        offered <= said and method not in said,
        f"the answer 405 to {method} does not list in Allow what the path offers",
        expected=f"Allow: {', '.join(sorted(offered))}",
        actual=f"Allow: {', '.join(sorted(said))}" if said else "no Allow",
        exchange=exchange,
    )


def _offered(scenario: Scenario, path: str) -> set[str]:
    operations = scenario.lab.contract.operations.values()
    return {operation.method for operation in operations if operation.path == path}


def _every(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each path once, with each method that it does not offer."""
    seen: set[str] = set()
    for operation in scenario.lab.contract.operations.values():
        if operation.path in seen or operation.server is not None:
            continue
        seen.add(operation.path)
        for method in METHODS:
            if method not in _offered(scenario, operation.path):
                yield operation.id, method


@rules("common/method/head-and-options-safe")
def test_head_and_options_are_safe(scenario: Scenario) -> None:
    """Answered or refused with 405, never a failure, and nothing is changed by them (3.1)."""
    rule = scenario.rule("common/method/head-and-options-safe")
    before = scenario.make("ListApps")
    for operation in READS:
        if not is_offered(scenario, operation):
            continue
        path = {"app_id": scenario.given("populated_app")} if operation == "ShowApp" else {}
        for method in ("HEAD", "OPTIONS"):
            request = with_other_method(raw_request(scenario, operation, path=path), method)
            exchange = scenario.lab.send_raw(request)
            rule.that(
                0 < exchange.status < 400 or exchange.status in {400, 401, 403, 404, 405},
                f"{method} on the path of {operation} answered {exchange.status}",
                expected="an answer, or 405",
                exchange=exchange,
            )
    after = scenario.make("ListApps")
    rule.equal(
        without_neighbours(scenario, after),
        without_neighbours(scenario, before),
        "the list of applications after HEAD and OPTIONS",
        after,
    )


@rules("common/path/unknown-refused")
def test_an_unknown_path_is_refused(scenario: Scenario) -> None:
    """A path that the document does not have answers 404 (14.1)."""
    accepted = scenario.lab.contract.answers_of("common/path/unknown-refused").answers
    listing = raw_request(scenario, "ListApps")
    requests = [with_longer_path(listing, "-and-more"), _moved(listing, "/v2/apps", "/v9/apps")]
    app = {"app_id": scenario.given("populated_app")}
    requests.append(with_longer_path(raw_request(scenario, "ShowApp", path=app), "/no-such-thing"))
    if is_offered(scenario, "ListRtcRoomList"):
        requests.append(
            with_longer_path(raw_request(scenario, "ListRtcRoomList"), "/no-such-thing")
        )
    for request in requests:
        exchange = scenario.lab.send_raw(request)
        scenario.rule("common/path/unknown-refused").answered(exchange, *accepted)


def _moved(request: Request, old: str, new: str) -> Request:
    moved = request.url.replace(old, new)
    return Request(None, request.method, moved, request.headers, request.body)


@rules("common/path/trailing-slash")
def test_a_slash_too_many(scenario: Scenario) -> None:
    """It is the path without the slash, or none at all (14.3 writes one itself)."""
    rule = scenario.rule("common/path/trailing-slash")
    accepted = scenario.lab.contract.answers_of("common/path/trailing-slash").answers
    request = raw_request(scenario, "ListApps")
    plain = scenario.lab.send_raw(request)
    exchange = scenario.lab.send_raw(with_longer_path(request, "/"))
    if rule.answered(exchange, *accepted) and exchange.status == 200:
        rule.equal(exchange.json, plain.json, "the answer for the path with a slash", exchange)


@rules("common/path/ids-exact")
def test_an_id_is_looked_up_as_a_whole(scenario: Scenario) -> None:
    """In capitals, cut short or with a tail, an id is another one, and is not there (14.2)."""
    path = scenario.path_of("record_rule", scenario.given("record_rule"))
    accepted = Expectation((Answer(404, ("*",)), Answer(400, ("*",))))
    for operation, name in (("ShowApp", "app_id"), ("ShowRecordRule", "rule_id")):
        known = str(path[name])
        others = {known.swapcase(), known[:-1], f"{known}0"} - {known}
        for identifier in sorted(others):
            exchange = scenario.send(operation, path={**path, name: identifier}, accept=accepted)
            scenario.rule("common/path/ids-exact").answered(exchange, *accepted.answers)


@rules("common/path/encoded-segment")
@pytest.mark.parametrize("alien", ["slash", "up-and-down", "nul", "percent", "chinese", "dots"])
def test_an_escaped_segment_reaches_no_other_path(scenario: Scenario, alien: str) -> None:
    """An id with escaped characters is looked up as it is: not found, or refused (3.1)."""
    app = scenario.given("populated_app")
    segment = {
        "slash": f"{app}/record-rules",
        "up-and-down": f"none/../{app}",
        "nul": f"{app}\0",
        "percent": f"{app}%2f",
        "chinese": "应用",
        "dots": f"./{app}",
    }[alien]
    meant = raw_request(scenario, "ShowApp", path={"app_id": segment})
    exchange = scenario.lab.send_raw(with_other_method(meant, meant.method))
    answers = (Answer(status, ("*",)) for status in (400, 404))
    scenario.rule("common/path/encoded-segment").answered(exchange, *answers)
