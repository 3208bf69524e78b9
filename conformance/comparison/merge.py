"""Shards of one run, from several processes or machines, become one report.

Per requirement the gravest verdict wins, in the order in which one run would have weighed the same
cases: fail, warn, waived, pass, blocked, inconclusive, not-applicable, not-selected. A shard that
did not ask (not-selected) never outweighs one that did. Findings are joined and told once, requests
and reached statuses are summed, counts and the verdict of the run are made anew.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from conformance.comparison.place import target_name, target_url
from conformance.errors import ReportError
from conformance.model.report import Report, ReportedFinding, ReportedRequirement, StatusCell
from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.json_file import read_json

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
    """Merge report files. Raises ReportError when one cannot be read or does not belong."""
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
    problems = _problems(reports, requirements)
    run = _run(reports, problems)
    return replace(
        first,
        run=run,
        verdict=_verdict(requirements, problems, interrupted=run["interrupted"]),
        summary=tally(requirements),
        by_operation=_grouped(requirements, lambda item: item.operation or "common"),
        by_level=_grouped(requirements, lambda item: item.level),
        by_chapter=_grouped(requirements, lambda item: item.chapter),
        status_coverage=_coverage(reports),
        requirements=requirements,
        findings=_findings(reports),
    )


def tally(requirements: Iterable[ReportedRequirement]) -> dict[str, int]:
    """How many requirements have which verdict, every verdict named."""
    counts = Counter(item.verdict for item in requirements)
    return {verdict.value: counts[verdict] for verdict in Verdict}


def _refuse_stranger(first_name: str, first: Report, name: str, shard: Report) -> None:
    """One line that says which field is not that of the first shard."""
    for field, read in _IDENTITY:
        ours, theirs = read(first), read(shard)
        if ours != theirs:
            raise ReportError(
                name,
                f"is no shard of the run of {first_name}: {field} is {theirs!r}, not {ours!r}",
                "merge only reports of one run",
            )
    if [r.id for r in first.requirements] != [r.id for r in shard.requirements]:
        raise ReportError(
            name,
            f"is no shard of the run of {first_name}: its requirements are not the same",
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
    ("run.seed", lambda report: report.run["seed"]),
    ("run.level", lambda report: report.run["level"]),
    ("run.strict", lambda report: bool(report.run.get("strict", False))),
)


def _requirement(told: Sequence[ReportedRequirement]) -> ReportedRequirement:
    """What the shards together say of one requirement."""
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
    """Per operation and status, how often it was reached in all; a reason only where never."""
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


def _run(reports: Sequence[Report], problems: list[str]) -> dict[str, Any]:
    runs = [report.run for report in reports]
    started = min(runs, key=lambda run: _moment(run["started"]))["started"]
    finished = max(runs, key=lambda run: _moment(run["finished"]))["finished"]
    groups: Counter[str] = Counter()
    for run in runs:
        groups.update(run["requests_by_flow_group"])
    return {
        **runs[0],
        "started": started,
        "finished": finished,
        "duration_s": round((_moment(finished) - _moment(started)).total_seconds(), 3),
        "selection": _selection([run["selection"] for run in runs]),
        "requests": sum(run["requests"] for run in runs),
        "requests_by_flow_group": dict(sorted(groups.items())),
        "interrupted": any(run["interrupted"] for run in runs),
        "problems": problems,
    }


def _selection(told: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Asked is what any shard was asked; excluded is what every shard excluded."""
    only = [list(item["only"]) for item in told]
    asked = dict.fromkeys(glob for globs in only for glob in globs) if all(only) else {}
    excluded = [
        glob for glob in told[0]["exclude"] if all(glob in item["exclude"] for item in told)
    ]
    return {"only": list(asked), "exclude": excluded}


def _problems(reports: Sequence[Report], requirements: Sequence[ReportedRequirement]) -> list[str]:
    """Problems of all shards, but for waivers that only seemed needless to one of them."""
    used = {item.waiver.get("requirement", item.id) for item in requirements if item.waiver}
    told = dict.fromkeys(p for report in reports for p in report.run.get("problems", ()))
    return [p for p in told if not any(p.startswith(f"waiver {glob}: nothing") for glob in used)]


def _verdict(
    requirements: Sequence[ReportedRequirement], problems: Sequence[str], *, interrupted: bool
) -> RunVerdict:
    """The verdict of the run, by the rule of a whole run: nothing left out reads as green."""
    verdicts = {item.verdict for item in requirements}
    if Verdict.FAIL in verdicts or any(problem.startswith("waiver ") for problem in problems):
        return RunVerdict.NONCONFORMANT
    unjudged = verdicts & {Verdict.BLOCKED, Verdict.INCONCLUSIVE}
    if unjudged or interrupted or Verdict.PASS not in verdicts:
        return RunVerdict.INCOMPLETE
    return RunVerdict.CONFORMANT


def _grouped(
    requirements: Sequence[ReportedRequirement], key: Callable[[ReportedRequirement], str]
) -> dict[str, dict[str, int]]:
    groups: dict[str, list[ReportedRequirement]] = {}
    for item in requirements:
        groups.setdefault(key(item), []).append(item)
    return {name: tally(items) for name, items in groups.items()}


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
