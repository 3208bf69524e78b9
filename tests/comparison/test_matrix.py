"""Runs side by side: what some keep and others break comes first, and nothing becomes markup."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.cli import main
from conformance.comparison.matrix import SAME, SPLIT, UNEVEN, Matrix, matrix, read_matrix
from conformance.comparison.matrix_formats import (
    difference_lines,
    render_html,
    render_json,
    render_markdown,
    render_text,
)
from conformance.errors import ReportError, UsageError
from conformance.model.report import Report, SelectionRecord
from conformance.model.verdict import Verdict
from conformance.reporting.language import language
from tests.comparison.conftest import with_verdict

Save = Callable[[Report, str], Path]
ONE = "CreateApp/body/app_name/required"
TWO = "ShowApp/200/state.state/enum"
EVIL = "<script>alert(1)</script> | `x` @everyone"
ENGLISH, CHINESE = language("en"), language("zh")


def named(report: Report, name: str) -> Report:
    """The same run of another implementation."""
    return replace(report, target={**report.target, "name": name})


def three(clean: Report) -> list[Report]:
    """One that keeps all, one that breaks a requirement, one that could not judge another."""
    return [
        named(clean, "alpha"),
        named(with_verdict(clean, {ONE: Verdict.FAIL}), "beta"),
        named(with_verdict(clean, {TWO: Verdict.BLOCKED}), "gamma"),
    ]


def side_by_side(reports: list[Report], **options: object) -> Matrix:
    """A matrix of reports that stand nowhere."""
    files = [Path(f"{number}/report.json") for number in range(len(reports))]
    return matrix(reports, files, beside=Path(), **options)  # type: ignore[arg-type]


def text(found: Matrix) -> str:
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=100)
    render_text(found, ENGLISH, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_requirement_is_of_one_kind(clean: Report) -> None:
    """Kept here and broken there is split; judged here and not there is uneven; else the same."""
    found = side_by_side(three(clean))
    assert [row.requirement for row in found.of(SPLIT)] == [ONE]
    assert [row.requirement for row in found.of(UNEVEN)] == [TWO]
    assert len(found.of(SAME)) == len(clean.requirements) - 2
    (row,) = found.of(SPLIT)
    assert row.verdicts == (Verdict.PASS, Verdict.FAIL, Verdict.PASS)
    assert row.details[1] == f"broken in {ONE}"
    assert [column.label for column in found.columns] == ["alpha", "beta", "gamma"]
    assert not found.differences


def test_chapters_count_what_each_run_kept(clean: Report) -> None:
    """The counts of a chapter are those of the run's own report."""
    reports = three(clean)
    found = side_by_side(reports)
    for row in found.chapters:
        for report, tally in zip(reports, row.tallies, strict=True):
            told = {name: count for name, count in report.by_chapter[row.chapter].items() if count}
            assert tally == told
    assert {row.chapter for row in found.chapters} == clean.by_chapter.keys()


def test_what_one_report_does_not_know_is_said(clean: Report) -> None:
    """A requirement of another edition is absent in a column, and that is a difference."""
    fewer = replace(clean, requirements=[r for r in clean.requirements if r.id != ONE])
    found = side_by_side([named(fewer, "old"), named(clean, "new")])
    (row,) = found.of(UNEVEN)
    assert row.verdicts == (None, Verdict.PASS)
    assert "not in this contract" in render_html(found, ENGLISH)


def test_other_settings_come_first(clean: Report) -> None:
    """Edition, level and selection that differ are said before any verdict, in every format."""
    other = replace(
        clean,
        contract={**clean.contract, "revision": "2022-11-30"},
        run=replace(clean.run, level="quick", selection=SelectionRecord(only=["5"])),
    )
    found = side_by_side([clean, other], labels=("now", "then"))
    level = clean.run.level
    assert difference_lines(found, ENGLISH) == [
        f"edition: {clean.contract['revision']} (now); 2022-11-30 (then)",
        f"level: {level} (now); quick (then)",
        "selection: everything (now); --only 5 (then)",
    ]
    for drawn, first in (
        (render_html(found, ENGLISH), '<table class="runs">'),
        (render_markdown(found, ENGLISH), "| ---"),
        (text(found), "Chapter"),
    ):
        assert 0 < drawn.index("edition") < drawn.index(first)


def test_labels_tell_runs_of_one_target_apart(clean: Report) -> None:
    """What is added to the name of the target is the least that makes each its own."""
    later = replace(clean, run=replace(clean.run, started="2026-12-01T00:00:00Z"))
    newer = replace(clean, suite={**clean.suite, "version": "9.9.9"})
    name = clean.target["name"]
    assert [c.label for c in side_by_side([clean, newer]).columns][1] == f"{name} · suite 9.9.9"
    assert side_by_side([clean, later]).columns[1].label == f"{name} · 2026-12-01T00:00:00Z"
    assert side_by_side([clean, clean]).columns[1].label == f"{name} · 1/report.json"


