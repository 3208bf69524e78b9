"""Public OpenAPI documents, each judged against Prism's mock of it: no crash, no false finding.

python benchmarks/public_documents.py [NAME …]

The documents are those of the npm package @readme/oas-examples (MIT); they and Prism are fetched
by npm into a temporary folder. A table is printed; findings are for people to look at.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = ("@readme/oas-examples@8", "@stoplight/prism-cli@5")
DOCUMENTS = (
    *("3.0/json/petstore", "3.0/json/petstore-expanded", "3.0/json/uspto", "3.0/json/star-trek"),
    *("3.0/json/polymorphism", "3.0/json/discriminators", "3.0/json/schema-types"),
    *("3.0/json/schema-validation", "3.0/json/schema-encoding-style", "3.0/json/circular"),
    *("3.0/json/response-multiple-mediatypes", "3.0/json/security", "3.1/json/train-travel"),
)


def main(names: list[str]) -> None:
    """Judge each document, and print a row."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        install = ["npm", "install", "--no-audit", "--no-fund", *PACKAGES]
        subprocess.run(install, cwd=folder, check=True, capture_output=True)
        for name in names or DOCUMENTS:
            print(_judged(folder, name), flush=True)


def _judged(folder: Path, name: str) -> str:
    document = folder / "node_modules" / "@readme" / "oas-examples" / f"{name}.json"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    prism = folder / "node_modules" / ".bin" / "prism"
    command = [str(prism), "mock", "-p", str(port), str(document)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mock:
        _wait(port)
        reports = folder / name
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
    if not (reports / "report.json").is_file():
        return f"| {name} | exit {done.returncode} | {done.stderr.strip()[-200:]} |"
    report = json.loads((reports / "report.json").read_text("utf-8"))
    count = report["summary"]
    said = " | ".join(str(count[key]) for key in ("pass", "fail", "warn", "inconclusive"))
    return f"| {name} | {report['run']['requests']} | {said} | {report['verdict']} |"


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1:])
