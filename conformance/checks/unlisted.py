"""Answers with a status that their operation does not list: no table says how they look, 3.3 does.

What an operation lists is judged against its tables (``body``, ``headers``); these are the rest:
401 and 405 of the gateway, and whatever answers a request that is no operation at all.
"""

from __future__ import annotations

from conformance.checks.found import Found
from conformance.checks.headers import REQUEST_ID, is_json
from conformance.model.exchange import Request, Response

ON_EVERY_ANSWER = "common/header/x-request-id/on-every-answer"
CONTENT_TYPE = "common/answer/content-type-json"
ENVELOPE = "common/answer/error-envelope"
_SHOWN = 200


def check_unlisted(request: Request, response: Response, found: Found) -> None:
    """A JSON body, said to be one; in a refusal the error envelope of section 3.3."""
    if response.body:
        value = response.header("content-type") or ""
        found.say(
            CONTENT_TYPE,
            is_json(value),
            f"the answer {response.status} is not declared as JSON in UTF-8",
            "Content-Type: application/json, with no charset or utf-8",
            f"Content-Type: {value}" if value else "no Content-Type",
        )
    if response.status >= 400 and request.method != "HEAD":
        _check_envelope(response, found)


def check_request_id(response: Response, found: Found) -> None:
    """A refusal can be asked about: it carries a request id, as every table of headers has it."""
    if response.status < 400:
        return
    found.say(
        ON_EVERY_ANSWER,
        bool((response.header(REQUEST_ID) or "").strip()),
        f"the refusal {response.status} carries no {REQUEST_ID}",
        f"a header {REQUEST_ID} with a value",
        "none",
    )


def _check_envelope(response: Response, found: Found) -> None:
    value = response.json
    code = value.get("error_code") if isinstance(value, dict) else None
    text = value.get("error_msg") if isinstance(value, dict) else None
    whole = isinstance(code, str) and isinstance(text, str) and bool(code) and bool(text)
    found.say(
        ENVELOPE,
        whole,
        f"the refusal {response.status} is not the error body of section 3.3",
        "a JSON object with error_code and error_msg, neither empty",
        "" if whole else response.body[:_SHOWN].decode("utf-8", "replace") or "an empty body",
    )
