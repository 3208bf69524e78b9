"""A draft as an overlay over an edition: listed, compared, and judged by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.comparison.contracts import diff_contracts
from conformance.contract.own import load_own_contract
from conformance.engine.run.untested import rules_without_test

ROOT = Path(__file__).parents[2]
DRAFT = """\
overlay: 1.0.0
info: {title: A draft, version: '1'}
actions:
  - target: $
    update: {x-revision: '2024-05-31', info: {version: '2024-05-31'}}
  - target: $.paths['/v2/apps'].get.parameters
    update: {name: like, in: query, schema: {type: string, maxLength: 16}}
  - target: $.paths['/v2/apps'].get['x-rules']
    update: {id: by-name, level: MUST, text: Listed by their names., source: {section: '5.2'}}
  - target: $.paths['/v2/apps'].get['x-rules'][?@.id == 'count-is-total']
    remove: true
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """An empty folder with nothing but the draft."""
    file = tmp_path / "draft.overlay.yaml"
    file.write_text(DRAFT, "utf-8")
    return file


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in that folder."""
    return subprocess.run(
        [sys.executable, "-m", "conformance.cli", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_a_draft_is_a_contract(draft: Path) -> None:
    """It has what it adds and lacks what it drops; a rule that no test knows is said to be one."""
    contract = load_own_contract(draft, "2023-11-28")
    assert contract.revision == "2024-05-31"
    assert "ListApps/query/like/maxLength" in contract.requirements
    assert "ListApps/rule/count-is-total" not in contract.requirements
    assert rules_without_test(contract) == ["ListApps/rule/by-name"]
    earlier = load_own_contract(draft, "2023-07-06")
    assert "ListObsBuckets" not in earlier.operations
    assert earlier.sha256 != contract.sha256


def test_a_draft_is_compared(draft: Path) -> None:
    """The difference from the edition beneath is what the overlay says."""
    difference = diff_contracts("2023-11-28", str(draft), base="2023-11-28")
    assert {change.kind for change in difference.changes} == {
        "request-field-added",
        "rule-added",
        "rule-removed",
    }


def test_a_draft_is_listed_and_judged_by(draft: Path) -> None:
    """From an empty folder: its requirements, and a run that says what the reference lacks."""
    listed = command(draft.parent, "requirements", "ListApps/rule/*", "--contract", draft.name)
    assert "ListApps/rule/by-name" in listed.stdout
    assert listed.stdout.count("[no test judges it]") == 1
    done = command(
        draft.parent,
        *("run", "--reference", "--contract", draft.name, "--base", "2023-11-28"),
        *("--only", "ListApps", "--report-dir", "out"),
    )
    report = json.loads((draft.parent / "out" / "report.json").read_text("utf-8"))
    assert done.returncode == 4, done.stdout + done.stderr
    assert report["findings"] == []
    lacking = {r["id"]: r["reason"] for r in report["requirements"] if r["verdict"] == "blocked"}
    assert lacking == {
        "ListApps/query/like/maxLength": "not implemented by the reference, which keeps the "
        "edition of 2023-11-28"
    }
    assert "no test judges ListApps/rule/by-name" in report["run"]["warnings"]
    alone = command(draft.parent, "requirements", "--base", "2023-07-06")
    assert (alone.returncode, "name it with --contract" in alone.stderr) == (2, True)
