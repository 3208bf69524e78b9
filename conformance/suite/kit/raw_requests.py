"""Raw requests, for rules about what no template can express."""

from __future__ import annotations

import dataclasses
from typing import Any

from conformance.engine.scenario import Scenario
from conformance.model.exchange import Exchange, Request


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
