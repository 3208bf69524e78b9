"""The job summary: read alike by GitHub and GitLab, proof against what servers answer."""

from __future__ import annotations

from dataclasses import replace

from conformance.model.report import Report
from conformance.reporting.markdown import markdown
from conformance.reporting.material import Material
from tests.reporting.sample import assemble, exchange_of


def test_verdict_chapters_and_causes_are_there(report: Report, clean_report: Report) -> None:
    """The summary opens with the verdict and holds each cause once, folded."""
    text = markdown(Material(report, previous=clean_report))
    assert text.startswith("## ❌ SparkRTC API conformance: Nonconformant")
    assert text.count("<details>") == text.count("</details>") == 8
    assert "| 9 Mixed-stream jobs | 254 | 10 |" in text
    assert "**newly broken** (" in text


def test_every_table_row_has_the_same_number_of_cells(report: Report) -> None:
    """A table with ragged rows is not drawn as a table."""
    rows = [line for line in markdown(Material(report)).splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1


def test_a_hostile_answer_stays_inside_its_fence(report: Report) -> None:
    """Backticks, tags and mentions in bodies, ids and names are text."""
    evil = exchange_of(1, "CreateApp", 200, "```\n</details><script>alert(1)</script> ````` @all")
    finding = replace(report.findings[0], exchange=evil)
    item = next(r for r in report.requirements if r.id == finding.requirement)
    single = assemble([item], [finding], target={**report.target, "name": "<b>@all</b> `x`"})
    text = markdown(Material(single))
    fence = "`" * 6
    assert text.count(fence) == 2
    inside = text.split(fence)[1]
    assert "<script>" in inside
    assert "<script>" not in text.replace(inside, "")
    assert r"\<b\>\@all\</b\> \`x\`" in text


def test_chinese_is_spoken(report: Report) -> None:
    """The summary follows the language of the material."""
    assert "不符合" in markdown(Material(report, language="zh"))


def test_no_causes_no_heading(clean_report: Report) -> None:
    """A clean run is the verdict and the table."""
    text = markdown(Material(clean_report, previous=clean_report))
    assert "### Causes" not in text
    assert "Nothing has changed." in text


def test_the_summary_stays_below_the_limit_of_a_step(report: Report) -> None:
    """GitHub refuses more than 1 MiB: causes are cut with a count instead."""
    found = [
        replace(finding, requirement=f"Op{n}/rule/r{n}", message="m" * 50_000)
        for n, finding in enumerate(report.findings[:40])
    ]
    known = [replace(report.requirements[0], id=finding.requirement) for finding in found]
    text = markdown(Material(assemble(known, found)))
    assert len(text.encode()) < 1_000_000
    assert "and 15 more" in text
