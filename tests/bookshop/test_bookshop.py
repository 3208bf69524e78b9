"""Another API altogether, judged by the same engine: nothing of SparkRTC is wired into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bookshop.server import FAULTS, KEY, bookshop

CONTRACT = Path(__file__).parent
ROOT = CONTRACT.parents[1]
BROKEN = {
    "pages-unbounded": {"CreateBook/body/pages/maximum", "UpdateBook/body/pages/maximum"},
    "unknown-book-is-400": {
        "ShowBook/path/isbn/known",
        "DeleteBook/path/isbn/known",
        "ShowBook/answer/status/documented",
    },
    "title-lost": {"CreateBook/201/title/required", "ShowBook/200/title/required"},
}


def _judge(folder: Path, url: str, command: list[str]) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "SPARKRTC_TOKEN": KEY, "PYTHONPATH": str(ROOT), "TARGET": url},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    report = folder / "out" / "report.json"
    assert report.is_file(), done.stdout + done.stderr
    return done.returncode, json.loads(report.read_text("utf-8")), done.stdout


def _run(folder: Path, url: str, *more: str) -> tuple[int, dict[str, Any], str]:
    options = [
        "--contract",
        str(CONTRACT),
        "--level",
        "standard",
        "--strict",
        "--report-dir",
        "out",
    ]
    return _judge(folder, url, ["conformance.cli", "run", url, *options, *more])


def test_an_honest_bookshop_is_conformant(tmp_path: Path) -> None:
    """No false alarm, and every statement of every operation is judged."""
    with bookshop() as url:
        status, report, said = _run(tmp_path, url)
    assert (status, report["findings"]) == (0, []), said
    assert report["contract"]["revision"] == "2026-01-01"
    judged = {item["operation"] for item in report["requirements"] if item["verdict"] == "pass"}
    assert judged == {"ListBooks", "CreateBook", "ShowBook", "UpdateBook", "DeleteBook", None}
    assert report["summary"]["pass"] > 100
    assert not report["summary"]["blocked"]


def test_the_same_through_plain_pytest(tmp_path: Path) -> None:
    """The plugin takes the contract as the command does."""
    with bookshop() as url:
        status, report, said = _judge(
            tmp_path,
            url,
            [
                *("pytest", "--pyargs", "conformance.suite", "-q", "-p", "no:cacheprovider"),
                *(f"--sparkrtc-target={url}", f"--sparkrtc-contract={CONTRACT}"),
                *("--sparkrtc-report-dir=out", "--sparkrtc-level=quick"),
            ],
        )
    assert status == 0, said
    assert report["verdict"] == "conformant"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_dishonest_bookshop_is_found(fault: str, tmp_path: Path) -> None:
    """Each fault breaks the statements that it is about, and nothing else."""
    with bookshop(fault) as url:
        status, report, said = _run(tmp_path, url)
    assert status == 1, said
    broken = {item["requirement"] for item in report["findings"]}
    assert broken >= BROKEN[fault]
    keywords = {identifier.rpartition("/")[2] for identifier in broken}
    assert keywords == {identifier.rpartition("/")[2] for identifier in BROKEN[fault]}


def test_an_empty_shop_is_incomplete(tmp_path: Path) -> None:
    """Nothing is broken, and no answer shows what a book looks like: exit status 4, never green."""
    with bookshop(stocked=False) as url:
        status, report, said = _run(tmp_path, url, "--only", "ListBooks/200/*")
    assert (status, report["verdict"], report["reason"]) == (4, "incomplete", "unjudged"), said
    assert "could not be judged" in said
