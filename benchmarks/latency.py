"""A run with latency between it and its target, by how many cases run at a time.

``python benchmarks/latency.py --ms 30``: the reference answers each request so much later; the
suite runs one case at a time, with pytest-xdist, and with ``--concurrency``. The table goes to
``reports/benchmarks/latency.md``. Exit status 1 when the verdict of any requirement differs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from judges import SCRIPTS, credentials, target_file
from machine import measured_on
from served import Counting, Served
from throughput import with_bytecode

from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "latency.md"
GOAL = 15.0
WAYS: dict[str, tuple[str, ...]] = {
    "one case at a time": ("--concurrency", "1"),
    "by itself (12 at a time)": (),
    "`-n 4`": ("-n", "4"),
    "`-n 8`": ("-n", "8"),
    "`--concurrency 4`": ("--concurrency", "4"),
    "`--concurrency 8`": ("--concurrency", "8"),
    "`--concurrency 32`": ("--concurrency", "32"),
}

_PAGE = """\
# Latency

{machine}

The reference answers every request {ms} ms later than it would, a process away. The whole command
`run --level {level}` is timed, {turns} time(s) each, by turns; the machine was shared
(load {load}), so that the ratio says more than the seconds.

| | median seconds | requests | times as fast as one at a time |
|---|---|---|---|
{rows}

Verdicts that differ from those of one case at a time: {differing}. The aim is {goal:.0f} s for what
a run does by itself. {remark}
"""


class Slow:
    """An ASGI application that lets every request wait for a while, side by side."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on, later."""
        if scope["type"] == "http":
            await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Turn:
    """One run: how long the whole command took, and what came of it."""

    seconds: float
    requests: int
    verdicts: dict[str, str]


@contextmanager
def slow(seconds: float) -> Iterator[Served]:
    """A fresh reference that answers later."""
    world = seeded_world(0)
    counting = Counting(Slow(create_app(world, with_control=True), seconds))
    with ReferenceServer(counting) as server:
        yield Served(announcement(world, server.base_url), counting)


def turn(way: tuple[str, ...], seconds: float, level: str, folder: Path) -> Turn:
    """Run the command once against a fresh server."""
    with slow(seconds) as server:
        target = target_file(server, folder)
        command = [str(SCRIPTS / "sparkrtc-conformance"), "run", "--target", str(target), *way]
        command += ["--level", level, "--seed", "1", "--report-dir", str(folder / "report")]
        env = {**with_bytecode(folder), **credentials(server.announced)}
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, cwd=folder, env=env, text=True)
        took = time.perf_counter() - began
        if done.returncode not in {0, 1, 4}:
            raise SystemExit(done.stdout + done.stderr)
    report = json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))
    verdicts = {one["id"]: one["verdict"] for one in report["requirements"]}
    return Turn(took, server.counting.requests, verdicts)


def main() -> None:
    """Take turns, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ms", type=float, default=30.0, help="latency of every answer")
    parser.add_argument("--turns", type=int, default=1, help="runs of each way")
    parser.add_argument("--level", default="standard", help="of the runs")
    parser.add_argument(
        "--only", nargs="*", default=[""], help="ways whose name holds one of these"
    )
    parser.add_argument("--remark", default="", help="a sentence at the end of the report")
    parser.add_argument("--output", type=Path, default=REPORT, help="where the report goes")
    asked = parser.parse_args()
    ways = {name: way for name, way in WAYS.items() if any(part in name for part in asked.only)}
    turns: dict[str, list[Turn]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(asked.turns):
            for label, way in ways.items():
                turns[label].append(turn(way, asked.ms / 1000, asked.level, folder))
                last = turns[label][-1]
                print(f"{label}: {last.seconds:.1f} s, {last.requests} requests", flush=True)
    text, differing = page(asked, turns)
    print(text)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(text, encoding="utf-8")
    sys.exit(1 if differing else 0)


def page(asked: argparse.Namespace, turns: dict[str, list[Turn]]) -> tuple[str, int]:
    """The report, and how many verdicts differ. Processes leave out what would move the clock."""
    medians = {name: statistics.median(t.seconds for t in done) for name, done in turns.items()}
    first = next(iter(turns.values()))[0]
    slowest = next(iter(medians.values()))
    rows = [
        f"| {name} | {medians[name]:.1f} | {done[0].requests} | {slowest / medians[name]:.1f} |"
        for name, done in turns.items()
    ]
    apart = [one for name, done in turns.items() if "-n" not in name for one in done]
    differing = sorted(
        f"{identifier} ({verdict}, then {one.verdicts.get(identifier)})"
        for one in apart
        for identifier, verdict in first.verdicts.items()
        if verdict != one.verdicts.get(identifier)
    )
    text = _PAGE.format(
        machine=measured_on("sparkrtc-conformance", "httpx", "pytest", "uvicorn", "starlette"),
        ms=f"{asked.ms:g}",
        load=f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
        level=asked.level,
        turns=asked.turns,
        rows="\n".join(rows),
        differing=", ".join(differing) or "none",
        goal=GOAL,
        remark=asked.remark,
    )
    return text, len(differing)


if __name__ == "__main__":
    main()
