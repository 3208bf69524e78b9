"""Across everything: what a request wraps its input in, Content-Type and query (3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.scenario import ABSENT, Answer, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation
from conformance.suite.kit.concurrent_runs import without_neighbours
from conformance.suite.kit.raw_requests import is_offered, raw_request, with_raw_query

WRONG = {
    "text": "text/plain",
    "xml": "application/xml",
    "form": "application/x-www-form-urlencoded",
}
CHARSETS = ("application/json; charset=utf-8", "application/json;charset=UTF-8")


@pytest.mark.parametrize(
    "sent",
    [
        *(
            pytest.param(
                value,
                marks=pytest.mark.sparkrtc_rules("common/content-type/wrong-refused"),
                id=name,
            )
            for name, value in WRONG.items()
        ),
        pytest.param(
            ABSENT,
            marks=pytest.mark.sparkrtc_rules("common/content-type/missing-refused"),
            id="missing",
        ),
    ],
)
def test_a_body_of_another_type_is_refused(scenario: Scenario, sent: Any) -> None:
    """A body that is not said to be application/json is refused, and makes nothing (3.1)."""
    (rule,) = scenario.declared
    bodies: dict[str, Any] = {
        "CreateApp": None,
        "RemoveUsers": {"user_ids": ["nobody"]},
    }
    for name, body in bodies.items():
        if not is_offered(scenario, name):
            continue
        operation = scenario.lab.contract.operation(name)
        accepted = scenario.lab.contract.refusal(operation, "media-type")
        if accepted is None:
            raise LookupError("the contract has no refusal of a media type")
        if sent is ABSENT:
            # A header that is required and not sent may be called a missing parameter (14.2).
            missing = scenario.lab.contract.refusal(operation, "missing")
            more = missing.answers if missing else ()
            accepted = Expectation((*accepted.answers, *more), erratum=accepted.erratum)
        header = {"Content-Type": sent}
        exchange = scenario.send(name, headers=header, body=body, accept=accepted)
        scenario.rule(rule).answered(exchange, *accepted.answers)


@rules("common/content-type/charset-accepted")
def test_json_with_a_charset_is_accepted(scenario: Scenario) -> None:
    """The charset is said with and without a space, in small and capital letters (3.1)."""
    for value in CHARSETS:
        exchange = scenario.send("CreateApp", headers={"Content-Type": value})
        scenario.rule("common/content-type/charset-accepted").succeeded(exchange)


@rules("common/content-type/on-reads")
def test_reads_and_deletions_without_a_type(scenario: Scenario) -> None:
    """A GET or DELETE has no body whose type could be named: accepted, or 400 (3.1)."""
    bare: dict[str, Any] = {"headers": {"Content-Type": ABSENT}}
    exchanges = [scenario.send("ListApps", **bare)]
    if scenario.lab.settings.allows("statistics"):
        exchanges.append(scenario.send("ListRtcRoomList", **bare))
    if scenario.lab.settings.allows("writes"):
        app = scenario.path_of("app", scenario.fresh("app"))
        exchanges.append(scenario.send("DeleteApp", path=app, **bare))
    for exchange in exchanges:
        scenario.rule("common/content-type/on-reads").permitted(exchange)


@rules("common/query/duplicate")
def test_a_parameter_sent_twice(scenario: Scenario) -> None:
    """Taken once, joined, or refused with 400; never a failure (3.1).

    The same limit twice is that limit or no limit at all that could be read, so that an answer
    is the one to the limit sent once. Two different values leave open which one is taken.
    """
    rule = scenario.rule("common/query/duplicate")
    for operation, name, values in (
        ("ListApps", "limit", ("1", "1")),
        ("ListRtcRoomList", "limit", ("1", "2")),
        ("ListObsBucketObjects", "type", ("objects", "folders")),
    ):
        if not is_offered(scenario, operation):
            continue
        request = raw_request(scenario, operation)
        before = [part for part in _parts(request.url) if not part.startswith(f"{name}=")]
        twice = [f"{name}={value}" for value in values]
        exchange = scenario.lab.send_raw(with_raw_query(request, "&".join([*before, *twice])))
        taken = _taken_or_refused(scenario, rule.id, exchange)
        if taken and exchange.status == 200 and len(set(values)) == 1:
            once = scenario.make(operation, query={name: values[0]})
            found, wanted = (without_neighbours(scenario, one) for one in (exchange, once))
            rule.equal(found, wanted, f"{operation} with {' and '.join(twice)}", exchange)


@rules("common/query/undeclared-harmless")
def test_a_parameter_that_no_table_declares(scenario: Scenario) -> None:
    """Ignored, so that the answer is that without it, or refused with 400 (3.1)."""
    rule = "common/query/undeclared-harmless"
    for operation in ("ListApps", "ListObsBuckets"):
        if not is_offered(scenario, operation):
            continue
        plain = scenario.make(operation)
        exchange = scenario.send(operation, query={"undeclared": "1"})
        taken = _taken_or_refused(scenario, rule, exchange)
        if taken and exchange.status == 200:
            found, wanted = (without_neighbours(scenario, one) for one in (exchange, plain))
            scenario.rule(rule).equal(
                found, wanted, f"{operation} with an undeclared parameter", exchange
            )


@rules("common/query/broken-escape")
@pytest.mark.parametrize("broken", ["%zz", "%", "%ff%fe", "%e4%bd", "%00"])
def test_a_query_that_is_no_text(scenario: Scenario, broken: str) -> None:
    """A broken escape, bytes that are no UTF-8, a NUL: refused with 400, or ignored (3.1)."""
    for operation, name in (("ListApps", "nothing"), ("ListRtcRoomList", "room_id")):
        if is_offered(scenario, operation):
            request = raw_request(scenario, operation)
            query = "&".join([*_parts(request.url), f"{name}={broken}"])
            # Whatever stands before the service may refuse it, in a form of its own: the answer
            # says nothing of the operation, which was never reached.
            exchange = scenario.lab.send_odd(with_raw_query(request, query))
            # What is no text cannot be signed in one way only: there the signature may not fit.
            signed = any(name.lower() == "authorization" for name, _ in exchange.request.headers)
            more = (Answer(401),) if signed else ()
            accepted = (Answer(scenario.success(exchange)), Answer(400), *more)
            scenario.rule("common/query/broken-escape").answered(exchange, *accepted)


def _taken_or_refused(scenario: Scenario, rule: str, exchange: Exchange, *more: Answer) -> bool:
    success = Answer(scenario.success(exchange))
    return scenario.rule(rule).answered(exchange, success, Answer(400, ("*",)), *more)


def _parts(url: str) -> list[str]:
    query = url.partition("?")[2]
    return query.split("&") if query else []
