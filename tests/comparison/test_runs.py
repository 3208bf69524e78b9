"""Two runs compared: each kind of change is told as what it is, and only that."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.comparison.run_formats import (
    render_html,
    render_json,
    render_markdown,
    render_text,
    sentence,
)
from conformance.comparison.runs import GROUPS, RunComparison, compare, compare_reports
from conformance.errors import ReportError
from conformance.model.report import Report, SelectionRecord
from conformance.model.verdict import Verdict
from tests.comparison.conftest import WAIVER, with_verdict

Save = Callable[[Report, str], Path]
ONE = "CreateApp/body/app_name/required"
TWO = "ShowApp/200/state.state/enum"
EVIL = "<script>alert(1)</script> | `x` @everyone"


def text(comparison: RunComparison) -> str:
    """What the terminal shows."""
    console = Console(file=io.StringIO(), width=100)
    render_text(comparison, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_same_runs_do_not_differ(clean: Report) -> None:
    """A run beside itself has nothing to tell, in no format."""
    comparison = compare(clean, clean)
    assert comparison.same
    assert comparison.exit_status == 0
    assert "no change" in text(comparison)
    assert "###" not in render_markdown(comparison)


def test_one_planted_regression_is_exactly_that(clean: Report, save: Save) -> None:
    """Two files, one fault between them: one row, its finding, exit status 1."""
    broken = with_verdict(clean, {ONE: Verdict.FAIL})
    comparison = compare_reports(save(clean, "a.json"), save(broken, "b.json"))
    (row,) = comparison.regressions
    assert (row.requirement, row.before, row.after) == (ONE, Verdict.PASS, Verdict.FAIL)
    assert row.detail == f"broken in {ONE}"
    assert [name for name, _ in comparison.groups] == ["regressions"]
    assert not comparison.changed
    assert not comparison.waivers
    assert not comparison.differences
    assert comparison.exit_status == 1
    assert sentence(comparison) == "1 regression"


def test_the_other_way_round_is_a_fix(clean: Report) -> None:
    """What was broken and is kept is a fix, and no reason to fail."""
    broken = with_verdict(clean, {ONE: Verdict.FAIL, TWO: Verdict.WARN})
    comparison = compare(broken, clean)
    assert [row.requirement for row in comparison.fixes] == [ONE, TWO]
    assert comparison.exit_status == 0
    assert sentence(comparison) == "0 regressions, 2 fixes"
    assert sentence(compare(clean, with_verdict(clean, {ONE: Verdict.BLOCKED}))) == (
        "0 regressions, 1 no longer judged"
    )


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        ("pass", "fail", "regressions"),
        ("pass", "warn", "regressions"),
        ("warn", "fail", "weighed"),
        ("blocked", "fail", "judged"),
        ("not-applicable", "warn", "judged"),
        ("fail", "warn", "weighed"),
        ("warn", "pass", "fixes"),
        ("waived", "pass", "fixes"),
        ("pass", "blocked", "unjudged"),
        ("fail", "inconclusive", "unjudged"),
        ("inconclusive", "pass", "judged"),
        ("blocked", "inconclusive", None),
        ("pass", "not-selected", "left_out"),
        ("fail", "not-applicable", "left_out"),
        ("blocked", "not-selected", "left_out"),
        ("not-applicable", "not-selected", None),
        ("not-selected", "pass", "judged"),
        ("not-selected", "blocked", "taken_in"),
        ("pass", "waived", "waived"),
        ("waived", "fail", "waived"),
        ("blocked", "waived", "waived"),
    ],
)
def test_every_move_has_its_group(
    clean: Report, before: str, after: str, group: str | None
) -> None:
    """Each pair of verdicts is told once, and only regressions fail."""
    a = with_verdict(clean, {ONE: Verdict(before)})
    b = with_verdict(clean, {ONE: Verdict(after)})
    comparison = compare(a, b)
    assert [name for name, _ in comparison.groups] == ([group] if group else [])
    assert comparison.exit_status == (1 if group == "regressions" else 0)


def test_new_and_gone_requirements(clean: Report) -> None:
    """A requirement known to one report only is new or gone, whatever its verdict."""
    shorter = replace(clean, requirements=[r for r in clean.requirements if r.id != ONE])
    assert [r.requirement for r in compare(shorter, clean).new] == [ONE]
    gone = compare(clean, shorter)
    assert [(r.requirement, r.before, r.after) for r in gone.gone] == [(ONE, Verdict.PASS, None)]
    added = compare(shorter, with_verdict(clean, {ONE: Verdict.FAIL}))
    assert not added.regressions
    assert added.new[0].detail == f"broken in {ONE}"


def test_changed_requirements_are_told_apart(clean: Report) -> None:
    """Another text, level or source is a change of the requirement, not of the target."""
    change = {"text": "Something else.", "level": "SHOULD", "source": "section 9"}
    comparison = compare(clean, with_verdict(clean, {ONE: change}))
    assert [row.field for row in comparison.changed] == ["text", "level", "source"]
    assert comparison.changed[0].after == "Something else."
    assert not comparison.groups


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, WAIVER, "new"),
        (WAIVER, {**WAIVER, "expires": "2027-01-01"}, "changed"),
        (WAIVER, None, "expired"),
        ({**WAIVER, "expires": "2027-01-01"}, None, "removed"),
        ({**WAIVER, "expires": "soon"}, None, "removed"),
    ],
)
def test_waivers_come_and_go(
    clean: Report, before: dict[str, str] | None, after: dict[str, str] | None, kind: str
) -> None:
    """A waiver is new, changed, expired by the day of the later run, or removed."""
    sides = [
        with_verdict(
            clean, {TWO: {"verdict": Verdict.WAIVED if waiver else Verdict.FAIL, "waiver": waiver}}
        )
        for waiver in (before, after)
    ]
    comparison = compare(*sides)
    assert [(row.requirement, row.kind) for row in comparison.waivers] == [(TWO, kind)]
    assert comparison.exit_status == 0


def test_waiver_of_something_repaired_is_needless(clean: Report) -> None:
    """A waiver that went because its requirement is kept now is told so."""
    waived = with_verdict(clean, {TWO: {"verdict": Verdict.WAIVED, "waiver": WAIVER}})
    assert [row.kind for row in compare(waived, clean).waivers] == ["needless"]


def test_what_else_differs_is_said(clean: Report) -> None:
    """Runs of another selection, suite or contract say so before anything is blamed."""
    other = replace(
        clean,
        suite={**clean.suite, "version": "0.2.0"},
        run=replace(clean.run, selection=SelectionRecord(["ShowApp"]), strict=True),
        target={**clean.target, "capabilities": []},
    )
    assert compare(clean, other).differences == (
        "capabilities: writes, jobs, rooms.remove, statistics, then none",
        "suite: 0.1.0, then 0.2.0",
        "strict: false, then true",
        "selection: everything, then --only ShowApp",
    )
    compared = compare(clean, other)
    said = "selection: everything, then --only ShowApp"
    for drawn in (text(compared), render_markdown(compared), render_html(compared)):
        assert drawn.replace("\\", "").index(said) < drawn.index(clean.run.started)


def test_other_operations_are_another_run(clean: Report) -> None:
    """A target that offers a part of the API is not the one that offered all."""
    part = replace(clean, target={**clean.target, "operations": ["ShowApp"]})
    assert compare(clean, part).differences == ("operations: all, then ShowApp",)


def test_what_is_newly_judged_is_no_regression(clean: Report) -> None:
    """It is told with how much of it is broken, broken first, and fails nothing."""
    a = with_verdict(clean, {ONE: Verdict.NOT_SELECTED, TWO: Verdict.BLOCKED})
    b = with_verdict(clean, {TWO: Verdict.FAIL})
    comparison = compare(a, b)
    assert [row.requirement for row in comparison.judged] == [TWO, ONE]
    assert "0 regressions, 2 newly judged (1 broken)" in text(comparison)
    assert comparison.exit_status == 0


def test_every_format_tells_the_regression(clean: Report) -> None:
    """Text, JSON, Markdown and HTML name requirement, move and reason; no markup gets through."""
    broken = with_verdict(
        clean,
        {
            ONE: Verdict.FAIL,
            TWO: {"verdict": Verdict.WAIVED, "waiver": {**WAIVER, "reason": EVIL}},
        },
    )
    broken = replace(broken, findings=[replace(f, message=EVIL) for f in broken.findings])
    broken = replace(broken, target={**broken.target, "name": EVIL})
    comparison = compare(clean, broken)
    assert f"{ONE}  pass → fail" in text(comparison)
    data = json.loads(render_json(comparison))
    assert data["exit_status"] == 1
    assert data["regressions"][0]["requirement"] == ONE
    markdown = render_markdown(comparison)
    assert f"| `{ONE}` | MUST | pass → fail |" in markdown
    assert "<script>" not in markdown
    assert "\\@everyone" in markdown
    html = render_html(comparison)
    assert ONE in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_changes_of_requirements_and_long_groups_are_drawn(clean: Report) -> None:
    """Changed texts are shown before and after; a long group is counted, not cut in silence."""
    everything = {r.id: Verdict.FAIL for r in clean.requirements}
    broken = with_verdict(clean, everything)
    reworded = replace(
        broken, requirements=[replace(r, text=f"New {r.id}") for r in broken.requirements]
    )
    comparison = compare(clean, reworded)
    hidden = len(clean.requirements) - 20
    assert text(comparison).count(f"… and {hidden} more") == 2
    assert f"New {ONE}" in render_html(comparison)
    assert f"New {TWO}" in render_markdown(comparison)


def test_groups_cover_the_record(clean: Report) -> None:
    """Every group that the writers know is a field of the comparison, in JSON too."""
    assert set(GROUPS) <= compare(clean, clean).to_dict().keys()


def test_no_report_is_a_clear_line(clean: Report, save: Save, tmp_path: Path) -> None:
    """A file that is no report is named."""
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(ReportError, match=r"b\.json: is not a report"):
        compare_reports(save(clean, "a.json"), tmp_path / "b.json")
