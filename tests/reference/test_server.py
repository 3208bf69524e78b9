"""The reference over real HTTP."""

from __future__ import annotations

import json
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, ServerError, start_reference
from tests.processes import running

ROOT = Path(__file__).parents[2]


def test_start_answer_stop():
    """In a thread: it answers on the port it names, and frees it when stopped."""
    world = seeded_world()
    server = start_reference(world)
    try:
        headers = {"X-Auth-Token": world.identities[0].token}
        with httpx.Client(base_url=server.base_url, headers=headers) as client:
            assert client.get("/v2/apps").json()["count"] == 2
            assert client.get("/_control/snapshot").status_code == 200
            assert client.post("/v2/apps", content=b"{" * 1000).status_code == 400
    finally:
        server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.base_url)


def test_with_statement():
    """It serves a world of its own inside a with statement."""
    world = seeded_world()
    with ReferenceServer(create_app(world)) as server:
        assert httpx.get(server.base_url).status_code == 404


def test_cut_off_body():
    """A client that goes away in the middle of a body leaves the server as it was."""
    with ReferenceServer(create_app(seeded_world())) as server:
        address = ("127.0.0.1", int(server.base_url.rsplit(":", 1)[1]))
        with socket.create_connection(address) as connection:
            connection.sendall(b"POST /v2/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        assert httpx.get(server.base_url).status_code == 404


def test_port_in_use():
    """A port that is taken is one clear line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port}: .*; choose another one, or 0"):
            ReferenceServer(None, port)


def test_serve_announces_itself():
    """As a process: the first line on stdout is JSON with everything that a client needs."""
    code = "from conformance.reference.server import serve; serve(seed=4, flow_control=True)"
    command = [sys.executable, "-c", code]
    with running(command, cwd=ROOT) as process:
        line = json.loads(process.stdout.readline())
        assert {"base_url", "identity_url", "project_id", "token", "ak", "sk"} <= set(line)
        answer = httpx.get(
            f"{line['identity_url']}/v3/projects", headers={"X-Auth-Token": line["token"]}
        )
        assert answer.json()["projects"][0]["id"] == line["project_id"]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
