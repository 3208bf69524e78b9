"""Real runs against the reference: a planted fault is what differs, shards make up the whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.comparison.certificate import issue_certificate, verify_certificate
from conformance.comparison.merge import merge_reports
from conformance.comparison.runs import compare, compare_reports
from conformance.faults.registry import find_fault
from conformance.model.verdict import Verdict
from conformance.reporting.json_file import read_json
from tests.processes import running

ROOT = Path(__file__).parents[2]
FAULT = "CreateApp/body/app_name/minLength/not-enforced"
OPERATIONS = ("CreateApp", "ShowApp")
_SERVE = "from conformance.commands.serve import serve; serve()"


@contextmanager
def served(*options: str) -> Iterator[dict[str, str]]:
    """The reference on a port of its own; yields the environment of a run against it."""
    command = [sys.executable, "-c", _SERVE, *options]
    with running(command, cwd=ROOT) as process:
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        yield {
            "BASE_URL": told["base_url"],
            "SPARKRTC_TOKEN": told["token"],
            "SPARKRTC_PROJECT_ID": told["project_id"],
            "SPARKRTC_IDENTITY_URL": told["identity_url"],
        }


def run(env: dict[str, str], folder: Path, *globs: str, level: str = "quick") -> Path:
    """One run for those operations or requirements; the path of its report."""
    command = [
        *(sys.executable, "-m", "conformance.cli", "run", env["BASE_URL"]),
        *("--seed", "7", "--level", level, "--report-dir", str(folder)),
        *(f"--only={glob}" for glob in globs),
    ]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert (folder / "report.json").is_file(), done.stdout + done.stderr
    return folder / "report.json"


def test_one_planted_fault_is_exactly_what_differs(tmp_path: Path) -> None:
    """A run of the reference beside one with a fault: its one SHOULD, and nothing else."""
    with served() as env:
        before = run(env, tmp_path / "a", "CreateApp/body/*", level="standard")
    with served("--fault", FAULT) as env:
        after = run(env, tmp_path / "b", "CreateApp/body/*", level="standard")
    comparison = compare_reports(before, after)
    rows = {row.requirement: row.after for row in comparison.regressions}
    assert rows == dict.fromkeys(find_fault(FAULT).breaks, Verdict.WARN)
    assert {name for name, _ in comparison.groups} == {"regressions"}
    assert comparison.exit_status == 1


def test_shards_of_a_run_make_up_the_whole(tmp_path: Path) -> None:
    """Operation by operation, each against a copy of its own, or at once: the same verdicts."""
    with served() as env:
        whole = read_json(run(env, tmp_path / "whole", *OPERATIONS))
    shards = []
    for operation in OPERATIONS:
        with served() as env:
            shards.append(run(env, tmp_path / operation, operation))
    merged = merge_reports(shards)
    assert compare(whole, merged).same
    assert merged.summary == whole.summary
    assert merged.verdict is whole.verdict


def test_a_conformant_run_is_certified(tmp_path: Path) -> None:
    """What a run has written earns a certificate that holds."""
    with served() as env:
        report = run(env, tmp_path, "ShowApp")
    assert verify_certificate(issue_certificate(report)).holds
