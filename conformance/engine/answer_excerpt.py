"""How findings and reasons quote an answer."""

from __future__ import annotations

from conformance.model.exchange import Exchange

_MOST = 300
"""Octets of a body that are quoted."""


def answer_excerpt(exchange: Exchange) -> str:
    """The status and the start of the body; what failed if nothing was answered."""
    if exchange.response is None:
        failure = exchange.failure
        return f"nothing ({failure.stage}: {failure.message})" if failure else "nothing"
    body = exchange.response.body[:_MOST].decode("utf-8", "replace")
    return f"{exchange.response.status} {body}".strip()
