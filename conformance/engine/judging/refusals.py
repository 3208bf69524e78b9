"""Whether an answer is the refusal that was expected."""

from __future__ import annotations

from conformance.contract.conventions import Conventions
from conformance.model.exchange import Exchange
from conformance.model.expectation import Expectation


def refusal_problem(
    conventions: Conventions, expectation: Expectation, exchange: Exchange
) -> str | None:
    """Why the answer is not one of those accepted; None when it is."""
    if exchange.response is None:
        return "the connection breaks without an answer, each time that this is sent"
    answers = expectation.for_status(exchange.status)
    if not answers:
        return f"answered {exchange.status}"
    if any(not answer.codes for answer in answers):
        return None
    code = conventions.error_code(exchange.json)
    if any(conventions.takes_code(answer, code) for answer in answers):
        return None
    return f"answered {exchange.status} with error code {code or 'missing'}"
