"""How many cases run at a time: several only where it is worth while, harmless, and answered."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.access.credentials import credentials_from
from conformance.access.settings import Limits
from conformance.access.target_file import target_from_url
from conformance.engine.run.concurrency import at_a_time, check_concurrency
from conformance.engine.run.config import RunConfig
from conformance.engine.run.session import Session
from conformance.engine.wire.endpoint import Reach
from conformance.errors import UsageError

ENV = {"SPARKRTC_TOKEN": "t" * 40, "SPARKRTC_PROJECT_ID": "0" * 32}


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seconds = 0.0
    wbufsize = -1  # one packet: two would wait for the delayed acknowledgement of the first

    def do_GET(self) -> None:
        time.sleep(self.seconds)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@contextmanager
def _server(kind: type[http.server.HTTPServer], seconds: float) -> Iterator[str]:
    handler = type("Slow", (_Answer,), {"seconds": seconds})
    with kind(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.shutdown, daemon=True).start()


def _session(url: str, folder: Path, limits: Limits = Limits(), **options: object) -> Session:  # noqa: B008
    settings = replace(target_from_url(url, ENV, profile="emulator"), limits=limits)
    config = RunConfig(target=url, report_dir=folder, **options)  # type: ignore[arg-type]
    return Session(config, Reach(settings, credentials_from(ENV, settings)))


THREADS = http.server.ThreadingHTTPServer


@pytest.mark.parametrize(
    ("seconds", "options", "count"),
    [
        (0.02, {}, 12),
        (0.0, {}, 1),
        (0.02, {"profile": "stateless"}, 1),
        (0.02, {"alone": False}, 1),
        (0.02, {"limits": Limits(requests=100)}, 1),
        (0.02, {"limits": Limits(flow_control=True)}, 1),
        (0.02, {"profile": "live"}, 1),
        (0.02, {"duration": 60.0}, 1),
        (0.02, {"concurrency": 1}, 1),
        (0.02, {"concurrency": 3}, 3),
        (0.0, {"concurrency": 3}, 3),
        (0.02, {"alone": False, "concurrency": 3}, 1),
        (0.02, {"limits": Limits(requests=100), "concurrency": 3}, 3),
        (0.02, {"limits": Limits(flow_control=True), "concurrency": 3}, 1),
        (0.02, {"profile": "live", "concurrency": 3}, 1),
        (0.02, {"duration": 60.0, "concurrency": 3}, 1),
    ],
)
def test_how_many(tmp_path: Path, seconds: float, options: dict[str, object], count: int) -> None:
    """As many as were asked for, several at a slow emulator, one where requests are counted."""
    with _server(THREADS, seconds) as url:
        session = _session(url, tmp_path, **options)  # type: ignore[arg-type]
        assert at_a_time(session) == count
        session.hang_up()


def test_a_server_of_one_connection_is_asked_one_by_one(tmp_path: Path) -> None:
    """It would let the others wait until the first is closed, which is no fault of its own."""
    with _server(http.server.HTTPServer, 0.02) as url:
        session = _session(url, tmp_path, concurrency=3)
        assert at_a_time(session) == 1
        session.hang_up()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"profile": "live"}, "profile live"),
        ({"limits": Limits(flow_control=True)}, "flow control"),
        ({"alone": False}, "-n"),
    ],
)
def test_where_several_are_refused(tmp_path: Path, options: dict[str, object], words: str) -> None:
    """Asked for by name where it must not be: one line, before anything is sent."""
    session = _session("http://127.0.0.1:9", tmp_path, concurrency=4, **options)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=words):
        check_concurrency(session)
    check_concurrency(_session("http://127.0.0.1:9", tmp_path, concurrency=1, **options))  # type: ignore[arg-type]


def test_how_many_are_out_of_range() -> None:
    """At least one, and bounded."""
    for count in (0, 65):
        with pytest.raises(UsageError, match="--concurrency"):
            RunConfig(concurrency=count)
