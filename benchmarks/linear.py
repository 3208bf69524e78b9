"""Whether cost grows with the size of a contract and no faster: 42 operations, then 420.

``python benchmarks/linear.py``: a plain OpenAPI document of so many operations, all of one shape,
is collected, run and reported against a server that answers it, as whole processes. Judged by
processor seconds of the run, for the machine may be shared. Exit status 1 where ten times the
operations take more than eleven times as much.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

import startup
from machine import measured_on

REPORT = Path(__file__).resolve().parent.parent / "reports" / "benchmarks" / "linear.md"
SIZES = (42, 420)
MOST = 11.0
_PAGE = """\
# Size

{machine}

A plain OpenAPI document of N operations, all of one shape, judged with `--profile stateless`
against a server that keeps it; whole processes, the least of {turns} by processor seconds
(load {load}).

| operations | requests | processor seconds | seconds |
|---|---|---|---|
{rows}

Ten times the operations take {ratio:.1f} times the processor seconds; the aim: at most {most:g}.
"""


def document(operations: int) -> dict[str, object]:
    """A contract of so many operations: a query with bounds, an answer with four fields."""
    fields = {
        "id": {"type": "string", "minLength": 1},
        "state": {"type": "string", "enum": ["ON", "OFF"]},
        "count": {"type": "integer", "minimum": 0},
        "names": {"type": "array", "items": {"type": "string"}},
    }
    schema = {"type": "object", "required": list(fields), "properties": fields}
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    limit = {"type": "integer", "minimum": 1, "maximum": 100}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Size", "version": "1"},
        "paths": {
            f"/things{number}": {
                "get": {
                    "operationId": f"ListThings{number}",
                    "parameters": [{"name": "limit", "in": "query", "schema": limit}],
                    "responses": {"200": answer, "400": {"description": "refused"}},
                }
            }
            for number in range(operations)
        },
    }


class _Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer what the document says; a limit out of bounds is refused."""
        given = self.path.partition("limit=")[2]
        fine = not given or (given.isdecimal() and 1 <= int(given) <= 100)
        row = {"id": "x", "state": "ON", "count": 1, "names": ["a"]}
        body = json.dumps(row if fine else {"error": "limit"}).encode()
        self.send_response(200 if fine else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def main() -> None:
    """Measure both sizes by turns, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="runs of each size")
    parser.add_argument("--output", type=Path, default=REPORT, help="where the report goes")
    asked = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    taken: dict[int, list[startup.Took]] = {size: [] for size in SIZES}
    sent: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            text = json.dumps(document(size))
            (folder / f"{size}.json").write_text(text, encoding="utf-8")
        for _ in range(asked.turns):
            for size in SIZES:
                command = ("run", url, "--contract", f"{size}.json", "--profile", "stateless")
                taken[size].append(startup.once(command, folder))
                report = json.loads((folder / "reports/latest/report.json").read_text("utf-8"))
                sent[size] = report["run"]["requests"]
                print(size, taken[size][-1], report["verdict"], flush=True)
    best = {size: min(took, key=lambda one: one.processor) for size, took in taken.items()}
    ratio = best[SIZES[1]].processor / best[SIZES[0]].processor
    rows = "\n".join(
        f"| {size} | {sent[size]:,} | {best[size].processor:.2f} | {best[size].seconds:.1f} |"
        for size in SIZES
    )
    text = _PAGE.format(
        machine=measured_on("sparkrtc-conformance", "pytest", "httpx"),
        turns=asked.turns,
        load=f"{os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
        rows=rows,
        ratio=ratio,
        most=MOST,
    )
    print(text)
    asked.output.write_text(text, encoding="utf-8")
    sys.exit(0 if ratio <= MOST else 1)


if __name__ == "__main__":
    main()
