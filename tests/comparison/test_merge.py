"""Shards of a run merge into what the whole run would have said."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.comparison.merge import WEIGHT, merge, merge_reports
from conformance.comparison.runs import compare
from conformance.errors import ReportError
from conformance.model.report import Report, ReportedRequirement, SelectionRecord
from conformance.model.verdict import RunVerdict, Verdict
from conformance.model.waiver import Misfit, WaiverProblem
from conformance.reporting.json_file import write_json
from tests.comparison.conftest import WAIVER, with_verdict
from tests.reporting.sample import assemble, build_report

Save = Callable[[Report, str], Path]
ONE = "CreateApp/body/app_name/required"


def shard(whole: Report, number: int, count: int) -> Report:
    """What one of several shards, each asked for some operations, reports of the same run."""
    operations = sorted({r.operation or "common" for r in whole.requirements})
    mine = set(operations[number::count])

    def left_out(item: ReportedRequirement) -> ReportedRequirement:
        if (item.operation or "common") in mine:
            return item
        return replace(
            item,
            verdict=Verdict.NOT_SELECTED,
            reason="not among --only",
            cases=[],
            waiver=None,
        )

    requirements = [left_out(item) for item in whole.requirements]
    findings = [f for f in whole.findings if f.requirement.split("/")[0] in mine]
    run = replace(
        whole.run,
        started=f"2026-11-22T17:0{number}:00Z",
        finished=f"2026-11-22T17:0{number + 1}:00+00:00",
        selection=SelectionRecord([f"{op}/*" for op in sorted(mine)], ["CreateToken/*"]),
        requests=10,
        requests_by_flow_group={"jobs": 4, "management": 6},
    )
    cells = [
        cell if cell.operation in mine else replace(cell, reached=0, reason="not asked")
        for cell in whole.status_coverage
    ]
    part = assemble(requirements, findings, run=run)
    return replace(part, status_coverage=cells)


@pytest.mark.parametrize("count", [1, 3])
def test_merged_shards_equal_the_whole(count: int, save: Save) -> None:
    """Verdicts, reasons, waivers, findings, counts and coverage are those of the whole run."""
    whole = build_report()
    paths = [save(shard(whole, n, count), f"{n}.json") for n in range(count)]
    merged = merge_reports(paths)
    assert merged.requirements == whole.requirements
    assert merged.findings == whole.findings
    assert merged.summary == whole.summary
    assert merged.by_operation == whole.by_operation
    assert merged.by_level == whole.by_level
    assert merged.by_chapter == whole.by_chapter
    assert merged.verdict is whole.verdict
    assert [c.reached for c in merged.status_coverage] == [c.reached for c in whole.status_coverage]


def test_the_run_is_added_up(save: Save, tmp_path: Path) -> None:
    """Requests are summed, times span all shards, the selection is all that was asked."""
    merged = merge_reports([save(shard(build_report(), n, 3), f"{n}.json") for n in (2, 0, 1)])
    assert merged.run.requests == 30
    assert merged.run.requests_by_flow_group == {"jobs": 12, "management": 18}
    assert merged.run.started == "2026-11-22T17:00:00Z"
    assert merged.run.finished == "2026-11-22T17:03:00+00:00"
    assert merged.run.duration_s == 180
    assert len(merged.run.selection.only) == 45
    assert merged.run.selection.exclude == ["CreateToken/*"]
    write_json(merged, tmp_path / "merged.json")


def test_order_of_shards_does_not_matter_to_verdicts() -> None:
    """Whatever order the shards come in, the verdicts are the same."""
    parts = [(str(n), shard(build_report(), n, 3)) for n in range(3)]
    said = {
        tuple(item.verdict for item in merge(order).requirements)
        for order in itertools.permutations(parts)
    }
    assert len(said) == 1


@pytest.mark.parametrize(("grave", "light"), [*itertools.combinations(reversed(WEIGHT), 2)])
def test_the_graver_verdict_wins(clean: Report, grave: Verdict, light: Verdict) -> None:
    """Of two verdicts on one requirement the graver one stays, with its reason."""
    a = with_verdict(clean, {ONE: {"verdict": light, "reason": "light", "cases": ["a"]}})
    b = with_verdict(clean, {ONE: {"verdict": grave, "reason": "grave", "cases": ["b", "a"]}})
    merged = merge([("a", a), ("b", b)])
    told = next(item for item in merged.requirements if item.id == ONE)
    assert (told.verdict, told.reason, told.cases) == (grave, "grave", ["a", "b"])
    assert merged.summary == merge([("b", b), ("a", a)]).summary


def test_a_failure_in_one_shard_fails_the_whole(clean: Report) -> None:
    """One broken requirement in one shard makes the merged run nonconformant."""
    merged = merge([("a", clean), ("b", with_verdict(clean, {ONE: Verdict.FAIL}))])
    assert merged.verdict is RunVerdict.NONCONFORMANT
    assert merged.summary["fail"] == 1
    assert [finding.requirement for finding in merged.findings] == [ONE]


def test_the_same_finding_is_told_once(clean: Report) -> None:
    """Two shards that saw the same thing in the same case tell it once."""
    broken = with_verdict(clean, {ONE: Verdict.FAIL})
    later = replace(broken, run=replace(broken.run, finished="2026-11-22T18:00:00Z"))
    assert len(merge([("a", broken), ("b", later)]).findings) == 1
    other = replace(later, findings=[replace(later.findings[0], message="something else")])
    assert len(merge([("a", broken), ("b", other)]).findings) == 2


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({ONE: Verdict.BLOCKED}, RunVerdict.INCOMPLETE),
        ({ONE: Verdict.INCONCLUSIVE}, RunVerdict.INCOMPLETE),
        ({ONE: Verdict.NOT_APPLICABLE}, RunVerdict.CONFORMANT),
    ],
)
def test_what_no_shard_could_judge_is_incomplete(
    clean: Report, change: dict[str, Verdict], verdict: RunVerdict
) -> None:
    """A requirement blocked wherever it was asked leaves the merged run incomplete."""
    asked = with_verdict(clean, change)
    silent = with_verdict(clean, {ONE: {"verdict": Verdict.NOT_SELECTED, "reason": "out"}})
    assert merge([("a", asked), ("b", silent)]).verdict is verdict


def test_interrupted_and_empty_merges_are_incomplete(clean: Report) -> None:
    """An interrupted shard, or one where nothing passed, never reads as green."""
    torn = replace(clean, run=replace(clean.run, interrupted=True))
    merged = merge([("a", clean), ("b", torn)])
    assert merged.run.interrupted
    assert merged.verdict is RunVerdict.INCOMPLETE
    nothing = with_verdict(clean, {r.id: Verdict.NOT_APPLICABLE for r in clean.requirements})
    assert merge([("a", nothing)]).verdict is RunVerdict.INCOMPLETE


def test_a_waiver_needed_by_one_shard_is_no_problem(clean: Report) -> None:
    """A shard in which the waived thing was kept calls the waiver needless; the whole does not."""
    identifier = "ShowApp/200/state.state/enum"
    problem = "waiver ShowApp/*: nothing deviates any more; remove it"
    seen = with_verdict(clean, {identifier: {"verdict": Verdict.WAIVED, "waiver": WAIVER}})
    misfit = WaiverProblem("ShowApp/*", Misfit.UNNEEDED, problem)
    run = replace(clean.run, problems=[problem], waiver_problems=[misfit])
    unseen = replace(clean, run=run)
    merged = merge([("a", seen), ("b", unseen)])
    assert merged.run.problems == []
    assert merged.verdict is RunVerdict.CONFORMANT
    alone = merge([("b", unseen)])
    assert alone.run.problems == [problem]
    assert alone.verdict is RunVerdict.NONCONFORMANT


def test_left_behind_is_carried_and_breaks_nothing(clean: Report) -> None:
    """What could not be deleted is listed, and says nothing of the target."""
    left = replace(clean, run=replace(clean.run, problems=["not deleted: app 1"]))
    merged = merge([("a", clean), ("b", left)])
    assert merged.run.problems == ["not deleted: app 1"]
    assert merged.verdict is RunVerdict.CONFORMANT


def test_shards_on_their_own_loopback_copies_belong_together(clean: Report) -> None:
    """Every machine may run its own copy of the target on any local port."""
    a, b = (
        replace(clean, target={**clean.target, "name": name, "base_url": f"http://{name}"})
        for name in ("127.0.0.1:4000", "localhost:4001")
    )
    assert compare(a, b).differences == ()
    assert merge([("a", a), ("b", b)]).target["base_url"] == "http://127.0.0.1:4000"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contract.sha256", "cd" * 32),
        ("contract.revision", "2023-07-06"),
        ("suite.version", "0.2.0"),
        ("target.name", "another"),
        ("target.base_url", "https://other.example.test"),
        ("target.profile", "live"),
        ("target.capabilities", ["writes"]),
        ("run.seed", 7),
        ("run.level", "quick"),
        ("run.strict", True),
    ],
)
def test_strangers_are_refused_by_the_field_that_differs(
    clean: Report, field: str, value: Any
) -> None:
    """A report of another run is refused, and the line says which field is not the same."""
    part, _, key = field.partition(".")
    whole = getattr(clean, part)
    changed = replace(whole, **{key: value}) if part == "run" else {**whole, key: value}
    other = replace(clean, **{part: changed})
    with pytest.raises(ReportError) as refusal:
        merge([("a.json", clean), ("b.json", other)])
    line = str(refusal.value)
    assert line.startswith(
        f"b.json: is not a shard of the run of a.json: {field} is {value!r}, not "
    )


def test_other_requirements_are_refused(clean: Report) -> None:
    """Two lists of requirements cannot be of one run, whatever the digests say."""
    other = replace(clean, requirements=clean.requirements[1:])
    with pytest.raises(ReportError, match="its requirements are not the same"):
        merge([("a", clean), ("b", other)])


def test_the_same_shard_twice_is_refused(clean: Report, save: Save) -> None:
    """Nothing is counted twice because a file was named twice."""
    paths = [save(clean, "a.json"), save(clean, "copy.json")]
    with pytest.raises(ReportError, match=r"copy\.json: is the same report as .*a\.json"):
        merge_reports(paths)


def test_nothing_to_merge_is_refused() -> None:
    """An empty list of files is a wrong usage, not an empty report."""
    with pytest.raises(ReportError, match="was given no report"):
        merge_reports([])
