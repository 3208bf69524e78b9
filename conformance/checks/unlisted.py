"""Checks answers with a status that their operation does not document (401, 405, …).

Documented answers are judged by the tables of their operation (``body``, ``headers``). The form of
all others is a convention of the API: the 401 and 405 of a gateway, and the answers to requests
that match no operation.
"""

from __future__ import annotations

from conformance.checks.headers import is_json
from conformance.checks.results import CheckResults
from conformance.contract.conventions import Conventions
from conformance.model.exchange import Request, Response

CONTENT_TYPE = "common/answer/content-type-json"
ENVELOPE = "common/answer/error-envelope"
_SHOWN = 200


def check_unlisted(
    request: Request, response: Response, conventions: Conventions, found: CheckResults
) -> None:
    """Judge that the body is JSON, declared as such, and in a refusal the error envelope.

    What is answered in front of the service need be neither.
    """
    if response.status in conventions.bare_statuses:
        return
    if response.body:
        value = response.header("content-type") or ""
        found.judge(
            CONTENT_TYPE,
            is_json(value),
            f"the answer {response.status} is not declared as JSON in UTF-8",
            "Content-Type: application/json, with no charset or utf-8",
            f"Content-Type: {value}" if value else "no Content-Type",
        )
    if response.status >= 400 and request.method != "HEAD":
        _check_envelope(response, conventions, found)


def check_request_id(response: Response, header: str, found: CheckResults) -> None:
    """Judge that a refusal carries a request id, as every table of headers lists it."""
    if response.status < 400:
        return
    found.judge(
        f"common/header/{header}/on-every-answer",
        bool((response.header(header) or "").strip()),
        f"the refusal {response.status} carries no {header}",
        f"a header {header} with a value",
        "none",
    )


def _check_envelope(response: Response, conventions: Conventions, found: CheckResults) -> None:
    if conventions.envelope is None:
        return
    value = response.json if isinstance(response.json, dict) else {}
    members = [value.get(name) for name in conventions.envelope]
    whole = all(isinstance(member, str) and member for member in members)
    where = conventions.source("envelope")
    found.judge(
        ENVELOPE,
        whole,
        f"the refusal {response.status} is not the error body of {where}",
        f"a JSON object with {' and '.join(conventions.envelope)}, neither empty",
        "" if whole else response.body[:_SHOWN].decode("utf-8", "replace") or "an empty body",
    )
