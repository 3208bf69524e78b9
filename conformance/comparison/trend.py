"""Shows a folder of reports as a history: verdicts by run, lasting failures, flakiness.

Flaky is a requirement that went back and forth although nothing that the suite knows of differed:
among runs of one series it was kept, broken and kept again, or broken, kept and broken again. One
change alone is a regression or a fix. Runs are of one series when target, profile, capabilities,
operations, selection, contract digest, suite version, level and strictness are equal; runs that did
not judge the requirement are skipped.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from conformance.comparison.place import target_name
from conformance.errors import ReportError
from conformance.given_files import given_json
from conformance.model.report import SCHEMA, Report
from conformance.model.verdict import Verdict
from conformance.reporting.json_file import read_json

MARKS: Final = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.WARN: "!",
    Verdict.WAIVED: "◇",
}
_TURNS: Final = 2
REGRESSION: Final = "regression"
NEWLY_JUDGED: Final = "newly judged"


@dataclass(frozen=True, slots=True)
class TrendRun:
    """One run of the folder; runs with the same ``series`` are comparable."""

    file: str
    started: str
    target: str
    series: int
    suite: str
    revision: str
    level: str
    verdict: str
    duration_s: float
    requests: int
    summary: dict[str, int]


@dataclass(frozen=True, slots=True)
class Flaky:
    """A requirement that goes back and forth: one mark per run of its series that judged it."""

    requirement: str
    level: str
    series: int
    turns: int
    runs: int
    broken: int
    marks: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A requirement that the last run of a series found broken, and since which run.

    ``began``: ``regression`` where a run before had kept it, ``newly judged`` where none had
    judged it.
    """

    requirement: str
    level: str
    series: int
    verdict: Verdict
    since: str
    runs: int
    began: str = NEWLY_JUDGED


@dataclass(frozen=True, slots=True)
class Trend:
    """Runs from the oldest to the newest, and what they say together."""

    folder: str
    runs: tuple[TrendRun, ...]
    flaky: tuple[Flaky, ...]
    standing: tuple[Standing, ...]

    @property
    def several(self) -> bool:
        """Whether some of the runs may not be held against each other."""
        return len({run.series for run in self.runs}) > 1

    def to_dict(self) -> dict[str, Any]:
        """The trend as plain JSON data."""
        return asdict(self)


def read_trend(folder: Path, *, target: str | None = None) -> Trend:
    """Read every report below ``folder``; other JSON files are passed over.

    ``target`` keeps only the runs of that target. Raises ReportError when there is no report, or
    when a file that calls itself one cannot be read.
    """
    if not folder.is_dir():
        raise ReportError(str(folder), "is not a folder", "pass the folder that holds the reports")
    found = [
        (path.relative_to(folder).as_posix(), read_json(path))
        for path in sorted(folder.rglob("*.json"))
        if _is_report(path)
    ]
    kept = [item for item in found if target is None or item[1].target["name"] == target]
    if not kept:
        wanted = f" of target {target!r}" if target else ""
        names = ", ".join(sorted({report.target["name"] for _, report in found}))
        remedy = f"targets there are {names}" if found else "run with --report-dir below it"
        raise ReportError(str(folder), f"holds no report{wanted}", remedy)
    return trend(kept, str(folder))


def trend(reports: Iterable[tuple[str, Report]], folder: str = "") -> Trend:
    """The trend of named reports, whatever order they come in."""
    ordered = sorted(reports, key=lambda item: dt.datetime.fromisoformat(item[1].run.started))
    numbers: dict[str, int] = {}
    series: dict[int, list[Report]] = {}
    runs: list[TrendRun] = []
    for file, report in ordered:
        number = numbers.setdefault(series_of(report), len(numbers) + 1)
        series.setdefault(number, []).append(report)
        runs.append(_run(file, report, number))
    flaky = [row for number, told in series.items() for row in _flaky(number, told)]
    standing = [row for number, told in series.items() for row in _standing(number, told)]
    return Trend(
        folder=folder,
        runs=tuple(runs),
        flaky=tuple(sorted(flaky, key=lambda row: (-row.turns, row.requirement))),
        standing=tuple(
            sorted(standing, key=lambda row: (row.began != REGRESSION, -row.runs, row.requirement))
        ),
    )


def _is_report(path: Path) -> bool:
    """Whether a JSON file calls itself a report; broken JSON under the usual name is one too."""
    try:
        data = given_json(path)
    except (OSError, ValueError, RecursionError):
        return path.name == "report.json"
    return isinstance(data, dict) and data.get("schema") == SCHEMA


def series_of(report: Report) -> str:
    """What runs have in common that may be held against each other."""
    facts = [
        target_name(report),
        report.target["profile"],
        sorted(report.target["capabilities"]),
        report.target.get("operations", []),
        asdict(report.run.selection),
        report.contract["sha256"],
        report.suite["version"],
        report.run.level,
        bool(report.run.strict),
    ]
    return json.dumps(facts)


def _run(file: str, report: Report, series: int) -> TrendRun:
    return TrendRun(
        file=file,
        started=report.run.started,
        target=report.target["name"],
        series=series,
        suite=report.suite["version"],
        revision=report.contract["revision"],
        level=report.run.level or "–",
        verdict=report.verdict.value,
        duration_s=report.run.duration_s,
        requests=report.run.requests,
        summary=dict(report.summary),
    )


def _histories(reports: Sequence[Report]) -> dict[str, list[tuple[Verdict, str, str]]]:
    """Per requirement what each run that judged it said: verdict, level, start of the run."""
    told: dict[str, list[tuple[Verdict, str, str]]] = {}
    for report in reports:
        for item in report.requirements:
            if item.verdict in MARKS:
                row = (item.verdict, item.level, report.run.started)
                told.setdefault(item.id, []).append(row)
    return told


def _flaky(series: int, reports: Sequence[Report]) -> Iterable[Flaky]:
    for identifier, history in _histories(reports).items():
        kept = [verdict is Verdict.PASS for verdict, _, _ in history]
        turns = sum(before != after for before, after in pairwise(kept))
        if turns >= _TURNS:
            yield Flaky(
                requirement=identifier,
                level=history[-1][1],
                series=series,
                turns=turns,
                runs=len(history),
                broken=kept.count(False),
                marks="".join(MARKS[verdict] for verdict, _, _ in history),
            )


def _standing(series: int, reports: Sequence[Report]) -> Iterable[Standing]:
    last = reports[-1].run.started
    for identifier, history in _histories(reports).items():
        verdict, level, when = history[-1]
        if verdict is Verdict.PASS or when != last:
            continue
        streak = 0
        for verdict_then, _, _ in reversed(history):
            if verdict_then is Verdict.PASS:
                break
            streak += 1
        began = REGRESSION if streak < len(history) else NEWLY_JUDGED
        yield Standing(identifier, level, series, verdict, history[-streak][2], streak, began)
