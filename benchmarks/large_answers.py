"""How time and memory grow with the length of an answer whose rows are all broken.

    python benchmarks/large_answers.py [ROWS …]

Prints, for each number of rows, the seconds and megabytes to judge and to redact the answer, and
how they compare with the number of rows before: 1.0 is linear.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc

from conformance.access.redaction import Redactor
from conformance.checks.exchange import ExchangeChecks
from conformance.contract.document import load_contract
from conformance.model.exchange import Exchange, Request, Response

ROW = {"app_id": "a" * 32, "app_name": "n", "create_time": "2020-01-01T00:00:00.000Z"}
HEADERS = (("Content-Type", "application/json"), ("X-request-Id", "1"))


def measure(rows: int) -> tuple[float, float, float]:
    """Seconds to judge, seconds to redact, megabytes at most while judging."""
    body = json.dumps({"count": rows, "apps": [ROW] * rows}).encode()
    response = Response(200, HEADERS, body, 0.1)
    exchange = Exchange(1, "case", Request("ListApps", "GET", "http://t/v2/apps", ()), response)
    assert response.json is not None
    checks = ExchangeChecks(load_contract())
    began = time.perf_counter()
    checks.check(exchange)
    judged = time.perf_counter()
    Redactor(["a-secret-of-the-run+/="]).response(response)
    redacted = time.perf_counter()
    tracemalloc.start()
    checks.check(exchange)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return judged - began, redacted - judged, peak


def main() -> None:
    """Measure each number of rows, and print a line for it."""
    before: tuple[int, float, float] | None = None
    print("| rows | judge s | redact s | peak MB | judge ratio | redact ratio |")
    print("|---|---|---|---|---|---|")
    for rows in [int(text) for text in sys.argv[1:]] or [7500, 15000, 30000, 60000]:
        judge, redact, peak = measure(rows)
        ratios = "– | –"
        if before is not None:
            growth = rows / before[0]
            ratios = f"{judge / before[1] / growth:.2f} | {redact / before[2] / growth:.2f}"
        print(f"| {rows:,} | {judge:.2f} | {redact:.2f} | {peak:.1f} | {ratios} |")
        before = rows, judge, redact


if __name__ == "__main__":
    main()
