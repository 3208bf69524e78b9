"""Runs all checks that apply to every exchange, whoever sent the request."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from conformance.checks.body import BodyCheck
from conformance.checks.failures import NO_SERVER_ERROR, check_failure
from conformance.checks.headers import RequestIds, check_headers
from conformance.checks.internals import NO_INTERNALS, check_internals
from conformance.checks.refusals import check_error_code
from conformance.checks.results import CheckResults
from conformance.checks.secrets import NO_SECRETS, check_secrets
from conformance.checks.status import check_status
from conformance.checks.timestamps import REAL, check_timestamps
from conformance.checks.unlisted import CONTENT_TYPE, ENVELOPE, check_request_id, check_unlisted
from conformance.contract.document import Contract
from conformance.contract.operations import AnswerSpec, Operation
from conformance.model.exchange import DocumentedExchange, Exchange, Response
from conformance.model.expectation import Expectation


def every_exchange(contract: Contract) -> frozenset[str]:
    """The requirements that every exchange judges: they need no cases of their own."""
    return frozenset(_common(contract)) & contract.requirements.keys()


def _common(contract: Contract) -> Iterator[str]:
    yield from (CONTENT_TYPE, ENVELOPE, REAL, NO_INTERNALS, NO_SECRETS, NO_SERVER_ERROR)
    header = contract.conventions.request_id
    if header is not None:
        yield f"common/header/{header}/unique"
        yield f"common/header/{header}/on-every-answer"


def _media(response: Response) -> str:
    """The media type of an answer, without its parameters; empty where it names none."""
    return (response.header("content-type") or "").partition(";")[0].strip().lower()


class ExchangeChecks:
    """The checks of one run: compiled bodies, and the request ids seen so far.

    Whatever the contract does not state is not judged.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._conventions = contract.conventions
        header = contract.conventions.request_id
        self._request_ids = RequestIds(header) if header is not None else None
        self._unstated = frozenset(_common(contract)) - contract.requirements.keys()
        self._bodies: dict[tuple[str, int], BodyCheck] = {}

    def check(self, exchange: Exchange, expectation: Expectation | None = None) -> CheckResults:
        """Judge one exchange; ``expectation`` is what its case accepts, for a case of one request.

        An exchange without an answer is not judged here: its case records that.
        """
        found = CheckResults(exchange.case, exchange.number)
        response = exchange.response
        if response is None:
            return found
        self._common(exchange, response, expectation, found)
        operation = self._contract.operations.get(exchange.request.operation or "")
        spec = operation.answers.get(response.status) if operation is not None else None
        if operation is not None:
            check_status(operation, response, expectation, found)
        if operation is None or spec is None:
            self._unlisted(operation, exchange, response, found)
        else:
            header = self._conventions.request_id
            if header and header not in spec.headers and not self._is_foreign(operation):
                check_request_id(response, header, found)
            self._listed(operation, spec, response, found)
            if response.status >= 400:
                check_error_code(operation, self._contract.catalogue, response, expectation, found)
        found.kept -= found.broken.keys()
        found.leave_out(self._unstated)
        return found

    def _listed(
        self, operation: Operation, spec: AnswerSpec, response: Response, found: CheckResults
    ) -> None:
        if _media(response) in spec.other_media:
            return
        check_headers(operation, spec, response, found)
        self._body(operation, response.status).check(response, found)

    def check_odd(self, exchange: Exchange) -> CheckResults:
        """Judge the answer to a request that may never have reached an operation.

        Only what holds for any answer at all is judged: a proxy in front of the service may refuse
        such a request in its own form.
        """
        found = CheckResults(exchange.case, exchange.number)
        if exchange.response is not None:
            self._common(exchange, exchange.response, None, found)
            found.kept -= found.broken.keys()
            found.leave_out(self._unstated)
        return found

    def _common(
        self,
        exchange: Exchange,
        response: Response,
        expectation: Expectation | None,
        found: CheckResults,
    ) -> None:
        if self._request_ids is not None:
            self._request_ids.check(response, found)
        check_internals(response, found)
        check_failure(exchange.request.method, response, expectation, found)
        check_timestamps(response, found)
        check_secrets(exchange.request, response, self._conventions.token_header, found)

    def _unlisted(
        self,
        operation: Operation | None,
        exchange: Exchange,
        response: Response,
        found: CheckResults,
    ) -> None:
        """Judge an undocumented status; other services have their own form of refusal."""
        if operation is not None and self._is_foreign(operation):
            return
        bare = response.status in self._conventions.bare_statuses
        if self._conventions.request_id is not None and not bare:
            check_request_id(response, self._conventions.request_id, found)
        check_unlisted(exchange.request, response, self._conventions, found)

    def documented(self, operation: Operation, exchange: Exchange) -> Exchange:
        """The exchange, whose ``json`` lacks the fields that the document does not name.

        What they say is nobody's promise: it may change from one answer to the next.
        """
        if not exchange.succeeded or exchange.status not in operation.answers:
            return exchange
        if self._conventions.plain or not isinstance(exchange.json, dict):
            return exchange
        said = self._body(operation, exchange.status).documented(exchange.json)
        if said == exchange.json:
            return exchange
        e = exchange
        return DocumentedExchange(e.number, e.case, e.request, e.response, e.failure, said)

    def _is_foreign(self, operation: Operation) -> bool:
        return operation.error_family in self._conventions.foreign

    def _body(self, operation: Operation, status: int) -> BodyCheck:
        key = (operation.id, status)
        if key not in self._bodies:
            spec, said = operation.answers[status], self._conventions
            nulls = said.null_is_absent and status < HTTPStatus.BAD_REQUEST
            self._bodies[key] = BodyCheck(
                operation.id, str(status), spec, plain=said.plain, nulls=nulls
            )
        return self._bodies[key]
