"""Converts redacted exchanges for reports, and writes curl lines that replay them."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Mapping

from conformance.model.exchange import Exchange, Request, Response
from conformance.model.report import ReceivedResponse, ReportedExchange, SentRequest

KEPT_BYTES = 64 * 1024
"""Bodies are reported up to this length; what is cut is said."""

_TOKEN = "x-auth-token"  # noqa: S105 - the name of a header
_VARIABLES = {_TOKEN: "$SPARKRTC_TOKEN", "authorization": "$AUTHORIZATION"}
_UNSENT = frozenset({"host", "user-agent", "accept-encoding", "content-length", "connection"})


def reported_exchange(exchange: Exchange) -> ReportedExchange:
    """One redacted exchange as reports show it."""
    failure = exchange.failure
    return ReportedExchange(
        number=exchange.number,
        case=exchange.case,
        operation=exchange.request.operation,
        request=_request(exchange.request),
        response=_response(exchange.response) if exchange.response else None,
        failure={"stage": failure.stage, "message": failure.message} if failure else None,
    )


def request_of(exchange: ReportedExchange) -> Request:
    """The request of an exchange, as far as a report knows it."""
    sent = exchange.request
    body = sent.body.encode() if sent.body is not None else None
    if sent.body_base64 is not None:
        body = base64.b64decode(sent.body_base64)
    headers = tuple((name, value) for name, value in sent.headers)
    return Request(exchange.operation, sent.method, sent.url, headers, body)


def curl(request: Request, token: str | None = None, names: Mapping[str, str] | None = None) -> str:
    """A curl line that sends the same request; secrets are shell variables.

    ``token`` was sent in place of a real one: it is no secret, and the line sends it too. ``names``
    are shell variables by the id that each contains.
    """
    known = names or {}
    words = ["curl", "-i", "-X", request.method]
    for name, value in request.headers:
        variable = _VARIABLES.get(name.lower())
        if token is not None and name.lower() == _TOKEN:
            words.append(f"-H {shlex.quote(f'{name}: {token}')}")
        elif variable is not None:
            words.append(f'-H "{name}: {variable}"')
        elif name.lower() not in _UNSENT:
            words.append(f"-H {_quoted(f'{name}: {value}', known)}")
    if request.body:
        text = _text(request.body)
        if text is not None:
            words.append(f"--data-binary {_quoted(text, known)}")
        else:
            encoded = base64.b64encode(request.body).decode()
            line = f"{' '.join(words)} --data-binary @- {_quoted(request.url, known)}"
            return f"echo {encoded} | base64 -d | {line}"
    return f"{' '.join(words)} {_quoted(request.url, known)}"


def _quoted(text: str, names: Mapping[str, str]) -> str:
    """A quoted shell word; ids that a variable contains are replaced by it."""
    held = [identifier for identifier in names if identifier in text]
    if not held:
        return shlex.quote(text)
    safe = re.sub(r'([\\"$`])', r"\\\1", text)
    for identifier in sorted(held, key=len, reverse=True):
        safe = safe.replace(identifier, f"${{{names[identifier]}}}")
    return f'"{safe}"'


def _request(request: Request) -> SentRequest:
    body, encoded = _bodies(request.body)
    headers = [[name, value] for name, value in request.headers]
    return SentRequest(request.method, request.url, headers, body, encoded)


def _response(response: Response) -> ReceivedResponse:
    body, encoded = _bodies(response.body[:KEPT_BYTES])
    return ReceivedResponse(
        status=response.status,
        headers=[[name, value] for name, value in response.headers],
        body=body,
        elapsed_ms=round(response.elapsed * 1000, 3),
        body_base64=encoded,
        truncated=len(response.body) > KEPT_BYTES,
    )


def _bodies(body: bytes | None) -> tuple[str | None, str | None]:
    if body is None:
        return None, None
    text = _text(body)
    return (text, None) if text is not None else (None, base64.b64encode(body).decode())


def _text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None
