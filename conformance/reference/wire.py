"""What crosses the wire: JSON in, JSON or nothing out, one request id per answer.

Every answer of the document carries ``X-request-Id``; a resource (``routing.py``) draws it and
leaves it in ``request.state.request_id`` before anything else happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.models import failures
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

JSON = "application/json"
REQUEST_ID_HEADER = "X-request-Id"
MAX_BODY_BYTES = 16 * 1024 * 1024
"""More than the 12 MB of a signed request: larger bodies are sent with a token (3.2)."""

Model = TypeVar("Model", bound=BaseModel)


def answer(
    request: Request, status: int, body: object = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Make the answer; ``None`` means that the document gives this status no body.

    A field of a model that is None is left out; a None in plain data is sent as null.
    """
    sent = {REQUEST_ID_HEADER: request.state.request_id}
    if headers:
        sent.update(headers)
    if body is None:
        return Response(status_code=status, headers=sent)
    content = to_json(body, exclude_none=isinstance(body, BaseModel))
    return Response(content, status_code=status, headers=sent, media_type=JSON)


def refuse(
    request: Request,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the error envelope of section 3.3: ``error_code`` and ``error_msg``."""
    return answer(request, status, {"error_code": code, "error_msg": message}, headers)


async def receive_body(request: Request) -> bytes:
    """Read the body; one larger than 16 MB is refused and the connection closed."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and len(declared) > 8:
        raise _too_large()
    chunks = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise _too_large()
            chunks.append(chunk)
    except ClientDisconnect:
        raise Refusal(refusals.MALFORMED) from None
    return b"".join(chunks)


def _too_large() -> Refusal:
    return Refusal(refusals.TOO_LARGE, headers={"Connection": "close"})


def decode(body: bytes) -> Any:
    """Parse UTF-8 JSON as RFC 8259 has it (no NaN); raises ValueError, whatever is wrong.

    JSON has one kind of number: 3600.0 is the integer 3600, however a client writes it.
    """
    return _whole(from_json(body, allow_inf_nan=False))


def _whole(data: Any) -> Any:
    if isinstance(data, float) and data.is_integer():
        return int(data)
    if isinstance(data, dict):
        return {name: _whole(value) for name, value in data.items()}
    return [_whole(item) for item in data] if isinstance(data, list) else data


def read_body(request: Request, body: bytes, model: type[Model], *, typed: bool) -> Model:
    """Parse and check a JSON body; ``typed`` says that it must come with a content type."""
    _check_content_type(request.headers.get("content-type"), required=typed)
    try:
        data = decode(body)
    except ValueError:
        raise Refusal(refusals.MALFORMED) from None
    if not isinstance(data, dict):
        raise Refusal(refusals.MALFORMED, "not an object")
    return validate(model, data)


def read_query(request: Request, model: type[Model]) -> Model:
    """Check the query; a documented parameter is given once, an undocumented one is ignored."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in model.model_fields:
            if name in given:
                raise Refusal(refusals.INVALID, name)
            given[name] = value
    return validate(model, given)


def validate(model: type[Model], data: dict[str, Any]) -> Model:
    """Make the model, or refuse with the code that the first problem calls for."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise failures.refusal(error, getattr(model, "literal_codes", {})) from None


def _check_content_type(value: str | None, *, required: bool) -> None:
    if value is None or not value.strip():
        if required:
            raise Refusal(refusals.MISSING, "Content-Type")
        return
    if value.split(";", 1)[0].strip().lower() != JSON:
        raise Refusal(refusals.INVALID, "Content-Type")
