"""Runs against targets that keep no state, answer nonsense, or die: they end, and say why."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.commands.run import terminable
from tests.processes import running

_MORTAL = """
import json, os, sys
from conformance.reference.app import create_app
from conformance.faults.middleware import read_all
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

world = seeded_world(0)
inner = create_app(world)

async def app(scope, receive, send):
    body = await read_all(receive)
    try:
        json.loads(body or b"{}")
    except ValueError:
        os._exit(1)

    async def again():
        return {"type": "http.request", "body": body, "more_body": False}

    await inner(scope, again, send)

serve(app=app, world=world)
"""
_EMPTY = """
import sys
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

async def app(scope, receive, send):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})

serve(app=app, world=seeded_world(0))
"""


@contextmanager
def _served(program: str) -> Iterator[dict[str, Any]]:
    """A target as a process of its own; what it announces."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    with running(command, env=environment) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


def _run(
    announced: dict[str, Any], folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    known = {
        "SPARKRTC_TOKEN": announced["token"],
        "SPARKRTC_PROJECT_ID": announced["project_id"],
    }
    arguments = ["run", announced["base_url"], "--seed", "1", "--report-dir", str(folder)]
    script = "import sys; from conformance.cli import main; main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments, *options],
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_a_target_that_dies_of_a_request(tmp_path: Path) -> None:
    """Status 3, the request that it went down on, what is left there, and all verdicts so far."""
    with _served(_MORTAL) as announced:
        done = _run(announced, tmp_path, "--only", "CreateApp/*", "--only", "ShowApp/path/*")
    assert done.returncode == 3
    assert "the first without an answer was POST /v2/apps" in done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    verdicts = {item["id"]: item["verdict"] for item in report["requirements"]}
    assert verdicts["CreateApp/body/app_name/required"] == "pass"
    assert verdicts["CreateApp/body/json/malformed"] == "inconclusive"
    assert report["run"]["interrupted"] is True
    left = ("not deleted: ", "ended early: ")
    assert all(text.startswith(left) for text in report["run"]["problems"]), report["run"][
        "problems"
    ]


def test_a_target_that_answers_nothing_in_particular(tmp_path: Path) -> None:
    """``{}`` with 200 to everything: status 1, a few causes, and the last lines name them."""
    with _served(_EMPTY) as announced:
        done = _run(announced, tmp_path, "--level", "quick")
    assert done.returncode == 1
    last = done.stdout.rstrip().splitlines()[-14:]
    assert sum(line.startswith("✗ ") for line in last) >= 5
    assert any("objects without any field" in line for line in last)


def test_a_mock_without_a_memory_is_not_waited_for(tmp_path: Path) -> None:
    """The profile stateless asks for no rule, knows no unknown id, and ends in seconds."""
    with _served(_EMPTY) as announced:
        done = _run(announced, tmp_path, "--level", "quick", "--profile", "stateless")
    assert done.returncode == 1
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    verdicts = {item["id"]: item["verdict"] for item in report["requirements"]}
    assert verdicts["ShowApp/path/app_id/known"] == "not-applicable"
    assert verdicts["ShowApp/200/app_id/required"] in {"fail", "blocked"}
    assert report["run"]["duration_s"] < 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_an_interrupt_only_while_the_run_lasts(number: signal.Signals) -> None:
    """It ends the run as Ctrl-C does; after it the old handler is back."""
    seen: list[int] = []
    own = signal.signal(number, lambda caught, _frame: seen.append(caught))
    try:
        with pytest.raises(KeyboardInterrupt), terminable():
            signal.raise_signal(number)
        signal.raise_signal(number)
    finally:
        signal.signal(number, own)
    assert seen == [number]


def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    """Nohup has said so."""
    own = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminable():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, own)
