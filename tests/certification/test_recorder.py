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


def test_a_client_that_leaves_is_recorded_at_once(contract: Contract) -> None:
    """A connection that is closed before the answer goes out: nothing was answered, and why."""
    gone = asyncio.Event()

    async def app(_scope: Any, _receive: Any, send: Callable[[Any], Any]) -> None:
        gone.set()
        await asyncio.sleep(0.05)
        seen.append(len(recorder.calls))
        await send(HEAD)
        await send(body(b"{}"))

    seen: list[int] = []
    recorder = Recorder(app, Router(contract))
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        """Nobody listens."""

    asyncio.run(recorder(SCOPE, receive, send))
    assert seen == [1]
    (call,) = recorder.calls
    assert call.status == 0
    assert call.exchange.failure is not None
    assert call.exchange.failure.message == "the client left before the end"


@pytest.mark.parametrize(
    ("heard", "why", "path"),
    [
        (b"GET /v2/apps/a b HTTP/1.1\r\nHost: h\r\n\r\n", "space", "/v2/apps/a b"),
        (b"PUT /v2/apps/\xe6\x95\x99 HTTP/1.1\r\nHost: h\r\n\r\n", "0xE6", "/v2/apps/\xe6\x95\x99"),
        (b"GET /v2/apps HTTP/1.1\r\nBad Header: \x00\r\n\r\n", "not a well-formed", "/v2/apps"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_call(
    heard: bytes, why: str, path: str, contract: Contract
) -> None:
    """Its method, address and headers are kept as far as they go, and what is wrong with it."""
    recorder = Recorder(lambda *_: None, Router(contract))  # type: ignore[arg-type]
    recorder.unreadable(heard, "127.0.0.1:40000")
    (call,) = recorder.calls
    assert (call.status, call.raw_path) == (400, path)
    assert why in call.unreadable
    assert recorder.strange == ()


def test_what_is_no_request_at_all_is_said(contract: Contract) -> None:
    """A client that speaks TLS to a server of plain HTTP is told so, and is no call."""
    recorder = Recorder(lambda *_: None, Router(contract))  # type: ignore[arg-type]
    recorder.unreadable(b"\x16\x03\x01\x02\x00\x01", "127.0.0.1:40000")
    assert recorder.calls == ()
    assert "TLS" in recorder.strange[0]


def test_an_answer_that_was_not_read_is_not_heard(contract: Contract) -> None:
    """A connection that is reset had an answer in it: the last one on it, and no other."""
    connection = "127.0.0.1:40000"

    async def app(_scope: Any, _receive: Any, send: Callable[[Any], Any]) -> None:
        await send(HEAD)
        await send(body(b"{}"))

    recorder = Recorder(app, Router(contract))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        """It goes out."""

    for _ in range(2):
        asyncio.run(recorder(SCOPE, receive, send))
    recorder.reset("127.0.0.1:50000")
    assert [call.is_heard for call in recorder.calls] == [True, True]
    recorder.reset(connection)
    assert [(call.is_heard, call.status) for call in recorder.calls] == [(True, 200), (False, 200)]


def test_the_server_does_not_complain_beside_the_report(contract: Contract) -> None:
    """What could not be read is a finding; a bare line of the server's log helps nobody."""
    import logging
    import socket

    from conformance.certification.session import RecordingServer

    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("uvicorn.error")
    with RecordingServer(contract) as server:
        log.addHandler(handler)
        try:
            host, _, port = server.base_url.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(b"GET /v2/apps/a b HTTP/1.1\r\nHost: h\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 400")
        finally:
            log.removeHandler(handler)
    assert said == []
    assert [call.unreadable != "" for call in server.calls] == [True]
