"""When two requests count as the same."""

from __future__ import annotations

from conformance.certification.recording.call import Call


def identity(call: Call) -> tuple[object, ...]:
    """What identifies a request: method, address, body, and the token that was used."""
    token = call.headers.get("x-auth-token", "")
    content = call.headers.get("content-type", "")
    signed = bool(call.headers.get("authorization"))
    request = call.exchange.request
    return request.method, request.url, call.body, token, content, signed
