"""Merges shards of one run, from several processes or machines, into one report.

The most severe verdict on each requirement wins, in this order: fail, warn, waived, pass, blocked,
inconclusive, not-applicable, not-selected; so one run would have decided the same cases. A shard
without a requirement (not-selected) never outweighs one with it. Each finding is reported once,
requests and reached statuses are summed, counts and the run's verdict are computed anew.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from conformance.comparison.place import target_name, target_url
from conformance.errors import ReportError
from conformance.model.report import (
    Report,
    ReportedFinding,
    ReportedRequirement,
    RunRecord,
    SelectionRecord,
    StatusCell,
)
from conformance.model.requirement import Level
from conformance.model.verdict import Verdict
from conformance.model.waiver import WaiverProblem
from conformance.reporting.json_file import read_json
from conformance.verdicts.run_verdict import decide_run
from conformance.verdicts.tally import tally, tally_by
from conformance.verdicts.waivers import needed_by_any

WEIGHT: Final[Mapping[Verdict, int]] = {
    verdict: weight
    for weight, verdict in enumerate(
        (
            Verdict.NOT_SELECTED,
            Verdict.NOT_APPLICABLE,
            Verdict.INCONCLUSIVE,
            Verdict.BLOCKED,
            Verdict.PASS,
            Verdict.WAIVED,
            Verdict.WARN,
            Verdict.FAIL,
        )
    )
}
_NOT_ASKED: Final = "not among --only"
_Key = tuple[str, str, str, str, str]


def merge_reports(paths: Sequence[Path]) -> Report:
    """Merge report files. Raises ReportError for one that is unreadable or of another run."""
    if not paths:
        raise ReportError("merge", "was given no report", "name the report.json of every shard")
    return merge([(str(path), read_json(path)) for path in paths])


def merge(shards: Sequence[tuple[str, Report]]) -> Report:
    """Merge named shards of one run.

    Raises ReportError when two shards are the same report, or when one is of another contract,
    suite, target, seed or level; the field that differs is named.
    """
    first_name, first = shards[0]
    for number, (name, shard) in enumerate(shards):
        _refuse_stranger(first_name, first, name, shard)
        twin = next((other for other, told in shards[:number] if told == shard), None)
        if twin is not None:
            raise ReportError(name, f"is the same report as {twin}", "name every shard once")
    reports = [shard for _, shard in shards]
    requirements = [
        _requirement([report.requirements[i] for report in reports])
        for i in range(len(first.requirements))
    ]
    used = {item.waiver.get("requirement", item.id) for item in requirements if item.waiver}
    misfits = needed_by_any([m for report in reports for m in report.run.waiver_problems], used)
    run = _run(reports, misfits)
    decision = decide_run(
        ((Level(item.level), item.verdict) for item in requirements),
        misfits=bool(misfits),
        interrupted=run.interrupted,
    )

    def verdict(item: ReportedRequirement) -> Verdict:
        return item.verdict

    return replace(
        first,
        run=run,
        verdict=decision.verdict,
        reason=decision.reason,
        summary=tally(map(verdict, requirements)),
        by_operation=tally_by(requirements, lambda item: item.operation or "common", verdict),
        by_level=tally_by(requirements, lambda item: item.level, verdict),
        by_chapter=tally_by(requirements, lambda item: item.chapter, verdict),
        status_coverage=_coverage(reports),
        requirements=requirements,
        findings=_findings(reports),
    )


def _refuse_stranger(first_name: str, first: Report, name: str, shard: Report) -> None:
    """Raise ReportError, naming the first field that differs from the first shard."""
    for field, read in _IDENTITY:
        ours, theirs = read(first), read(shard)
        if ours != theirs:
            raise ReportError(
                name,
                f"is not a shard of the run of {first_name}: {field} is {theirs!r}, not {ours!r}",
                "merge only reports of one run",
            )
    if [r.id for r in first.requirements] != [r.id for r in shard.requirements]:
        raise ReportError(
            name,
            f"is not a shard of the run of {first_name}: its requirements are not the same",
            "merge only reports of one run",
        )


_IDENTITY: Final[Sequence[tuple[str, Callable[[Report], Any]]]] = (
    ("contract.sha256", lambda report: report.contract["sha256"]),
    ("contract.revision", lambda report: report.contract["revision"]),
    ("suite.name", lambda report: report.suite["name"]),
    ("suite.version", lambda report: report.suite["version"]),
    ("target.name", target_name),
    ("target.base_url", target_url),
    ("target.profile", lambda report: report.target["profile"]),
    ("target.capabilities", lambda report: sorted(report.target["capabilities"])),
    ("target.operations", lambda report: report.target.get("operations")),
    ("run.seed", lambda report: report.run.seed),
    ("run.level", lambda report: report.run.level),
    ("run.strict", lambda report: report.run.strict),
)


def _requirement(told: Sequence[ReportedRequirement]) -> ReportedRequirement:
    """The merged verdict on one requirement."""
    telling = max(told, key=lambda item: WEIGHT[item.verdict])
    if telling.verdict is Verdict.NOT_SELECTED:
        telling = next((item for item in told if item.reason != _NOT_ASKED), telling)
    cases = dict.fromkeys(case for item in told for case in item.cases)
    return replace(telling, cases=list(cases))


def _findings(reports: Sequence[Report]) -> list[ReportedFinding]:
    """Every finding once, in the order of the requirements."""
    found: dict[_Key, ReportedFinding] = {}
    for item in (finding for report in reports for finding in report.findings):
        key = (item.requirement, item.case, item.message, item.expected, item.actual)
        found.setdefault(key, item)
    place = {item.id: number for number, item in enumerate(reports[0].requirements)}
    return sorted(found.values(), key=lambda item: place.get(item.requirement, len(place)))


def _coverage(reports: Sequence[Report]) -> list[StatusCell]:
    """Per operation and status, how often it was reached; a reason only where never."""
    cells: dict[tuple[str, str], StatusCell] = {}
    for cell in (cell for report in reports for cell in report.status_coverage):
        key = (cell.operation, cell.status)
        known = cells.get(key)
        if known is None:
            cells[key] = cell
            continue
        reached = known.reached + cell.reached
        reason = "" if reached else known.reason or cell.reason
        cells[key] = StatusCell(cell.operation, cell.status, reached, reason)
    return list(cells.values())


def _run(reports: Sequence[Report], misfits: Sequence[WaiverProblem]) -> RunRecord:
    runs = [report.run for report in reports]
    started = min(runs, key=lambda run: _moment(run.started)).started
    finished = max(runs, key=lambda run: _moment(run.finished)).finished
    groups: Counter[str] = Counter()
    for run in runs:
        groups.update(run.requests_by_flow_group)
    return replace(
        runs[0],
        started=started,
        finished=finished,
        duration_s=round((_moment(finished) - _moment(started)).total_seconds(), 3),
        selection=_selection([run.selection for run in runs]),
        requests=sum(run.requests for run in runs),
        requests_by_flow_group=dict(sorted(groups.items())),
        interrupted=any(run.interrupted for run in runs),
        problems=_problems(runs, misfits),
        waiver_problems=list(misfits),
    )


def _selection(told: Sequence[SelectionRecord]) -> SelectionRecord:
    """Selected is what any shard selected; excluded is what every shard excluded."""
    asked = dict.fromkeys(glob for item in told for glob in item.only)
    excluded = [glob for glob in told[0].exclude if all(glob in item.exclude for item in told)]
    return SelectionRecord(list(asked) if all(item.only for item in told) else [], excluded)


def _problems(runs: Sequence[RunRecord], misfits: Sequence[WaiverProblem]) -> list[str]:
    """Problems of all shards, each once; about waivers only those that still do not fit."""
    of_waivers = {misfit.text for run in runs for misfit in run.waiver_problems}
    others = (text for run in runs for text in run.problems if text not in of_waivers)
    return [*(misfit.text for misfit in misfits), *dict.fromkeys(others)]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
