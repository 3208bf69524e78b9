"""Everything that is checked of every exchange, whoever caused it."""

from __future__ import annotations

from conformance.checks.body import BodyCheck
from conformance.checks.found import Found
from conformance.checks.headers import RequestIds, check_headers
from conformance.checks.innards import check_innards
from conformance.checks.refusals import check_error_code
from conformance.checks.status import check_status
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation


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
        operation = self._contract.operations.get(exchange.request.operation or "")
        if operation is None:
            return found
        check_status(operation, response, expectation, found)
        spec = operation.answers.get(response.status)
        if spec is None:
            return found
        check_headers(operation, spec, response, found)
        self._body(operation, response.status).check(response, found)
        if response.status >= 400:
            check_error_code(operation, self._contract.catalogue, response, expectation, found)
        found.held -= found.broken.keys()
        return found

    def _body(self, operation: Operation, status: int) -> BodyCheck:
        key = (operation.id, status)
        if key not in self._bodies:
            self._bodies[key] = BodyCheck(operation, operation.answers[status])
        return self._bodies[key]
