"""The suite as plain pytest: options, single cases, and silence in everybody else's sessions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import conformance

INI = Path(conformance.__file__).parent / "suite" / "pytest.ini"


def _pytest(cwd: Path, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SPARKRTC_", "HUAWEI"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        cwd=cwd,
        env={**plain, **env},
    )


def _suite(tmp_path: Path, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    where = f"--sparkrtc-report-dir={tmp_path}"
    suite = ("--pyargs", "conformance.suite", "-c", INI, "-q")
    return _pytest(tmp_path, *suite, where, *arguments, **env)


def _report(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def test_a_run_as_plain_pytest(tmp_path: Path) -> None:
    """The same run: one item per case, the report written, the verdict as exit status."""
    done = _suite(
        tmp_path,
        "--sparkrtc-only=ShowApp",
        "--sparkrtc-level=quick",
        "--sparkrtc-seed=7",
        "--sparkrtc-strict",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    report = _report(tmp_path)
    assert report["verdict"] == "conformant"
    assert (report["run"]["seed"], report["run"]["level"]) == (7, "quick")


def test_random_requests_leave_rooms_to_their_rules(tmp_path: Path) -> None:
    """Random dismissals come after the rules that need a room to dismiss, and end them all."""
    done = _suite(tmp_path, "--sparkrtc-only=RemoveRoom", "--sparkrtc-level=thorough")
    assert done.returncode == 0, done.stdout + done.stderr
    assert _report(tmp_path)["verdict"] == "conformant"


def test_one_case_alone(tmp_path: Path) -> None:
    """The line that a report gives to run a case again runs just that one."""
    case = "CreateApp/body/app_name/required~missing"
    done = _suite(tmp_path, f"--sparkrtc-case={case}")
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    verdicts = {r["id"]: r["verdict"] for r in _report(tmp_path)["requirements"]}
    assert verdicts["CreateApp/body/app_name/required"] == "pass"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sparkrtc-only=ShowAp"], "did you mean ShowApp?"),
        (
            ["--sparkrtc-resume", "--sparkrtc-target=http://127.0.0.1:9"],
            "there is no run to resume",
        ),
    ],
)
def test_wrong_options(tmp_path: Path, options: list[str], words: str) -> None:
    """Exit status 2 and the line that the command line would say."""
    credentials = {"SPARKRTC_TOKEN": "none-at-all", "SPARKRTC_PROJECT_ID": "p"}
    done = _suite(tmp_path, *options, "--collect-only", **credentials)
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_collecting_sends_nothing_and_judges_nothing(tmp_path: Path) -> None:
    """--collect-only lists the cases, and writes no report."""
    done = _suite(tmp_path, "--sparkrtc-only=ShowApp", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ShowApp/accepts/minimal" in done.stdout
    assert not (tmp_path / "report.json").exists()


def test_other_sessions_are_left_alone(tmp_path: Path) -> None:
    """Where the plugin is installed, other people's tests start no reference and no run."""
    (tmp_path / "test_theirs.py").write_text("def test_theirs() -> None:\n    assert True\n")
    done = _pytest(tmp_path, "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["test_theirs.py"]


def test_what_k_deselects_is_not_selected(tmp_path: Path) -> None:
    """Deselected by pytest reads not-selected; the last lines give target, seed and verdict."""
    done = _suite(tmp_path, "--sparkrtc-only=ShowApp", "--sparkrtc-level=quick", "-k", "auth")
    verdicts = {r["id"]: r for r in _report(tmp_path)["requirements"]}
    assert verdicts["ShowApp/auth/wrong-token"]["verdict"] == "pass"
    known = verdicts["ShowApp/path/app_id/known"]
    assert known["verdict"] == "not-selected", known
    assert "none of its cases" in known["reason"]
    judged, seed, verdict = done.stdout.rstrip().splitlines()[-3:]
    assert judged.startswith("Target embedded reference")
    assert seed.startswith("seed ")
    assert verdict.startswith(("Conformant", "Incomplete"))


def test_a_selection_without_a_case(tmp_path: Path) -> None:
    """Nothing selected is exit status 2 and a line, never a verdict."""
    done = _suite(tmp_path, "--sparkrtc-only=ShowApp", "--sparkrtc-case=ShowApp/no/such*")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "error: the selection: leaves no case to run" in done.stdout
    assert not (tmp_path / "report.json").exists()


def test_cases_are_globs(tmp_path: Path) -> None:
    """A pattern selects every case that it matches."""
    done = _suite(
        tmp_path,
        "--sparkrtc-only=ShowApp",
        "--sparkrtc-case=ShowApp/auth/*",
        "--collect-only",
    )
    listed = re.findall(r"\[(ShowApp/\S+)\]", done.stdout)
    assert len(listed) == 3, done.stdout
    assert all(case.startswith("ShowApp/auth/") for case in listed)
