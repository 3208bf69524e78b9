"""Many runs against the clean reference: every seed at every level must be conformant.

``python benchmarks/soak.py --seeds 10 --levels quick,standard`` prints a line for each run and
writes them to ``reports/benchmarks/soak.md``.
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


def main() -> None:
    """Run, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 1")
    parser.add_argument("--levels", default="quick,standard", help="separated by commas")
    asked = parser.parse_args()
    rows: list[str] = []
    clean = 0
    for level in asked.levels.split(","):
        for seed in range(1, asked.seeds + 1):
            row, good = soaked(level, seed)
            rows.append(row)
            clean += good
            print(row, flush=True)
    head = [
        "# Soak", "", measured_on("sparkrtc-conformance", "schemathesis", "hypothesis"), "",
        f"{clean} of {len(rows)} runs under `--strict` against the clean reference have no finding "
        "and exit status 0.", "",
        "| level | seed | verdict | requests | passed | seconds | findings |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join([*head, *rows, ""]), encoding="utf-8")
    sys.exit(0 if clean == len(rows) else 1)


if __name__ == "__main__":
    main()
