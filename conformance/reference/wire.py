"""What crosses the wire: JSON in, JSON or nothing out, one request id per answer.

Every answer of the document carries ``X-request-Id``; the gate of a resource (``routing.py``) draws
it and leaves it in ``request.state.request_id`` before a handler runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

JSON = "application/json"
REQUEST_ID_HEADER = "X-request-Id"
MAX_BODY_BYTES = 12 * 1024 * 1024
"""Section 3.2: a signed request carries at most 12 MB."""


def answer(
    request: Request, status: int, body: object = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make the answer; ``None`` means that the document gives this status no body."""
    sent = {REQUEST_ID_HEADER: request.state.request_id}
    if headers:
        sent.update(headers)
    if body is None:
        return Response(status_code=status, headers=sent)
    return Response(to_json(body), status_code=status, headers=sent, media_type=JSON)


def refuse(
    request: Request,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the error envelope of section 3.3: ``error_code`` and ``error_msg``."""
    return answer(request, status, {"error_code": code, "error_msg": message}, headers)


def decode(body: bytes) -> Any:
    """Parse UTF-8 JSON as RFC 8259 has it (no NaN); raises ValueError, whatever is wrong."""
    return from_json(body, allow_inf_nan=False)
