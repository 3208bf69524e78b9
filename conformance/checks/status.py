"""Statuses: only those that the document lists, or that an erratum accepts."""

from __future__ import annotations

from conformance.checks.found import Found
from conformance.contract.operations import Operation
from conformance.model.exchange import Response
from conformance.model.expectation import Expectation

GENERAL = frozenset({401, 403, 405, 406, 407, 408, 429, 501, 502, 503, 504})
"""Statuses of table 14-1 that gateway and transport answer on any operation, and 429 (1.4)."""


def check_status(
    operation: Operation, response: Response, expectation: Expectation | None, found: Found
) -> None:
    """The status is one of the operation's, a general one, or one that the case accepts."""
    status = response.status
    known = status in operation.answers or status in GENERAL | operation.tolerated_statuses
    if expectation is not None and status in expectation.statuses:
        known = True
    listed = ", ".join(str(s) for s in sorted(operation.answers))
    found.say(
        f"{operation.id}/answer/status/documented",
        known,
        f"{operation.id} answers {status}, which the document does not list for it",
        f"one of {listed}, or a general status of table 14-1",
        str(status),
    )
