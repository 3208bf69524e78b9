"""A folder of reports as a trend, with flaky requirements named and nothing else called flaky."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.comparison.trend import Trend, read_trend, trend
from conformance.comparison.trend_formats import render_html, render_json, render_text
from conformance.errors import ReportError
from conformance.model.report import Report
from conformance.model.verdict import Verdict
from tests.comparison.conftest import with_verdict

Save = Callable[[Report, str], Path]
ONE = "CreateApp/body/app_name/required"
TWO = "ShowApp/200/state.state/enum"


def runs_of(clean: Report, verdicts: str, **fields: Any) -> list[tuple[str, Report]]:
    """One run per letter on one requirement: p(ass), f(ail), w(arn), b(locked), n(ot selected)."""
    names = {v.value[0]: v for v in (Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.BLOCKED)}
    names["n"] = Verdict.NOT_SELECTED
    return [
        (
            f"{number}.json",
            replace(
                with_verdict(clean, {ONE: names[letter]}),
                run=replace(clean.run, started=f"2026-11-{number:02}T01:00:00Z"),
                **fields,
            ),
        )
        for number, letter in enumerate(verdicts, start=1)
    ]


def text(told: Trend) -> str:
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=160)
    render_text(told, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("verdicts", "turns", "marks"),
    [
        ("pfp", 2, "✓✗✓"),
        ("fpf", 2, "✗✓✗"),
        ("pwp", 2, "✓!✓"),
        ("pbfnp", 2, "✓✗✓"),
        ("pfpfp", 4, "✓✗✓✗✓"),
    ],
)
def test_back_and_forth_is_flaky(clean: Report, verdicts: str, turns: int, marks: str) -> None:
    """What turns twice or more is named, with its history; unjudged runs are passed over."""
    (row,) = trend(runs_of(clean, verdicts)).flaky
    assert (row.requirement, row.turns, row.marks) == (ONE, turns, marks)
    assert row.broken == verdicts.count("f") + verdicts.count("w")


@pytest.mark.parametrize("verdicts", ["ppp", "pff", "ffp", "fff", "pbp", "pnp", "fwf", "p"])
def test_one_turn_or_none_is_not_flaky(clean: Report, verdicts: str) -> None:
    """A regression, a fix, a run that could not judge: none of them is flaky."""
    assert not trend(runs_of(clean, verdicts)).flaky


@pytest.mark.parametrize(
    "fields",
    [
        {"suite": {"name": "sparkrtc-conformance", "version": "0.2.0"}},
        {"contract": {"revision": "2023-11-28", "sha256": "cd" * 32, "errata_applied": []}},
        {"target": {"name": "x", "base_url": None, "profile": "emulator", "capabilities": []}},
    ],
)
def test_what_changed_with_the_suite_is_not_flaky(clean: Report, fields: dict[str, Any]) -> None:
    """A verdict that turns with another suite, contract or target is another series."""
    told = runs_of(clean, "pfp")
    told[1] = (told[1][0], replace(told[1][1], **fields))
    found = trend(told)
    assert not found.flaky
    assert [run.series for run in found.runs] == [1, 2, 1]


def test_another_local_port_is_the_same_series(clean: Report) -> None:
    """A target named by nothing but its local port is the same one on another port."""
    told = [
        (file, replace(run, target={**run.target, "name": name, "base_url": f"http://{name}"}))
        for number, (file, run) in enumerate(runs_of(clean, "pfp"))
        for name in (f"127.0.0.1:{4000 + number}",)
    ]
    assert [row.requirement for row in trend(told).flaky] == [ONE]


def test_another_level_is_another_series(clean: Report) -> None:
    """A quick run judges less, and a strict one otherwise: neither is held against the rest."""
    told = runs_of(clean, "pfp")
    for key, value in (("level", "quick"), ("strict", True)):
        other = replace(told[1][1], run=replace(told[1][1].run, **{key: value}))
        assert not trend([told[0], (told[1][0], other), told[2]]).flaky


def test_what_keeps_failing_is_told_since_when(clean: Report) -> None:
    """The streak of the last run, however many runs could not judge in between."""
    (row,) = trend(runs_of(clean, "fpfbf")).standing
    assert (row.requirement, row.since, row.runs) == (ONE, "2026-11-03T01:00:00Z", 2)
    assert row.began == "regression"
    (first,) = trend(runs_of(clean, "bff")).standing
    assert first.began == "newly judged"
    assert not trend(runs_of(clean, "ffp")).standing
    assert not trend(runs_of(clean, "ffb")).standing


def test_a_folder_reads_as_a_trend(clean: Report, save: Save, tmp_path: Path) -> None:
    """Reports anywhere below, oldest first by their start; other JSON files are passed over."""
    told = runs_of(clean, "pfp")
    for place, (_, report) in zip(("z/report.json", "a/b/r.json", "m.json"), told, strict=True):
        save(report, place)
    (tmp_path / "badge.json").write_text('{"schemaVersion": 1}')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "torn.json").write_text("{")
    found = read_trend(tmp_path)
    assert [run.file for run in found.runs] == ["z/report.json", "a/b/r.json", "m.json"]
    assert [run.summary["fail"] for run in found.runs] == [0, 1, 0]
    assert [row.requirement for row in found.flaky] == [ONE]


def test_one_target_of_several(clean: Report, save: Save, tmp_path: Path) -> None:
    """Only the runs of the named target are kept; an unknown one is answered with the known."""
    save(clean, "a.json")
    save(replace(clean, target={**clean.target, "name": "other"}), "b.json")
    assert len(read_trend(tmp_path).runs) == 2
    assert [run.target for run in read_trend(tmp_path, target="other").runs] == ["other"]
    with pytest.raises(ReportError, match=r"targets there are media-emulator 2\.4, other"):
        read_trend(tmp_path, target="nobody")


@pytest.mark.parametrize(("name", "content"), [("report.json", "{"), (None, None)])
def test_nothing_to_read_is_a_clear_line(
    tmp_path: Path, name: str | None, content: str | None
) -> None:
    """An empty folder, and a broken report in it, are named."""
    if name and content:
        (tmp_path / name).write_text(content)
    with pytest.raises(ReportError, match="is not JSON" if name else "holds no report"):
        read_trend(tmp_path)
    with pytest.raises(ReportError, match="is not a folder"):
        read_trend(tmp_path / "none")


def test_every_format_names_the_flaky_requirement(clean: Report) -> None:
    """Text, JSON and HTML tell runs, counts and history; a report cannot become markup."""
    told = [
        *runs_of(clean, "pfpf"),
        *runs_of(clean, "f", target={**clean.target, "name": "<script>x</script>"}),
    ]
    found = trend(told)
    shown = text(found)
    assert f"✓✗✓✗  {ONE}  broken in 2 of 4 runs" in shown
    assert f"fail    {ONE}  regression, since 2026-11-04T01:00:00Z (1 run)" in shown
    assert "series" in shown
    assert json.loads(render_json(found))["flaky"][0]["requirement"] == ONE
    html = render_html(found)
    assert ONE in html
    assert html.count("<rect") == 8
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_the_table_is_readable_at_80_columns(clean: Report) -> None:
    """Nothing is cut or wrapped: symbols head the columns, and a line explains them."""
    stream = io.StringIO()
    render_text(trend(runs_of(clean, "pfpf")), Console(file=stream, width=80))
    shown = stream.getvalue()
    rows = [line for line in shown.splitlines() if line.startswith("2026-")]
    assert len(rows) == 4
    assert all(("nonconformant" in row) or ("conformant" in row) for row in rows)
    assert "…" not in shown
    assert "✗ fail" in shown


def test_long_lists_are_counted(clean: Report) -> None:
    """A terminal shows the first rows and says how many more there are."""
    broken = with_verdict(clean, {r.id: Verdict.FAIL for r in clean.requirements})
    hidden = len(clean.requirements) - 20
    assert f"… {hidden} more in the JSON" in text(trend([("a", broken)]))
