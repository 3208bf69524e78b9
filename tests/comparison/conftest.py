"""Small consistent runs, and ways to change one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model.report import Report, ReportedRequirement, SelectionRecord
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.json_file import write_json
from tests.reporting.sample import assemble, build_report, exchange_of, finding_of

WAIVER = {
    "requirement": "ShowApp/*",
    "reason": "known",
    "owner": "media team",
    "issue": "https://issues.example.test/1",
    "expires": "2026-11-21",
}


def small_report() -> Report:
    """Some forty requirements of two operations, all kept."""
    wanted = {"CreateApp", "ShowApp", None}
    kept = [
        item
        for item in build_report(clean=True).requirements
        if item.operation in wanted and item.level != "MAY"
    ]
    run = replace(build_report(clean=True).run, selection=SelectionRecord(), strict=False)
    return assemble(kept, [], run=run)


def with_verdict(report: Report, changes: dict[str, Any], **fields: Any) -> Report:
    """The report with other verdicts: an id to a verdict, or to a dict of fields to replace.

    A broken requirement gets a finding; counts and the verdict of the run follow.
    """
    requirements: list[ReportedRequirement] = []
    findings = [f for f in report.findings if f.requirement not in changes]
    for number, item in enumerate(report.requirements, start=1):
        change = changes.get(item.id)
        told = change if isinstance(change, dict) else {"verdict": change} if change else {}
        changed = replace(item, **told)
        if told and changed.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.WAIVED}:
            seen = exchange_of(number, item.operation or "ShowApp", 500, "no")
            findings.append(finding_of(changed, seen, f"broken in {item.id}", "200", "500"))
        requirements.append(changed)
    missing = changes.keys() - {item.id for item in requirements}
    assert not missing, missing
    rest = {key: getattr(report, key) for key in ("suite", "contract", "target", "run")}
    again = assemble(requirements, findings, **{**rest, **fields})
    verdicts = {item.verdict for item in requirements}
    if Verdict.FAIL not in verdicts and verdicts & {Verdict.BLOCKED, Verdict.INCONCLUSIVE}:
        again = replace(again, verdict=RunVerdict.INCOMPLETE)
    return again


@pytest.fixture(scope="session")
def clean() -> Report:
    """A small run without a fault."""
    return small_report()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Report, str], Path]:
    """Write a report, held to its schema, under a name."""

    def saved(report: Report, name: str) -> Path:
        path = tmp_path / name
        write_json(report, path)
        return path

    return saved
