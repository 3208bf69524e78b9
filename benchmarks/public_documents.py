"""Public OpenAPI documents, each judged against Prism's mock of it: no crash, no false finding.

python benchmarks/public_documents.py [NAME …]

The documents are those of the npm package @readme/oas-examples (MIT); they and Prism are fetched
by npm into a temporary folder, or taken from the folder DOCUMENTS_FOLDER where they were installed
before. Without names a table and every finding are written to
``reports/benchmarks/public-documents.md``: findings are for people to look at.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import measured_on

PACKAGES = ("@readme/oas-examples@8", "@stoplight/prism-cli@5")
DOCUMENTS = (
    *("3.0/json/petstore", "3.0/json/petstore-expanded", "3.0/json/uspto", "3.0/json/star-trek"),
    *("3.0/json/polymorphism", "3.0/json/discriminators", "3.0/json/schema-types"),
    *("3.0/json/schema-validation", "3.0/json/schema-encoding-style", "3.0/json/circular"),
    *("3.0/json/response-multiple-mediatypes", "3.0/json/security", "3.1/json/train-travel"),
    *("3.0/yaml/petstore", "3.0/yaml/parameters-cookies", "3.0/yaml/parameters-style"),
    *("3.0/yaml/form-data", "3.0/yaml/file-uploads", "3.0/yaml/schema-enums"),
    *("3.0/yaml/server-variables", "3.0/yaml/server-path-level", "3.0/yaml/security-multiple"),
    *("3.0/yaml/schema-circular", "3.0/yaml/circular-request-bodies", "3.0/yaml/callbacks"),
    *("3.0/yaml/complex-nesting", "3.0/yaml/http-status-codes", "3.0/yaml/response-examples"),
    *("3.0/yaml/parameters-extreme", "3.1/json/webhooks", "3.1/json/schema-types"),
    *("3.1/json/petstore", "3.1/json/security", "2.0/json/petstore"),
)
REPORT = Path(__file__).resolve().parents[1] / "reports" / "benchmarks" / "public-documents.md"
START_SECONDS = 180
_SHOWN = 12
_COUNTED = ("pass", "fail", "warn", "inconclusive", "blocked")
_HOW = """\
Each document of `@readme/oas-examples` 8 is served by Prism 5's mock of it and judged by itself:
`run URL --contract DOCUMENT --profile stateless`, level standard, one token for whatever is asked
for. *Told* are the warnings of the run: what of the document is not judged, and why.
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one document; ``report`` is None where the command only said ``said``."""

    name: str
    status: int
    said: str
    report: dict[str, Any] | None

    @property
    def row(self) -> str:
        """A row of the table."""
        if self.report is None:
            return f"| {self.name} | | | | | | | | | exit {self.status} |"
        operations = len(self.report["by_operation"].keys() - {"common"})
        counts = " | ".join(str(self.report["summary"][key]) for key in _COUNTED)
        run = self.report["run"]
        verdict = self.report["verdict"]
        told = len(run["warnings"])
        return f"| {self.name} | {operations} | {run['requests']} | {counts} | {told} | {verdict} |"

    @property
    def lines(self) -> list[str]:
        """What was found or said, for people."""
        if self.report is None:
            return [f"- {self.name}: {self.said}"]
        first = {one["requirement"]: one for one in reversed(self.report["findings"])}
        found = [
            f"- {self.name}: {one['level']} `{one['requirement']}`: {one['message'][:160]}"
            for one in reversed(first.values())
        ]
        more = [f"- {self.name}: and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        return [*found[:_SHOWN], *more]


def main(names: list[str]) -> None:
    """Judge each document, and print a row."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("DOCUMENTS_FOLDER", temporary))
        if not (folder / "node_modules").is_dir():
            install = ["npm", "install", "--no-audit", "--no-fund", *PACKAGES]
            subprocess.run(install, cwd=folder, check=True, capture_output=True)
        judged = []
        for name in names or DOCUMENTS:
            judged.append(_judged(folder, Path(temporary), name))
            print(judged[-1].row, *judged[-1].lines, sep="\n", flush=True)
    if not names:
        REPORT.write_text(_report(judged), encoding="utf-8")


def _report(judged: list[Judged]) -> str:
    titles = ["document", "operations", "requests", *_COUNTED, "told", "verdict"]
    head = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    found = [line for one in judged for line in one.lines] or ["None."]
    return "\n".join(
        [
            "# Public OpenAPI documents",
            "",
            measured_on("sparkrtc-conformance"),
            "",
            _HOW,
            *head,
            *(one.row for one in judged),
            "",
            "## Findings, and what is not judged at all",
            "",
            *found,
            "",
        ]
    )


def _judged(folder: Path, out: Path, name: str) -> Judged:
    kind = name.split("/")[1]
    document = folder / "node_modules" / "@readme" / "oas-examples" / f"{name}.{kind}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    prism = folder / "node_modules" / ".bin" / "prism"
    command = [str(prism), "mock", "-p", str(port), str(document)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mock:
        _wait(mock, port)
        reports = out / "reports" / name
        done = subprocess.run(
            [
                *(sys.executable, "-m", "conformance.cli", "run", f"http://127.0.0.1:{port}"),
                *("--profile", "stateless", "--contract", str(document)),
                *("--report-dir", str(reports)),
            ],
            env={**os.environ, "SPARKRTC_TOKEN": "user:not-a-secret-token"},
            capture_output=True,
            text=True,
            check=False,
        )
        mock.terminate()
    file = reports / "report.json"
    report = json.loads(file.read_text("utf-8")) if file.is_file() else None
    said = done.stderr.strip().replace(f"{document.parent}/", "")[-300:]
    return Judged(name, done.returncode, said, report)


def _wait(mock: subprocess.Popen[bytes], port: int) -> None:
    """Until it takes connections, or has ended."""
    for _ in range(START_SECONDS * 5):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 or mock.poll() is not None:
                return
        time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1:])
