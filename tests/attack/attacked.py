"""A command under attack: how it ended, what it cost, and what it let through."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from conformance.reporting.formats import FORMATS
from tests.access.canaries import APP_KEY, AUTH_KEY, CANARIES, leaks_of
from tests.attack.wire import HostileServer

CLI = (sys.executable, "-m", "conformance.cli")
MARKS = ("Traceback (most recent", "INTERNALERROR", "Exception ignored", "please report this")
"""What only a program prints that has broken."""
STATUSES = frozenset({0, 1, 2, 3, 4, 130})
_MEMORY = 4 * 2**30
_RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LIVE = re.compile(r"<script>owned|<img src=x onerror|<details open ontoggle|<style>\*\{background")


@dataclass(frozen=True, slots=True)
class Attacked:
    """What became of one command. ``troubles``: everything that must not be, one line each."""

    name: str
    status: int
    seconds: float
    megabytes: float
    requests: int = 0
    tracebacks: int = 0
    foreign: int = 0
    canaries: int = 0
    troubles: tuple[str, ...] = ()

    def with_troubles(self, *more: str, **figures: float) -> Attacked:
        """The same with more that must not be."""
        return replace(self, troubles=(*self.troubles, *more), **figures)


@dataclass(frozen=True, slots=True)
class Done:
    """A process that has ended."""

    status: int
    printed: str
    seconds: float
    megabytes: float


def environment(**more: str) -> dict[str, str]:
    """Ours, without coverage and target, with every canary."""
    left_out = ("SPARKRTC_", "COV_", "COVERAGE_", "HUAWEICLOUD_", "FORCE_COLOR")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    source = str(Path(__file__).parents[2])
    known = {"SPARKRTC_USERNAME": "sparkrtc", "SPARKRTC_DOMAIN": "sparkrtc-test"}
    return {**kept, "PYTHONPATH": source, "COLUMNS": "200", **CANARIES, **known, **more}


def ended(
    command: Sequence[str],
    folder: Path,
    *,
    patience: float = 120,
    after: Callable[[subprocess.Popen[bytes]], None] | None = None,
    room: int | None = None,
    env: Mapping[str, str] | None = None,
) -> Done:
    """Run a command to its end, or ``patience`` seconds; ``after`` may do something to it.

    ``room``: no file may get longer than so many octets. A killed one has status -9.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = folder.parent / f"{folder.name}.printed"
    began = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env or environment()),
            start_new_session=True,
        )
        resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        if room is not None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
        if after is not None:
            after(process)
        status, megabytes = _waited(process, began + patience)
    printed = said.read_bytes().decode("utf-8", "replace")
    return Done(status, printed, time.monotonic() - began, megabytes)


def _waited(process: subprocess.Popen[bytes], until: float) -> tuple[int, float]:
    """Its status and its peak memory in MB; killed when its time is over.

    The peak is asked of the kernel while it runs: what ``wait4`` tells has our own in it.
    """
    peak = 0.0
    while (status := process.poll()) is None:
        peak = max(peak, _peak(process.pid))
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
        time.sleep(0.05)
    return status, peak


def _peak(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", told)
    return int(found[1]) / 1024 if found else 0.0


def target(server: HostileServer, url: str, folder: Path, run: str, duration: float) -> Path:
    """A target file whose requests name their run."""
    identity = server.world.identities[0]
    capabilities = ["writes", "jobs", "statistics", "identity", "aksk", "obs"]
    top, _, tables = server.row.target.partition("[limits]\n")
    path = folder / f"{run}.toml"
    path.write_text(
        f'base_url = "{url}"\nidentity_url = "{url}"\nproject_id = "{identity.project_id}"\n'
        f'project_name = "{identity.project}"\nprofile = "emulator"\n'
        f"capabilities = {json.dumps(capabilities)}\n{top}\n"
        f'[headers]\nX-Run = "{run}"\n'
        "[timeouts]\nconnect = 1\nread = 1\ntotal = 2\n"
        f"[limits]\nduration = {duration}\nstatistics_lag = 0\n{tables}",
        encoding="utf-8",
    )
    return path


def running(path: Path, out: Path, *options: str) -> list[str]:
    """The command line of a run with every format of report."""
    formats = ("--format", ",".join(FORMATS), "--report-dir", str(out))
    return [
        *CLI,
        "run",
        "--target",
        str(path),
        *formats,
        "--level",
        "quick",
        "--seed",
        "1",
        *options,
    ]


def judged(
    name: str, done: Done, server: HostileServer, out: Path, runs: Sequence[str]
) -> Attacked:
    """What a command let through: on the terminal, in its folder, at the server."""
    secrets = {*CANARIES.values(), APP_KEY, AUTH_KEY} | server.ids.drawn
    found = [*broken(done), *unfit(out)]
    leaked = leaks_of(out, done.printed, secrets)
    foreign = {app for run in runs for app in server.touched(run)}
    found += [f"canary: {leak[:160]}" for leak in leaked]
    found += [f"foreign: {app}" for app in foreign]
    return Attacked(
        name,
        done.status,
        done.seconds,
        done.megabytes,
        server.requests,
        sum(done.printed.count(mark) for mark in MARKS),
        len(foreign),
        len(leaked),
        tuple(found),
    )


def broken(done: Done) -> list[str]:
    """What no command may print, and no status that is none of ours."""
    marks = [mark for mark in MARKS if mark in done.printed]
    found = [f"{mark} …{done.printed[-300:]!r}" for mark in marks]
    moved = _RAW.search(done.printed.replace("\r\n", "\n"))
    if moved:
        around = done.printed[max(0, moved.start() - 40) : moved.end() + 20]
        found.append(f"raw control letter in {around!r}")
    if done.status not in STATUSES and done.status >= 0:
        found.append(f"status {done.status}")
    return found


def unfit(out: Path) -> list[str]:
    """Reports that their readers cannot read, or that would do something there."""
    readers: dict[str, Callable[[str], Any]] = {
        ".json": _strict,
        ".sarif": _strict,
        ".har": _strict,
        ".xml": ET.fromstring,
        ".svg": ET.fromstring,
    }
    found = []
    for path in sorted(out / one.filename for one in FORMATS.values()):
        if not path.exists():
            continue
        read = readers.get(path.suffix)
        try:
            text = path.read_bytes().decode("utf-8")
            if read is not None:
                read(text)
        except (ValueError, ET.ParseError) as error:
            found.append(f"{path.name}: {error}"[:200])
            continue
        drawn = (
            MarkdownIt("gfm-like", {"linkify": False}).render(text)
            if path.suffix == ".md"
            else text
        )
        if path.suffix in {".html", ".md", ".svg"} and (live := _LIVE.search(drawn)):
            found.append(f"{path.name}: {drawn[max(0, live.start() - 60) : live.end()]!r}")
    return found


def _strict(text: str) -> Any:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)
