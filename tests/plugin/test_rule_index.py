"""Modules that judge nothing of a run are not imported, and the report is the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.model.report import Report
from conformance.reporting.json_file import read_json


def _judged(folder: Path) -> Report:
    asked = ["run", "--reference", "--only", "ShowAutoRecord", "--seed", "1"]
    with pytest.raises(SystemExit) as left:
        main([*asked, "--report-dir", str(folder)])
    assert left.value.code in {0, 4}
    return read_json(folder / "report.json")


def test_a_known_module_is_left_out_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdict, reason and cases of every requirement are those of the run that collected all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    imported: list[set[str]] = []
    reports: list[Report] = []
    for number in range(2):
        for name in [name for name in sys.modules if name.startswith("conformance.suite.rules")]:
            monkeypatch.delitem(sys.modules, name)
        reports.append(_judged(tmp_path / str(number)))
        imported.append({n for n in sys.modules if n.startswith("conformance.suite.rules")})
    assert len(imported[1]) < len(imported[0]) / 2
    told = [
        [(r.id, r.verdict, r.reason, r.cases) for r in report.requirements] for report in reports
    ]
    assert told[0] == told[1]
    assert json.dumps(reports[0].summary) == json.dumps(reports[1].summary)
