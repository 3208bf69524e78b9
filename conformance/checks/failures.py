"""Checks that the service answers without failing, whatever a client sends."""

from __future__ import annotations

from conformance.checks.results import CheckResults
from conformance.model.exchange import Response
from conformance.model.expectation import Expectation

NO_SERVER_ERROR = "common/answer/no-server-error"
FAILURES = frozenset({500, 501, 505})
"""These are laid at the service's door; 502, 503 and 504 may be the network's."""
_KNOWN_METHODS = frozenset({"GET", "PUT", "POST", "DELETE"})
_NOT_IMPLEMENTED = 501
"""What HTTP has for a method that a service does not know; documents may list it."""


def check_failure(
    method: str, response: Response, expectation: Expectation | None, found: CheckResults
) -> None:
    """Judge that the service did not answer 5xx, unless the case asked for that."""
    status = response.status
    asked_for = expectation is not None and status in expectation.statuses
    asked_for |= status == _NOT_IMPLEMENTED and method not in _KNOWN_METHODS
    found.judge(
        NO_SERVER_ERROR,
        status not in FAILURES or asked_for,
        f"the service failed with {status}",
        "an answer, or a refusal with 4xx",
        str(status),
    )
