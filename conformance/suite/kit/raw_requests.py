"""Raw requests, for rules about what no template can express."""

from __future__ import annotations

import dataclasses
from typing import Any

from conformance.checks.failures import FAILURES
from conformance.engine.scenario import Answer, Scenario
from conformance.model.exchange import Exchange, Request
from conformance.model.expectation import Expectation


def raw_request(scenario: Scenario, operation_id: str, **how: Any) -> Request:
    """The bytes of a request (see ``Scenario.template``), to be changed before sending."""
    lab = scenario.lab
    template = lab.fill(scenario.template(operation_id, **how))
    return lab.request(lab.contract.operation(operation_id), template)


def is_offered(scenario: Scenario, operation_id: str) -> bool:
    """Whether the target has every capability that an operation needs."""
    if not scenario.lab.offering.has(operation_id):
        return False
    capabilities = scenario.lab.contract.operation(operation_id).capabilities
    return all(scenario.lab.settings.allows(capability) for capability in capabilities)


def with_other_method(request: Request, method: str, body: bytes | None = None) -> Request:
    """A request to the same address with another method, which is no operation."""
    return dataclasses.replace(request, operation=None, method=method, body=body)


def with_longer_path(request: Request, tail: str) -> Request:
    """The same request with something after its path, which is no operation either."""
    address, mark, query = request.url.partition("?")
    return dataclasses.replace(request, operation=None, url=f"{address}{tail}{mark}{query}")


def with_raw_query(request: Request, query: str) -> Request:
    """The same operation with the given raw query."""
    return dataclasses.replace(request, url=f"{request.url.partition('?')[0]}?{query}")


def body_text(exchange: Exchange) -> bytes:
    """The body of an answer, byte for byte."""
    return exchange.response.body if exchange.response else b""


def or_failing(*answers: Answer) -> Expectation:
    """These answers and a service that fails: of odd content that is for its own rule to say.

    A 500 is what a request gets that the service does not understand (table 14-1).
    """
    return Expectation((*answers, *(Answer(status, ("*",)) for status in sorted(FAILURES))))
