"""A failing item fails for every reporter, and other plugins leave the verdict alone.

The neighbours are the dependency group ``neighbours`` (``tox -e neighbours``); each runs alone
beside the suite, in a process of its own.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import conformance
from tests.processes import running

INI = Path(conformance.__file__).parent / "suite" / "pytest.ini"
CASE = "ShowApp/path/app_id/known~unknown"
FAULT = "ShowApp/path/app_id/known/accepted"
NEIGHBOURS = {
    "pytest-sugar": ("sugar",),
    "pytest-html": ("html", "html_fixtures", "metadata"),
    "pytest-metadata": ("metadata",),
    "pytest-randomly": ("randomly",),
    "pytest-rerunfailures": ("rerunfailures",),
    "pytest-repeat": ("repeat",),
    "allure-pytest": ("allure_pytest",),
    "pytest-timeout": ("timeout",),
}
"""Distribution, and the names that its plugins have in pytest."""


@pytest.fixture(scope="module")
def broken() -> Iterator[dict[str, Any]]:
    """A server that answers success for an application that does not exist."""
    command = [sys.executable, "-m", "conformance.cli", "serve", "--fault", FAULT, "--control"]
    with running(command) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


def _beside(
    distribution: str, broken: dict[str, Any], folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """The one failing case, with that neighbour and without the others."""
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{distribution} is not installed; tox -e neighbours has it")
    kept = NEIGHBOURS[distribution]
    others = {name for names in NEIGHBOURS.values() for name in names if name not in kept}
    credentials = {"SPARKRTC_TOKEN": broken["token"], "SPARKRTC_PROJECT_ID": broken["project_id"]}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "-c", str(INI)),
            *(f"-pno:{name}" for name in sorted(others)),
            f"--sparkrtc-target={broken['base_url']}",
            f"--sparkrtc-report-dir={folder / 'out'}",
            f"--sparkrtc-case={CASE}",
            *("--sparkrtc-only=ShowApp", "--sparkrtc-seed=1"),
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        cwd=folder,
        env={**os.environ, **credentials},
    )


@pytest.mark.parametrize(
    ("distribution", "options", "words"),
    [
        ("pytest-sugar", (), r"1 failed"),
        ("pytest-randomly", (), r"1 failed"),
        ("pytest-timeout", ("--timeout=30",), r"1 failed"),
        ("pytest-rerunfailures", ("--reruns=1",), r"1 failed.*1 rerun"),
        ("pytest-repeat", ("--count=2",), r"2 failed"),
    ],
)
def test_it_fails_on_the_terminal(
    distribution: str,
    options: tuple[str, ...],
    words: str,
    broken: dict[str, Any],
    tmp_path: Path,
) -> None:
    """Exit status 1, the item counted as failed, nothing broken inside pytest."""
    done = _beside(distribution, broken, tmp_path, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    counted = " ".join(re.findall(r"\d+ (?:failed|rerun)", plain.replace("\n", " ")))
    assert re.search(words, counted), plain


class _Slow(BaseHTTPRequestHandler):
    """Refuses everything after a second."""

    def do_GET(self) -> None:
        time.sleep(1.0)
        body = b'{"error_code": "RTC.00001015", "error_msg": "AppNotExist"}'
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_limit_that_nothing_keeps_ends_calls_and_not_the_session(tmp_path: Path) -> None:
    """A request takes longer than an item may: it fails, and the run ends with its report.

    The limit strikes while an answer is waited for. A shorter one could strike anywhere, in the
    locks of Python's own libraries too, and leave the process waiting for ever.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), _Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        slow = {"base_url": f"http://127.0.0.1:{port}", "token": "t", "project_id": "p"}
        done = _beside("pytest-timeout", slow, tmp_path, "--timeout=0.4")
        server.shutdown()
    assert "INTERNALERROR" not in done.stdout, done.stdout
    assert re.search(r"1 failed", done.stdout), done.stdout
    assert done.returncode in {1, 4}
    assert (tmp_path / "out" / "report.json").is_file()


def test_it_fails_in_allure(broken: dict[str, Any], tmp_path: Path) -> None:
    """Allure reads the outcome inside the call; its parameters are ids, not whole records."""
    done = _beside("allure-pytest", broken, tmp_path, f"--alluredir={tmp_path / 'allure'}")
    assert done.returncode == 1, done.stdout + done.stderr
    (path,) = (tmp_path / "allure").glob("*-result.json")
    result = json.loads(path.read_text(encoding="utf-8"))
    assert result["status"] == "failed"
    assert "ShowApp/path/app_id/known" in result["statusDetails"]["message"]
    assert [item["value"] for item in result["parameters"]] == [CASE]


def test_it_fails_in_pytest_html(broken: dict[str, Any], tmp_path: Path) -> None:
    """The page of pytest-html says Failed of the item."""
    page = tmp_path / "page.html"
    done = _beside("pytest-html", broken, tmp_path, f"--html={page}", "--self-contained-html")
    assert done.returncode == 1, done.stdout + done.stderr
    text = page.read_text(encoding="utf-8")
    assert re.search(r"result&#34;: &#34;Failed|\bFailed&#34;", text)
    assert "Template(" not in text
