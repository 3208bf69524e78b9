"""The contract, and exchanges that look like answers of a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.checks.exchange import ExchangeChecks
from conformance.checks.results import CheckResults
from conformance.contract.document import Contract, load_contract
from conformance.model.exchange import Exchange, Request, Response
from conformance.model.expectation import Expectation

Look = Callable[..., CheckResults]


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the newest edition."""
    return load_contract()


@pytest.fixture
def look(contract: Contract) -> Look:
    """Judge one answer: ``look(operation, status, body, headers=…, expectation=…)``.

    The headers are those of a good answer unless they are given; every call is one exchange.
    """
    checks = ExchangeChecks(contract)
    number = 0

    def judge(
        operation: str | None,
        status: int,
        body: Any = b"",
        *,
        headers: tuple[tuple[str, str], ...] | None = None,
        expectation: Expectation | None = None,
        sent: tuple[tuple[str, str], ...] = (),
        method: str = "GET",
    ) -> CheckResults:
        nonlocal number
        number += 1
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if headers is None:
            headers = (("X-request-Id", f"id-{number}"), ("Content-Type", "application/json"))
        response = Response(status, headers, content, 0.01)
        request = Request(operation, method, "http://host/v2/apps", sent)
        return checks.check(Exchange(number, "a case", request, response), expectation)

    return judge
