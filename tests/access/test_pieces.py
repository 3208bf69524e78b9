"""A head and its body are one piece on the wire, and what fails there is told by the answer."""

from __future__ import annotations

import socket
import threading

import httpcore
import pytest

from conformance.access.deadline import Deadline, DeadlineBackend


class _Stream(httpcore.NetworkStream):
    """Remembers what is written; ``broken`` takes nothing."""

    def __init__(self, *, broken: bool = False) -> None:
        self.written: list[bytes] = []
        self._broken = broken

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return b"HTTP/1.1 413 "

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._broken:
            raise httpcore.WriteError("reset")
        self.written.append(buffer)


def _wrapped(inner: _Stream, monkeypatch: pytest.MonkeyPatch) -> httpcore.NetworkStream:
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: inner)
    return DeadlineBackend(Deadline()).connect_tcp("host", 80)


def test_a_head_and_its_body_are_sent_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the answer is waited for; nothing is sent twice."""
    inner = _Stream()
    stream = _wrapped(inner, monkeypatch)
    stream.write(b"POST / HTTP/1.1\r\n\r\n")
    stream.write(b"{}")
    stream.read(100)
    stream.read(100)
    assert inner.written == [b"POST / HTTP/1.1\r\n\r\n{}"]


def test_what_is_large_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of megabytes is not kept back."""
    inner = _Stream()
    stream = _wrapped(inner, monkeypatch)
    stream.write(b"head")
    stream.write(b"x" * 100_000)
    assert sum(map(len, inner.written)) == 100_004


def test_an_answer_before_the_end_of_the_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that refuses and hangs up has said why."""
    stream = _wrapped(_Stream(broken=True), monkeypatch)
    stream.write(b"POST / HTTP/1.1\r\n\r\n")
    assert stream.read(100) == b"HTTP/1.1 413 "


def test_a_server_that_only_listens_gets_all() -> None:
    """On a socket: the whole request is there when the client begins to wait."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        got: list[bytes] = []

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                got.append(connection.recv(4096))
                connection.sendall(b"yes")

        thread = threading.Thread(target=answer)
        thread.start()
        stream = DeadlineBackend(Deadline()).connect_tcp(*server.getsockname(), timeout=5)
        stream.write(b"head ")
        stream.write(b"body")
        assert stream.read(10, timeout=5) == b"yes"
        stream.close()
        thread.join()
    assert got == [b"head body"]
