"""Offers to go on in HTTP/2, as Java's client makes them, do not cost a request its body."""

from __future__ import annotations

import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from conformance.access.settings import Fixtures, TargetSettings
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.engine.wire.listener import Listener
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer

OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
OFFER_LAST = "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAA\r\nuPGRADE: h2c\r\n"
BODY = b'{"app_name": "upgrade: h2c"}'


def _sent(url: str, offer: str, token: str, pieces: int) -> list[tuple[int, bytes]]:
    """Two requests over one connection, in so many segments each; the two answers."""
    place = urlsplit(url)
    head = (
        f"POST {place.path or '/v2/apps'} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"X-Auth-Token: {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\n{offer}\r\n"
    )
    data = head.encode() + BODY
    answers = []
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2):
            if pieces == 1:
                one.sendall(data)
            else:
                one.sendall(head.encode())
                one.sendall(BODY)
            answer = HTTPResponse(one)
            answer.begin()
            answers.append((answer.status, answer.read()))
    return answers


@pytest.mark.parametrize("offer", ["", OFFER, OFFER_LAST])
@pytest.mark.parametrize("pieces", [1, 2])
def test_the_reference_reads_the_body(offer: str, pieces: int) -> None:
    """The application is made; the second of its name is refused for that."""
    world = seeded_world()
    with ReferenceServer(create_app(world)) as server:
        said = _sent(server.base_url, offer, world.identities[0].token, pieces)
    assert [status for status, _ in said] == [201, 400]
    assert b"RTC.00001020" in said[1][1]


def test_the_recorder_reads_the_body(contract: Contract) -> None:
    """A client is not told that it sent none."""
    with RecordingServer(contract) as server:
        _sent(server.base_url, OFFER, "any", 2)
        sent = [call.exchange.request.body for call in server.calls]
    assert sent == [BODY, BODY]


def test_the_listener_reads_the_body() -> None:
    """Nor is a service whose events come from Java."""
    settings = TargetSettings(base_url="http://127.0.0.1:9", fixtures=Fixtures())
    with Listener(settings) as listener:
        _sent(f"{listener.url}/event", OFFER, "any", 2)
        found = listener.until("/event", lambda seen: len(seen) == 2, 5)
    assert [one.body for one in found] == [BODY, BODY]
