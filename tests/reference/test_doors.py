"""The doors for tests take programs of this machine, and no request of a page elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.reference.app import create_app
from conformance.reference.local_only import why_not
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer

DOORS = (
    ("POST", "/_control/advance"),
    ("GET", "/_control/snapshot"),
    ("GET", "/_control/deliveries"),
    ("PUT", "/_control/rooms/a/r/users/u"),
    ("POST", "/_situation"),
    ("DELETE", "/_situation"),
    ("GET", "/_situation"),
)
STRANGERS = (
    {"Host": "rebound.example"},
    {"Host": "127.0.0.1.example.com"},
    {"Host": "localhost.example:80"},
    {"Host": "[::1"},
    {"Host": ""},
    {"Origin": "https://page.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1.example"},
    {"Origin": "file://"},
)
HOSTILE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b"\xff\xfe",
    b"[" * 30_000,
    b"{" + b'"a":{' * 9_000,
    json.dumps({"operation": "\ud800", "situation": "\ud800", "seconds": "\ud800"}).encode(),
    *(
        b'{"operation": "ListApps", "situation": "throttled", "times": %s, "seconds": %s}' % (n, n)
        for n in (
            b"1e999",
            b"-1e999",
            b"NaN",
            b"Infinity",
            b"-1",
            b"1" * 400,
            b"9" * 5000,
            b'"1"',
            b"true",
            b"[]",
            b"{}",
        )
    ),
    b'{"operation": [], "situation": {}}',
    b'{"operation": "ListApps", "situation": "\\u0000"}',
    b'{"operation": "ListApps", "situation": "throttled", "times": 100000000}',
    b"x" * 200_000,
)


@pytest.fixture(scope="module")
def opened(contract: Contract) -> Iterator[dict[str, str]]:
    """A reference with its doors open, and a server that plans situations: place by door."""
    world = seeded_world(0)
    opened = create_app(world, with_control=True)
    with ReferenceServer(opened) as one, RecordingServer(contract) as other:
        yield {"_control": one.base_url, "_situation": other.base_url}


def _ask(opened: dict[str, str], method: str, path: str, **sent: Any) -> httpx.Response:
    return httpx.request(method, opened[path.split("/")[1]] + path, timeout=30, **sent)


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_no_page_elsewhere_opens_a_door(opened: dict[str, str], method: str, path: str) -> None:
    """By its Origin, or by a name that was made to mean this machine."""
    for headers in STRANGERS:
        answer = _ask(opened, method, path, headers=headers, json={"seconds": 1})
        assert answer.status_code in {400, 403}, headers
        assert answer.status_code == 403 or headers["Host"] == ""


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
@pytest.mark.parametrize("path", ["/_control/advance", "/_situation"])
def test_what_a_form_can_send_opens_no_door(opened: dict[str, str], path: str, kind: str) -> None:
    """A request that needs no permission of the browser is not taken for JSON."""
    answer = _ask(opened, "POST", path, headers={"Content-Type": kind}, content=b'{"seconds": 1}')
    assert answer.status_code == 415


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_no_body_breaks_a_door(opened: dict[str, str], number: int) -> None:
    """A reason in JSON, and never a 5xx; afterwards the door is as it was."""
    headers = {"Content-Type": "application/json"}
    for method, path in DOORS:
        if method not in {"POST", "PUT"}:
            continue
        answer = _ask(opened, method, path, headers=headers, content=HOSTILE[number])
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert answer.json()
    assert _ask(opened, "POST", "/_control/advance", json={"seconds": 0}).status_code == 200
    known = {"operation": "ListApps", "situation": "throttled"}
    assert _ask(opened, "POST", "/_situation", json=known).status_code == 204
    assert _ask(opened, "DELETE", "/_situation").status_code == 204


def test_the_clock_has_an_end() -> None:
    """Moved ahead as often as one likes, it stays where times can be written."""
    world = seeded_world(0)
    with ReferenceServer(create_app(world, with_control=True)) as server:
        for _ in range(900):
            world.clock.advance(10 * 365 * 86400)
            if world.clock.now().year >= 9900:
                break
        body = {"seconds": 10 * 365 * 86400}
        refused = httpx.post(f"{server.base_url}/_control/advance", json=body)
        assert refused.status_code == 400
        token = {"X-Auth-Token": world.identities[0].token}
        assert httpx.get(f"{server.base_url}/v2/apps", headers=token).status_code < 500


def test_not_more_is_planned_than_can_be(opened: dict[str, str]) -> None:
    """Ten thousand answers of an operation wait at most, whoever asks how often."""
    asked = {"operation": "ListApps", "situation": "throttled", "times": 6000}
    assert _ask(opened, "POST", "/_situation", json=asked).status_code == 204
    refused = _ask(opened, "POST", "/_situation", json=asked)
    assert refused.status_code == 400
    assert "10000 answers" in refused.json()["error"]
    assert _ask(opened, "DELETE", "/_situation").status_code == 204


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:80", "127.0.0.1:9", "[::1]:9", "127.9.9.9"]
)
def test_this_machine_by_its_names(host: str) -> None:
    """Every name of loopback, with a port or without, and pages of this machine itself."""
    for origin in (None, "http://localhost:3000", "https://127.0.0.1"):
        headers = {"host": host, "content-type": "application/json; charset=utf-8"}
        assert why_not("POST", headers | ({"origin": origin} if origin else {})) is None
