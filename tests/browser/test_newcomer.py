"""What the README promises a newcomer: serve a fault, run, open the report, read the cause.

Each planted fault is of another kind; the report's first cause has to name the operation, what
is wrong, and where the document says otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
COMMAND = [sys.executable, "-m", "conformance.cli"]


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, what the newcomer runs, and what the first cause must say: in title and in body."""

    fault: str
    only: str
    title: tuple[str, ...]
    told: tuple[str, ...]
    source: str


PLANTED = (
    Planted(
        "CreateApp/body/app_name/required/other-code",
        "CreateApp/body/*",
        ("CreateApp", "app_name"),
        ("400 with error code", "RTC.00001016"),
        "5.1",
    ),
    Planted(
        "ListApps/rule/pages-complete/broken",
        "ListApps/rule/*",
        ("ListApps", "pages-complete"),
        ("pages of limit",),
        "5.2",
    ),
    Planted(
        "UpdateRecordRule/rule/seen-by-show/broken",
        "UpdateRecordRule/rule/*",
        ("UpdateRecordRule", "seen-by-show"),
        ("as it is shown after the update",),
        "6.4",
    ),
    Planted(
        "ShowApp/200/header/x-request-id/missing",
        "ShowApp/*",
        ("ShowApp", "answer header x-request-id is missing"),
        ("one header x-request-id",),
        "5.3",
    ),
    Planted(
        "ShowApp/200/create_time/malformed",
        "ShowApp/*",
        ("ShowApp", "create_time"),
        ("create_time: format is broken", "text that matches"),
        "5.3",
    ),
)


@contextmanager
def _served(fault: str) -> Iterator[dict[str, str]]:
    """A server with the fault, and the environment of somebody who tests it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC", "HUAWEI"))}
    command = [*COMMAND, "serve", "--fault", fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        yield {
            **clean,
            "BASE_URL": told["base_url"],
            "SPARKRTC_TOKEN": told["token"],
            "SPARKRTC_PROJECT_ID": told["project_id"],
        }
        server.terminate()


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.fault)
def test_the_first_cause_names_the_fault(
    planted: Planted, visit: Callable[..., Any], keep: Callable[..., None], tmp_path: Path
) -> None:
    """Operation and statement in the title; expectation, answer and source on opening it."""
    with _served(planted.fault) as environment:
        chosen = ["--only", planted.only, "--format", "html", "--report-dir", str(tmp_path)]
        done = subprocess.run(
            [*COMMAND, "run", environment["BASE_URL"], *chosen],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    page = visit(tmp_path / "report.html")
    assert page.locator("h1").inner_text() == "Nonconformant"
    first = page.locator("details.cause").first
    title = first.locator(".cause-title").inner_text()
    assert all(word in title for word in planted.title), title
    assert title in page.locator(".first-causes li").first.inner_text()
    first.locator("summary").first.click()
    body = first.locator(".cause-body")
    body.locator("article.finding").first.wait_for()
    said = body.inner_text()
    assert all(word in said for word in planted.told), said
    assert f"section {planted.source}" in said
    assert "curl -i" in said
    keep(page, f"newcomer-{planted.fault.replace('/', '-')}")