def test_cells_lead_to_the_findings_of_their_run(clean: Report, save: Save, tmp_path: Path) -> None:
    """Relative to where the matrix stands; at the requirement, where a run has a page."""
    alpha, beta, _ = three(clean)
    files = [save(alpha, "a/report.json"), save(beta, "b %41:/report.json")]
    found = read_matrix(files, beside=tmp_path / "out")
    assert 'href="../b%20%2541%3A/report.json"' in render_html(found, ENGLISH)
    (tmp_path / "b %41:" / "report.html").write_text("")
    found = read_matrix(files, beside=tmp_path / "out")
    assert f'href="../b%20%2541%3A/report.html#{ONE}"' in render_html(found, ENGLISH)
    assert "](../b%20%2541%3A/report.html)" in render_markdown(found, ENGLISH)


def test_no_report_becomes_markup(clean: Report) -> None:
    """Names, messages and texts are text, whatever is in them; the page runs nothing."""
    evil = [
        named(with_verdict(clean, {ONE: {"verdict": Verdict.FAIL, "text": EVIL}}), EVIL),
        named(with_verdict(clean, {ONE: {"verdict": Verdict.PASS, "text": EVIL}}), f"{EVIL}2"),
    ]
    found = side_by_side(evil)
    page = render_html(found, ENGLISH)
    assert "<script" not in page
    assert "default-src 'none'" in page
    shown = render_markdown(found, ENGLISH)
    assert "<script" not in shown.replace("\\<", "")
    assert all("@everyone" not in line.replace("\\@", "") for line in shown.splitlines())
    columns = {line.replace("\\|", "").count("|") for line in shown.splitlines() if line[:1] == "|"}
    assert len(columns) <= 3, "a bar of a name opened no cell"


def test_both_languages_say_all_of_it(clean: Report) -> None:
    """The Chinese page names verdicts, levels, chapters and filters in Chinese."""
    found = side_by_side(three(clean))
    page = render_html(found, CHINESE)
    assert '<html lang="zh-CN">' in page
    for wanted in ("3 次运行并列", "不通过", "必须", "应用管理", "有的通过，有的不通过", "受阻"):
        assert wanted in page
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    for unwanted in ("Requirement", "kept by", "Verdict", "not selected"):
        assert unwanted not in words


def test_every_format_has_the_split_requirement(clean: Report) -> None:
    """Text, JSON, Markdown and HTML name it with its verdicts."""
    found = side_by_side(three(clean))
    assert f"✓ ✗ ✓  {ONE}" in text(found)
    data = json.loads(render_json(found, ENGLISH))
    assert [row["verdicts"] for row in data["rows"] if row["kind"] == SPLIT] == [
        ["pass", "fail", "pass"]
    ]
    assert f"| `{ONE}` | MUST | ✓ kept | ✗ broken | ✓ kept |" in render_markdown(found, ENGLISH)
    assert f"<code>{ONE}</code>" in render_html(found, ENGLISH)


@pytest.mark.parametrize(
    ("names", "labels", "said"),
    [
        (["a.json"], (), "there is only one, so there is nothing to compare"),
        (["a.json", "./a.json"], (), "is named twice"),
        (["a.json", "b.json"], ("x",), "1 for 2 reports"),
        (["a.json", "b.json"], ("x", "x"), "gives two runs the same name"),
    ],
)
def test_wrong_use_is_one_line(
    clean: Report, save: Save, tmp_path: Path, names: list[str], labels: tuple[str, ...], said: str
) -> None:
    """Too few, twice the same, labels that do not fit."""
    for name in {Path(name).name for name in names}:
        save(clean, name)
    with pytest.raises(UsageError, match=said):
        read_matrix([tmp_path / name for name in names], labels=labels)


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": 1}', "[" * 100_000, "\x00"])
def test_what_is_no_report_is_refused(
    clean: Report, save: Save, tmp_path: Path, content: str
) -> None:
    """Broken, foreign or hostile JSON names its file."""
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(ReportError, match=r"b\.json"):
        read_matrix([save(clean, "a.json"), tmp_path / "b.json"])


def test_the_command_writes_what_it_is_asked_for(
    clean: Report, save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``report matrix`` prints text, or writes a file; a folder that is none is one line."""
    files = [str(save(report, f"{n}.json")) for n, report in enumerate(three(clean))]
    page = tmp_path / "out" / "matrix.html"
    for output, status in ((page, 0), (tmp_path / "0.json" / "matrix.html", 2)):
        with pytest.raises(SystemExit) as left:
            main(["report", "matrix", *files, "--format", "html", "--output", str(output)])
        assert left.value.code == status
    assert "<!doctype html>" in page.read_text("utf-8")
    assert "choose another file with --output" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["report", "matrix", *files, "--lang", "zh"])
    assert "有的通过，有的不通过：1" in capsys.readouterr().out
