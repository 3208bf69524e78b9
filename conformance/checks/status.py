"""Checks the status: only those that the document lists, or that an erratum accepts."""

from __future__ import annotations

from conformance.checks.results import CheckResults
from conformance.contract.operations import Operation
from conformance.model.exchange import Response
from conformance.model.expectation import Expectation


def check_status(
    operation: Operation, response: Response, expectation: Expectation | None, found: CheckResults
) -> None:
    """Judge that the status is the operation's, a general one, or accepted by the case."""
    status, general = response.status, operation.conventions.general_statuses
    known = status in operation.answers or status in general | operation.tolerated_statuses
    if expectation is not None and status in expectation.statuses:
        known = True
    listed = ", ".join(str(s) for s in sorted(operation.answers))
    found.judge(
        f"{operation.id}/answer/status/documented",
        known,
        f"{operation.id} answers {status}, which the document does not list for it",
        f"one of {listed}, or a general status of {operation.conventions.source('statuses')}",
        str(status),
    )
