"""Runs that are killed at a random point, and the cleanup that follows."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.attack.attacked import CLI, Attacked, Done, ended, environment, judged, running, target
from tests.attack.meanings import created_as
from tests.attack.wire import HONEST, Hostile, HostileServer

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL)
WRONG = Hostile(
    "wrong-ids", "every second creation answers a wrong id", created_as(lambda _, i: i[::-1]), 2, 2
)
MODES: dict[str, Hostile] = {
    "plain": HONEST,
    "wrong-ids": WRONG,
    "full-disk": HONEST,
    "two-runs": HONEST,
    "twice": HONEST,
}
"""``twice``: a second signal comes while the first is obeyed."""
ONLY = ("--only", "CreateApp", "--only", "*App", "--only", "CreateRecordRule")
ROOM = 6000
"""Octets that a file may have where the disk is full: of a journal some thirty lines."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: with which signal, in which mode, after how many requests."""

    mode: str
    signal: signal.Signals
    requests: int

    @property
    def name(self) -> str:
        """How the report calls it."""
        return f"kill {self.mode} {self.signal.name} after {self.requests} requests"


def kills(count: int = 60, seed: int = 1) -> Iterator[Kill]:
    """So many kills, no two alike; every signal in every mode, at points drawn by the seed."""
    drawn = random.Random(seed)  # noqa: S311 - a sample, no secret
    seen: set[Kill] = set()
    for number in range(count):
        mode = tuple(MODES)[number // len(SIGNALS) % len(MODES)]
        kill = Kill(mode, SIGNALS[number % len(SIGNALS)], drawn.randrange(2, 60))
        while kill in seen:
            kill = replace(kill, requests=kill.requests + 1)
        seen.add(kill)
        yield kill


def killed(kill: Kill, folder: Path) -> Attacked:
    """Kill a run, clean up, and look at what is left at the server."""
    server = HostileServer(MODES[kill.mode])
    folder.mkdir(parents=True)
    with server.serving() as url:
        out = folder / "a"
        path = target(server, url, folder, "a", 60)
        other = _beside(server, url, folder) if kill.mode == "two-runs" else None
        room = ROOM if kill.mode == "full-disk" else None
        command = running(path, out, *ONLY)
        done = ended(command, out, after=_killer(server, kill), room=room)
        cleaned = ended([*CLI, "cleanup", "--target", str(path), "--report-dir", str(out)], out)
        if other is not None:
            _end(other)
        row = judged(kill.name, done, server, out, ["a", "b"])
        left = server.left()
        unnamed = server.unnamed(cleaned.printed + done.printed)
    row = row.with_troubles(*_judged_cleanup(cleaned), seconds=done.seconds + cleaned.seconds)
    if unnamed and not (kill.mode == "full-disk" and kill.signal == signal.SIGKILL):
        row = row.with_troubles(*(f"left without a word: {app}" for app in unnamed))
    if left and MODES[kill.mode] is HONEST:
        row = row.with_troubles(f"left: {len(left)} applications, {cleaned.printed[-300:]!r}")
    if server.changed():
        row = row.with_troubles("a foreign application is not as it was", foreign=1)
    return row


def _judged_cleanup(cleaned: Done) -> list[str]:
    bad = "Traceback" in cleaned.printed or cleaned.status not in {0, 1}
    return [f"cleanup: {cleaned.status} {cleaned.printed[-300:]!r}"] if bad else []


def _killer(server: HostileServer, kill: Kill) -> Callable[[subprocess.Popen[bytes]], None]:
    def wait(process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and server.requests < kill.requests:
            time.sleep(0.002)
        for _ in range(2 if kill.mode == "twice" else 1):
            with suppress(ProcessLookupError):
                os.kill(process.pid, kill.signal)
            time.sleep(0.3)

    return lambda process: threading.Thread(target=wait, args=(process,), daemon=True).start()


def _beside(server: HostileServer, url: str, folder: Path) -> subprocess.Popen[bytes]:
    path = target(server, url, folder, "b", 60)
    return subprocess.Popen(
        running(path, folder / "b", *ONLY),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the other run orderly; it deletes what it made."""
    with suppress(ProcessLookupError):
        process.terminate()
    process.wait(120)
