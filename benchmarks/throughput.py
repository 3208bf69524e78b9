"""Requests per second of a whole run, beside a bare httpx client that replays the same requests.

``python benchmarks/throughput.py --pairs 5``: one standard run is recorded at the server; then,
by turns, the suite runs and the bare client replays, each against a fresh embedded reference in
a process of its own. The table goes to ``reports/benchmarks/throughput.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from judges import SCRIPTS, credentials, run, target_file
from machine import measured_on
from served import Counting, Served

from conformance.access.embedded import EmbeddedReference
from conformance.faults.middleware import read_all
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "throughput.md"
GOAL = 2 / 3

_PAGE = """\
# Throughput

{machine}

A run at level {level} sends {requests} requests, one after the other. They were recorded at the
server, and a bare `httpx.Client` (one connection kept open, nothing looked at but the status)
replays the same bytes against a fresh reference with the same seed; {same:.1%} of its answers had
the status of the recording. The two took turns, {pairs} times each. The server, a process of its
own, answers one request at a time, so that its own time is in both figures. Python's bytecode is
kept, as it is by default.

| requests per second | min | median | max |
|---|---|---|---|
| bare httpx replay | {bare} |
| suite: collecting, sending, judging, reporting | {suite} |
| suite, with the start of interpreter and reference | {whole} |

| ratio to the bare replay of the same turn | min | median | max |
|---|---|---|---|
| suite | {ratio} |
| suite, with the start of interpreter and reference | {whole_ratio} |

The aim is two thirds. {remark}
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it arrived at the server, and the status that it was answered with."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Requests per second of one turn, and how many answers of the replay were as recorded."""

    suite: float
    whole: float
    bare: float
    same: float


class Recording:
    """An ASGI application that remembers every request that it hands on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.requests: list[Recorded] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on, and remember it with its status."""
        body = await read_all(receive)
        statuses: list[int] = []

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        await self._app(scope, again, answer)
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
        self.requests.append(Recorded(scope["method"], target, headers, body, statuses[0]))


def record(level: str, folder: Path) -> list[Recorded]:
    """Every request of one run, in the order of their answers."""
    world = seeded_world(0)
    recording = Recording(create_app(world, with_control=True))
    with ReferenceServer(recording) as server:
        target = Served(announcement(world, server.base_url), Counting(recording))
        command = [str(SCRIPTS / "sparkrtc-conformance"), "run", "--level", level, "--seed", "1"]
        command += ["--target", str(target_file(target, folder)), "--report-dir", "recorded"]
        if run(command, folder, credentials(target.announced)) != 0:
            raise SystemExit((folder / "output.txt").read_text(encoding="utf-8"))
    return recording.requests


def with_bytecode(folder: Path) -> dict[str, str]:
    """The environment, with Python keeping its bytecode as it does by default, in a folder."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def suite_turn(level: str, folder: Path) -> tuple[float, float]:
    """One run of the command: requests per second of its pytest session, and of all of it."""
    command = [str(SCRIPTS / "sparkrtc-conformance"), "run", "--level", level, "--seed", "1"]
    command += ["--report-dir", str(folder / "report")]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=with_bytecode(folder))
    whole = time.perf_counter() - began
    report = json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))
    requests, seconds = report["run"]["requests"], report["run"]["duration_s"]
    return requests / seconds, requests / whole


def bare_turn(requests: list[Recorded]) -> tuple[float, float]:
    """One replay: requests per second, and the share of answers with the recorded status.

    Host is sent as it was recorded, since signatures cover it.
    """
    with EmbeddedReference() as embedded, httpx.Client(trust_env=False, timeout=30) as client:
        base = str(embedded.announced["base_url"])
        same = 0
        began = time.perf_counter()
        for one in requests:
            url = base + one.target
            body = one.body or None
            answer = client.request(one.method, url, headers=one.headers, content=body)
            same += answer.status_code == one.status
        seconds = time.perf_counter() - began
    return len(requests) / seconds, same / len(requests)


def main() -> None:
    """Record, take turns, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="turns of each of the two")
    parser.add_argument("--level", default="standard", help="of the run")
    parser.add_argument("--remark", default="", help="a sentence at the end of the report")
    parser.add_argument("--output", type=Path, default=REPORT, help="where the report goes")
    asked = parser.parse_args()
    turns: list[Turn] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requests = record(asked.level, folder)
        suite_turn("quick", folder)
        for number in range(asked.pairs):
            suite, whole = suite_turn(asked.level, folder)
            bare, same = bare_turn(requests)
            turns.append(Turn(suite, whole, bare, same))
            print(
                f"{number + 1}: suite {suite:.0f}/s ({whole:.0f}/s with start),"
                f" bare {bare:.0f}/s,"
                f" ratio {suite / bare:.2f}",
                flush=True,
            )
    text = page(asked, requests, turns)
    print(text)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(text, encoding="utf-8")
    sys.exit(0 if statistics.median(t.suite / t.bare for t in turns) >= GOAL else 1)


def page(asked: argparse.Namespace, requests: list[Recorded], turns: list[Turn]) -> str:
    """The report."""
    return _PAGE.format(
        machine=measured_on("sparkrtc-conformance", "httpx", "pytest", "uvicorn", "starlette"),
        level=asked.level,
        requests=len(requests),
        same=min(turn.same for turn in turns),
        pairs=len(turns),
        bare=_row([turn.bare for turn in turns], 0),
        suite=_row([turn.suite for turn in turns], 0),
        whole=_row([turn.whole for turn in turns], 0),
        ratio=_row([turn.suite / turn.bare for turn in turns], 2),
        whole_ratio=_row([turn.whole / turn.bare for turn in turns], 2),
        remark=asked.remark,
    )


def _row(values: list[float], digits: int) -> str:
    three = min(values), statistics.median(values), max(values)
    return " | ".join(f"{value:.{digits}f}" for value in three)


if __name__ == "__main__":
    main()
