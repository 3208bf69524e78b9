"""Everything that is checked of every exchange, whoever caused it."""

from __future__ import annotations

from conformance.checks.body import BodyCheck
from conformance.checks.failures import NO_SERVER_ERROR, check_failure
from conformance.checks.found import Found
from conformance.checks.headers import REQUEST_ID, UNIQUE, RequestIds, check_headers
from conformance.checks.innards import NO_INNARDS, check_innards
from conformance.checks.refusals import check_error_code
from conformance.checks.secrets import NO_SECRETS, check_secrets
from conformance.checks.status import check_status
from conformance.checks.timestamps import REAL, check_timestamps
from conformance.checks.unlisted import (
    CONTENT_TYPE,
    ENVELOPE,
    ON_EVERY_ANSWER,
    check_request_id,
    check_unlisted,
)
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.model.exchange import Exchange, Response
from conformance.model.expectation import Expectation

EVERY_EXCHANGE = frozenset(
    {
        UNIQUE,
        ON_EVERY_ANSWER,
        CONTENT_TYPE,
        ENVELOPE,
        REAL,
        NO_INNARDS,
        NO_SECRETS,
        NO_SERVER_ERROR,
    }
)
"""Requirements that every exchange judges, so that no case needs to be made for them."""


class ExchangeChecks:
    """The checks of one run: compiled bodies, and the request ids seen so far."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._request_ids = RequestIds()
        self._bodies: dict[tuple[str, int], BodyCheck] = {}

    def check(self, exchange: Exchange, expectation: Expectation | None = None) -> Found:
        """Judge one exchange; ``expectation`` is what its case accepts, if it is one request.

        Without an answer nothing is judged: that is the case's to say.
        """
        found = Found(exchange.case, exchange.number)
        response = exchange.response
        if response is None:
            return found
        self._request_ids.check(response, found)
        check_innards(response, found)
        check_failure(response, expectation, found)
        check_timestamps(response, found)
        check_secrets(exchange.request, response, found)
        operation = self._contract.operations.get(exchange.request.operation or "")
        if operation is not None:
            check_status(operation, response, expectation, found)
        spec = operation.answers.get(response.status) if operation is not None else None
        if operation is None or spec is None:
            self._unlisted(operation, exchange, response, found)
            return found
        if REQUEST_ID not in spec.headers and operation.error_family != "iam":
            check_request_id(response, found)
        check_headers(operation, spec, response, found)
        self._body(operation, response.status).check(response, found)
        if response.status >= 400:
            check_error_code(operation, self._contract.catalogue, response, expectation, found)
        found.held -= found.broken.keys()
        return found

    def _unlisted(
        self, operation: Operation | None, exchange: Exchange, response: Response, found: Found
    ) -> None:
        """The identity service is another one: its refusals are not those of section 3.3."""
        if operation is not None and operation.error_family == "iam":
            return
        check_request_id(response, found)
        check_unlisted(exchange.request, response, found)

    def _body(self, operation: Operation, status: int) -> BodyCheck:
        key = (operation.id, status)
        if key not in self._bodies:
            self._bodies[key] = BodyCheck(operation, operation.answers[status])
        return self._bodies[key]
