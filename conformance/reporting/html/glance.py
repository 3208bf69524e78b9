"""The overview of the page, without script: verdict, chapters, coverage, causes, news."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.model.requirement import Level
from conformance.model.verdict import Verdict
from conformance.reporting.explanation import explain
from conformance.reporting.terminal import SYMBOLS, counts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.model.report import Report
    from conformance.reporting.cause import Cause
    from conformance.reporting.language import Language

_STORIES = 60
_LINKS = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: from ``x`` on, ``width`` wide, out of 100."""

    verdict: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Count:
    """A verdict with its symbol, name, meaning and number of requirements."""

    verdict: str
    symbol: str
    name: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One chapter at one level: its bar, and how many judged requirements are kept."""

    bar: tuple[Segment, ...]
    kept: int
    judged: int
    total: int


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """A chapter of the document with a cell for each level, and what was not judged."""

    number: str
    title: str
    cells: tuple[Cell, ...]
    unjudged: int


@dataclass(frozen=True, slots=True)
class StatusMark:
    """One cell of the coverage table: ``reached``, ``missed`` or ``undocumented``, and why."""

    state: str
    count: int
    title: str


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation with a mark for each status that any operation documents."""

    operation: str
    broken: int
    marks: tuple[StatusMark, ...]


@dataclass(frozen=True, slots=True)
class CauseCard:
    """A cause: title, operations, one explained finding, the first broken ids."""

    id: str
    level: str
    title: str
    counts: str
    first: str
    story: str
    links: tuple[str, ...]
    more: int
    total: int
    fresh: bool


_OPEN: Final = {Verdict.BLOCKED, Verdict.INCONCLUSIVE}
_JUDGED: Final = {Verdict.PASS, Verdict.FAIL, Verdict.WARN}


def counts(tally: Mapping[str, int], words: Language) -> list[Count]:
    """Every verdict that occurs, the gravest first."""
    return [
        Count(
            verdict.value,
            SYMBOLS[verdict],
            words.say(f"verdict.{verdict.value}"),
            words.say(f"verdict.{verdict.value}.meaning"),
            tally[verdict.value],
        )
        for verdict in Verdict
        if tally.get(verdict.value, 0)
    ]


def bar(tally: Mapping[str, int]) -> tuple[Segment, ...]:
    """A bar of the verdicts, 100 wide; no segment is too thin to be seen."""
    total = sum(tally.values())
    if not total:
        return ()
    widths = {v.value: max(0.8, 100 * n / total) for v in Verdict if (n := tally.get(v.value, 0))}
    scale = 100 / sum(widths.values())
    segments: list[Segment] = []
    x = 0.0
    for verdict, width in widths.items():
        segments.append(Segment(verdict, round(x, 3), round(width * scale, 3)))
        x += width * scale
    return tuple(segments)


def chapter_rows(report: Report, words: Language) -> list[ChapterRow]:
    """The chapters in the order of the document."""
    tallies: dict[str, dict[str, Counter[str]]] = {}
    for item in report.requirements:
        levels = tallies.setdefault(item.chapter, {level.value: Counter() for level in Level})
        levels[item.level][item.verdict.value] += 1
    rows: list[ChapterRow] = []
    for number in sorted(tallies, key=lambda n: (int(n) if n.isdigit() else 0, n)):
        levels = tallies[number]
        unjudged = sum(tally[verdict.value] for tally in levels.values() for verdict in _OPEN)
        cells = tuple(_cell(levels[level.value]) for level in Level)
        rows.append(ChapterRow(number, words.chapter(number), cells, unjudged))
    return rows


def _cell(tally: Counter[str]) -> Cell:
    judged = sum(tally[verdict.value] for verdict in _JUDGED)
    return Cell(bar(tally), tally[Verdict.PASS.value], judged, tally.total())


def statuses(report: Report) -> list[str]:
    """Every status that some operation documents, in order."""
    return sorted({cell.status for cell in report.status_coverage})


def operation_rows(report: Report, words: Language) -> list[OperationRow]:
    """The coverage table, operations in the order of the report."""
    columns = statuses(report)
    cells = {(cell.operation, cell.status): cell for cell in report.status_coverage}
    rows: list[OperationRow] = []
    for operation in dict.fromkeys(cell.operation for cell in report.status_coverage):
        marks: list[StatusMark] = []
        for status in columns:
            cell = cells.get((operation, status))
            if cell is None:
                marks.append(StatusMark("undocumented", 0, words.say("ui.coverage.undocumented")))
            elif cell.reached:
                said = words.say("ui.coverage.reached", count=cell.reached)
                marks.append(StatusMark("reached", cell.reached, said))
            else:
                missed = words.say("ui.coverage.missed")
                said = f"{missed}: {words.told(cell.reason)}" if cell.reason else missed
                marks.append(StatusMark("missed", 0, said))
        tally = report.by_operation.get(operation, {})
        rows.append(OperationRow(operation, tally.get("fail", 0), tuple(marks)))
    return rows


def cause_cards(
    report: Report, causes: Sequence[Cause], words: Language, broken: frozenset[str]
) -> list[CauseCard]:
    """The causes as cards; the first ones with their evidence in plain text."""
    texts = {item.id: item.text for item in report.requirements}
    cards: list[CauseCard] = []
    for number, cause in enumerate(causes):
        ids = cause.requirements
        finding = cause.findings[0]
        story = (
            explain(finding, texts.get(finding.requirement, ""), words) if number < _STORIES else ""
        )
        cards.append(
            CauseCard(
                id=cause.id,
                level=cause.level,
                title=words.cause(cause),
                counts=" · ".join(counts_of(cause, words)),
                first=finding.requirement,
                story=story,
                links=ids[:_LINKS],
                more=max(0, len(ids) - _LINKS),
                total=len(ids),
                fresh=any(identity in broken for identity in ids),
            )
        )
    return cards


def moment(text: str) -> str:
    """A moment of a report for people: ``2026-11-22 17:00:00 UTC``."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _offered(report: Report, words: Language) -> str:
    return f"{words.offered(report)}: {', '.join(report.target['operations'])}"


def facts(report: Report, words: Language) -> list[tuple[str, str]]:
    """Labels and values that describe the run, beside the name of the target."""
    run, target = report.run, report.target
    chosen = {"only": run.selection.only, "exclude": run.selection.exclude}
    parts = [
        words.say(f"ui.selection.{key}", globs=", ".join(chosen[key]))
        for key in ("only", "exclude")
        if chosen[key]
    ]
    named = [
        ("ui.profile", target["profile"]),
        ("ui.capabilities", ", ".join(target["capabilities"]) or "–"),
        *([("ui.operations", _offered(report, words))] if "operations" in target else []),
        ("ui.revision", report.contract["revision"]),
        *([("ui.level", run.level)] if run.level is not None else []),
        ("ui.selection", "; ".join(parts) or words.say("ui.selection.everything")),
        ("ui.started", moment(run.started)),
        ("ui.duration", words.say("ui.seconds", count=run.duration_s)),
        ("ui.requests", f"{run.requests:,}"),
        *([("ui.seed", str(run.seed))] if run.seed is not None else []),
        ("ui.suite", f"{report.suite['name']} {report.suite['version']}"),
    ]
    if target["base_url"]:
        named.insert(0, ("ui.base-url", target["base_url"]))
    return [(words.say(key), str(value)) for key, value in named]
