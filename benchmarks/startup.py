"""How long the loop takes: whole processes, from the command to the prompt, medians.

``python benchmarks/startup.py --turns 5``: help, one operation, quick and standard against the
embedded reference. The table goes to ``reports/benchmarks/startup.md``; exit status 1 where a
median misses its aim.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from judges import SCRIPTS
from machine import measured_on
from throughput import with_bytecode

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "startup.md"
COMMANDS: dict[str, tuple[tuple[str, ...], float]] = {
    "--help": (("--help",), 0.25),
    "run --only ShowApp": (("run", "--only", "ShowApp"), 1.2),
    "run --level quick": (("run", "--level", "quick"), 2.5),
    "run --level standard": (("run", "--level", "standard"), 6.0),
}
_PAGE = """\
# The loop

{machine}

Whole processes, the embedded reference among them, {turns} time(s) each by turns, bytecode kept.
Processor seconds are those of the command and its children: on a machine that others use (load
{load} now) they say more than the clock.

| command | aim, s | median, s | least, s | median processor seconds |
|---|---|---|---|---|
{rows}

{remark}
"""


@dataclass(frozen=True, slots=True)
class Took:
    """One process: by the clock, and of the processor."""

    seconds: float
    processor: float


def once(arguments: tuple[str, ...], folder: Path) -> Took:
    """Run the command to its end."""
    command = [str(SCRIPTS / "sparkrtc-conformance"), *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=with_bytecode(folder))
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, spent)


def main() -> None:
    """Take turns, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="runs of each command")
    parser.add_argument("--remark", default="", help="a sentence at the end of the report")
    parser.add_argument("--output", type=Path, default=REPORT, help="where the report goes")
    asked = parser.parse_args()
    taken: dict[str, list[Took]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once(COMMANDS["run --level quick"][0], folder)
        for _ in range(asked.turns):
            for label, (arguments, _aim) in COMMANDS.items():
                taken[label].append(once(arguments, folder))
                print(f"{label}: {taken[label][-1]}", flush=True)
    rows = "\n".join(
        f"| `{label}` | {COMMANDS[label][1]:g} | {statistics.median(t.seconds for t in took):.2f} "
        f"| {min(t.seconds for t in took):.2f} "
        f"| {statistics.median(t.processor for t in took):.2f} |"
        for label, took in taken.items()
    )
    text = _PAGE.format(
        machine=measured_on("sparkrtc-conformance", "pytest", "httpx", "click"),
        turns=asked.turns,
        load=f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
        rows=rows,
        remark=asked.remark,
    )
    print(text)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(text, encoding="utf-8")
    met = all(
        statistics.median(t.seconds for t in took) <= COMMANDS[label][1]
        for label, took in taken.items()
    )
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
