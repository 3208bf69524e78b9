"""Many runs against the clean reference: every seed at every level must be conformant.

``python benchmarks/soak.py --seeds 10 --levels quick,standard`` prints a line for each run and
writes them to ``reports/benchmarks/soak.md``; ``--keep`` leaves the rows of other seeds and levels
there, so that a long soak can be done in parts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from judges import SCRIPTS
from machine import measured_on

LEVELS = ("quick", "standard", "thorough")
CLEAN = "| conformant |"
REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "soak.md"


def soaked(level: str, seed: int) -> tuple[str, bool]:
    """One run against a fresh embedded reference: a row of the table, and whether it is clean."""
    with tempfile.TemporaryDirectory() as name:
        command = [str(SCRIPTS / "sparkrtc-conformance"), "run", "--strict", "--level", level]
        command += ["--seed", str(seed), "--report-dir", name]
        began = time.monotonic()
        status = subprocess.run(command, check=False, capture_output=True).returncode
        seconds = time.monotonic() - began
        path = Path(name) / "report.json"
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    if report is None:
        return f"| {level} | {seed} | no report, exit {status} | – | – | {seconds:.1f} | |", False
    broken = sorted({one["requirement"] for one in report["findings"]})
    counts = report["summary"]
    row = (
        f"| {level} | {seed} | {report['verdict']} | {report['run']['requests']} "
        f"| {counts['pass']} | {seconds:.1f} | {', '.join(broken)} |"
    )
    return row, status == 0 and not broken


def known_rows() -> dict[tuple[str, int], str]:
    """The rows that the report has, by level and seed."""
    lines = REPORT.read_text(encoding="utf-8").splitlines() if REPORT.is_file() else []
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        (row[0], int(row[1])): line
        for row, line in zip(cells, lines, strict=True)
        if len(row) > 2 and row[1].isdigit()
    }


def write(rows: dict[tuple[str, int], str]) -> None:
    """Write the table, level by level."""
    ordered = sorted(rows, key=lambda row: (LEVELS.index(row[0]), row[1]))
    clean = sum(CLEAN in rows[row] and rows[row].endswith("|  |") for row in ordered)
    head = [
        "# Soak",
        "",
        measured_on("sparkrtc-conformance", "schemathesis", "hypothesis"),
        "",
        f"{clean} of {len(rows)} runs under `--strict` against the clean reference are conformant "
        "and have no finding.",
        "",
        "| level | seed | verdict | requests | passed | seconds | findings |",
        "|---|---|---|---|---|---|---|",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join([*head, *(rows[row] for row in ordered), ""]), encoding="utf-8")


def main() -> None:
    """Run, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--levels", default="quick,standard", help="separated by commas")
    parser.add_argument("--keep", action="store_true", help="keep the rows of other runs")
    asked = parser.parse_args()
    rows = known_rows() if asked.keep else {}
    clean = True
    for level in asked.levels.split(","):
        for seed in range(asked.first, asked.first + asked.seeds):
            rows[level, seed], good = soaked(level, seed)
            clean = clean and good
            print(rows[level, seed], flush=True)
    write(rows)
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
