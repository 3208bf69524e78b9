"""How time and memory grow with the length of an answer whose rows are all broken.

    python benchmarks/large_answers.py [ROWS …]

Writes reports/benchmarks/large-answers.md: for each number of rows, broken and legal ones, the
seconds and megabytes to judge and to redact the answer, and how they compare with the number of
rows before (1.0 is linear); then a whole run at a server that lists 15,000
applications, beside the same run at the reference as it is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from machine import measured_on

from conformance.access.redaction import Redactor
from conformance.checks.exchange import ExchangeChecks
from conformance.contract.document import load_contract
from conformance.faults.messages import Answer
from conformance.faults.middleware import Layer, Turn
from conformance.model.exchange import Exchange, Request, Response
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT = Path(__file__).resolve().parents[1] / "reports" / "benchmarks" / "large-answers.md"
BROKEN = {"app_id": "a" * 32, "app_name": "n", "create_time": "2020-01-01T00:00:00.000Z"}
HEADERS = (("Content-Type", "application/json"), ("X-request-Id", "1"))
OPERATION = "ListApps"
WHOLE = 15_000
"""Rows of each list of a whole run: 5 MB; at 20 MB an answer is not read to its end."""
SECONDS = 120
"""A run that takes longer is ended, and says so in its problems."""


def legal_row() -> dict[str, Any]:
    """The first row of the list that the reference answers."""
    world = seeded_world(0)
    headers = {"X-Auth-Token": world.identities[0].token}
    with ReferenceServer(create_app(world)) as server:
        listed = httpx.get(f"{server.base_url}/v2/apps", headers=headers).json()
    return dict(listed["apps"][0])


def measure(row: dict[str, Any], rows: int) -> tuple[float, float, float, int]:
    """Seconds to judge, seconds to redact, megabytes at most while judging, and findings."""
    body = json.dumps({"count": rows, "apps": [row] * rows}).encode()
    response = Response(200, HEADERS, body, 0.1)
    exchange = Exchange(1, "case", Request(OPERATION, "GET", "http://t/v2/apps", ()), response)
    assert response.json is not None
    checks = ExchangeChecks(load_contract())
    began = time.perf_counter()
    checks.check(exchange)
    judged = time.perf_counter()
    Redactor(["a-secret-of-the-run+/="]).response(response)
    redacted = time.perf_counter()
    tracemalloc.start()
    found = checks.check(exchange)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return judged - began, redacted - judged, peak, len(found.broken)


def table(row: dict[str, Any], counts: Sequence[int]) -> list[str]:
    """A line for each number of rows."""
    before: tuple[int, float, float] | None = None
    lines = ["| rows | judge s | redact s | peak MB | findings | judge ratio | redact ratio |"]
    lines.append("|---|---|---|---|---|---|---|")
    for rows in counts:
        judge, redact, peak, findings = measure(row, rows)
        ratios = "– | –"
        if before is not None:
            growth = rows / before[0]
            ratios = f"{judge / before[1] / growth:.2f} | {redact / before[2] / growth:.2f}"
        figures = f"{judge:.2f} | {redact:.2f} | {peak:.1f} | {findings}"
        lines.append(f"| {rows:,} | {figures} | {ratios} |")
        before = rows, judge, redact
    return lines


def whole_run(rows: int) -> str:
    """A whole run at a server whose list of applications has so many rows; 0: as it is."""
    world = seeded_world(0)
    app: Any = create_app(world)
    asked = [0]

    async def listed(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.status != 200 or not answer.json["apps"]:
            return answer
        asked[0] += 1
        first, *_ = answer.json["apps"]
        more = [{**first, "app_id": f"{number:032x}"} for number in range(rows)]
        shown = [*answer.json["apps"], *more]
        return answer.with_json({**answer.json, "count": len(shown), "apps": shown})

    if rows:
        app = Layer(app, world, (OPERATION,), listed)
    identity = world.identities[0]
    known = {"SPARKRTC_TOKEN": identity.token, "SPARKRTC_PROJECT_ID": identity.project_id}
    with ReferenceServer(app) as server, tempfile.TemporaryDirectory() as folder:
        command = [*(sys.executable, "-m", "conformance.cli", "run", server.base_url)]
        command += ["--profile", "emulator", "--level", "quick", "--seed", "1"]
        command += ["--report-dir", folder, "--duration", str(SECONDS)]
        began = time.monotonic()
        with subprocess.Popen(
            command, env={**os.environ, **known}, stdout=subprocess.DEVNULL
        ) as process:
            peak = 0.0
            while process.poll() is None:
                peak = max(peak, _peak(process.pid))
                time.sleep(0.05)
        seconds = time.monotonic() - began
        size = Path(folder, "report.json").stat().st_size / 2**20
    figures = f"{asked[0]} | {process.returncode} | {seconds:.0f} | {peak:.0f} | {size:.1f}"
    return f"| {rows:,} | {figures} |"


def _peak(pid: int) -> float:
    """Megabytes that a process has had at most."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Measure, and write the page."""
    counts = [int(text) for text in sys.argv[1:]] or [7500, 15000, 30000, 60000]
    parts = [
        "# Large answers",
        "",
        measured_on("sparkrtc-conformance", "jsonschema-rs"),
        "",
        "Rows of the list of applications in one answer. Ratios compare with the line above: 1.0",
        "is linear. A whole run is one at level quick; a list longer than its limit is a finding",
        "there.",
        "",
        "## Rows that are all broken",
        "",
        *table(BROKEN, counts),
        "",
        "## Legal rows",
        "",
        *table(legal_row(), counts),
        "",
        "## A whole run",
        "",
        "| rows in each list | lists asked for | status | s | peak MB | report MB |",
        "|---|---|---|---|---|---|",
        whole_run(0),
        whole_run(WHOLE),
        "",
    ]
    REPORT.write_text("\n".join(parts), encoding="utf-8")
    print("\n".join(parts))


if __name__ == "__main__":
    main()
