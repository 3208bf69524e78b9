"""What is recorded, and when: before the client can act on the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from conformance.certification.recording.call import Router
from conformance.certification.recording.recorder import Recorder
from conformance.contract.document import Contract

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/v2/apps",
    "raw_path": b"/v2/apps",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
    "scheme": "http",
    "client": ("127.0.0.1", 40000),
}
HEAD = {"type": "http.response.start", "status": 200, "headers": []}


def body(text: bytes = b"", *, more: bool = False) -> dict[str, Any]:
    """A piece of an answer."""
    return {"type": "http.response.body", "body": text, "more_body": more}


def seen_at_each_send(contract: Contract, *messages: dict[str, Any]) -> list[int]:
    """How many calls were recorded when each message of an answer went out, and at the end."""
    seen: list[int] = []

    async def app(_scope: Any, _receive: Any, send: Callable[[Any], Any]) -> None:
        for message in messages:
            await send(message)

    recorder = Recorder(app, Router(contract))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        seen.append(len(recorder.calls))

    asyncio.run(recorder(SCOPE, receive, send))
    return [*seen, len(recorder.calls)]


SIZED = {**HEAD, "headers": [(b"Content-Length", b"2")]}


@pytest.mark.parametrize(
    ("messages", "recorded"),
    [
        ((HEAD, body(b"{}")), [1, 1, 1]),
        (({**HEAD, "status": 204}, body()), [1, 1, 1]),
        ((HEAD, body(b"{", more=True), body(b"}")), [0, 0, 1, 1]),
        ((SIZED, body(b"{}", more=True), body()), [1, 1, 1, 1]),
    ],
    ids=["plain", "without a body", "in pieces", "of a declared length"],
)
def test_a_call_is_recorded_before_its_answer_is_complete(
    messages: tuple[dict[str, Any], ...], recorded: list[int], contract: Contract
) -> None:
    """Whoever has read the whole answer finds the call recorded; each call once."""
    assert seen_at_each_send(contract, *messages) == recorded


def test_an_answer_that_never_comes_is_recorded_too(contract: Contract) -> None:
    """Nothing was answered, and half an answer: each is one call."""
    assert seen_at_each_send(contract) == [1]
    assert seen_at_each_send(contract, HEAD, body(b"{", more=True)) == [0, 0, 1]
