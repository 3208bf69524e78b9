"""Checks that a refusal does not repeat the credentials of the request."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.results import CheckResults
from conformance.model.exchange import Request, Response
from conformance.model.text import octets_of

NO_SECRETS = "common/answer/no-secrets"
_SHORTEST = 8
"""Shorter values could stand in a message by chance."""


def check_secrets(
    request: Request, response: Response, token_header: str | None, found: CheckResults
) -> None:
    """Judge that no refusal repeats the token or the signature that was sent."""
    if response.status < 400:
        return
    told = next(
        (name for name, secret in _sent(request, token_header) if _repeats(response, secret)), None
    )
    found.judge(
        NO_SECRETS,
        told is None,
        f"the refusal {response.status} repeats the {told} that was sent",
        "an answer without the credentials of the request",
        "it is in the answer",
    )


def _sent(request: Request, token_header: str | None) -> Iterator[tuple[str, str]]:
    for name, value in request.headers:
        lowered = name.lower()
        if lowered == token_header and len(value) >= _SHORTEST:
            yield "token", value
        elif lowered == "authorization":
            signature = value.partition("Signature=")[2]
            if len(signature) >= _SHORTEST:
                yield "signature", signature


def _repeats(response: Response, secret: str) -> bool:
    if octets_of(secret) in response.body:
        return True
    return any(secret in value for _, value in response.headers)
