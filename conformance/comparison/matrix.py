"""Several runs side by side: implementations, versions or editions, requirement by requirement.

As the public pages of other suites do it: a column for each run, a summary for each chapter, and
of the requirements first those that some keep and others break.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from conformance.comparison.settings import settings_of, shown
from conformance.errors import UsageError
from conformance.model.verdict import Verdict
from conformance.reporting.json_file import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.model.report import Report, ReportedRequirement

SPLIT: Final = "split"
UNEVEN: Final = "uneven"
SAME: Final = "same"
BROKEN: Final = frozenset({Verdict.FAIL, Verdict.WARN})
_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One run: ``label`` is its name here, ``file`` its report, ``link`` what shows its findings.

    ``link`` is relative to where the matrix stands, and ready for an address; ``anchored`` tells
    whether a requirement can be named behind it.
    """

    label: str
    file: str
    link: str
    anchored: bool
    target: str
    started: str
    suite: str
    revision: str
    level: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in all runs, and what it is in each."""

    setting: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """A chapter of the document: for each run how many requirements have which verdict."""

    chapter: str
    tallies: tuple[Mapping[str, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: a verdict for each run, None where its report does not know it.

    ``kind``: ``split`` where some keep what others break, ``uneven`` where verdicts differ in
    another way, else ``same``. ``details`` are the message of the first finding, or the reason.
    """

    requirement: str
    level: str
    chapter: str
    source: str
    text: str
    kind: str
    verdicts: tuple[Verdict | None, ...]
    details: tuple[str, ...]

    @property
    def broken(self) -> bool:
        """Whether any run found it broken."""
        return any(verdict in BROKEN for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All of it; rows stand in the order of the chapters, and within these as in the reports."""

    columns: tuple[Column, ...]
    differences: tuple[Difference, ...]
    chapters: tuple[ChapterRow, ...]
    rows: tuple[Row, ...]

    def of(self, kind: str) -> tuple[Row, ...]:
        """The rows of one kind."""
        return tuple(row for row in self.rows if row.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """The matrix as plain JSON data."""
        return asdict(self)


def read_matrix(
    files: Sequence[Path], *, labels: Sequence[str] = (), beside: Path | None = None
) -> Matrix:
    """Read reports and set them side by side; ``beside``: the folder where the matrix will stand.

    Raises UsageError for less than two reports, one that is named twice, or labels that are not
    one for each; ReportError for what is no report.
    """
    if len(files) < _LEAST:
        raise UsageError(
            "reports", "there is only one, so there is nothing to compare", "name two or more"
        )
    resolved = [file.resolve() for file in files]
    twice = next((f for f, r in zip(files, resolved, strict=True) if resolved.count(r) > 1), None)
    if twice is not None:
        raise UsageError(str(twice), "is named twice", "name each report once")
    if labels and len(labels) != len(files):
        wrong = f"{len(labels)} for {len(files)} reports"
        raise UsageError("--label", wrong, "give one for each report, in their order, or none")
    if len(set(labels)) < len(labels):
        raise UsageError("--label", "gives two runs the same name", "give each run its own")
    reports = [read_json(file) for file in files]
    return matrix(reports, files, labels=labels, beside=beside or Path())


def matrix(
    reports: Sequence[Report],
    files: Sequence[Path],
    *,
    labels: Sequence[str] = (),
    beside: Path,
) -> Matrix:
    """Reports side by side, in the order in which they come."""
    names = labels or _labels(reports, files)
    columns = tuple(
        _column(report, file, name, beside)
        for report, file, name in zip(reports, files, names, strict=True)
    )
    rows = tuple(_rows(reports))
    return Matrix(columns, tuple(_differences(reports)), tuple(_chapters(rows)), rows)


def chapter_order(number: str) -> tuple[int, str]:
    """Chapters as the document counts them, what is common to all before them."""
    return (int(number) if number.isdecimal() else 0, number)


def _labels(reports: Sequence[Report], files: Sequence[Path]) -> list[str]:
    """The names of the targets, with as little beside them as makes each its own."""
    names = [str(report.target["name"]) for report in reports]
    added = (
        [""] * len(names),
        [str(report.contract["revision"]) for report in reports],
        [f"suite {report.suite['version']}" for report in reports],
        [str(report.run.level or "") for report in reports],
        [str(report.run.started) for report in reports],
        [file.as_posix() for file in files],
    )
    for parts in added:
        told = [f"{n} · {p}" if p else n for n, p in zip(names, parts, strict=True)]
        if len(set(told)) == len(told):
            return told
    return [file.as_posix() for file in files]


def _column(report: Report, file: Path, label: str, beside: Path) -> Column:
    page = file.with_name("report.html")
    anchored = page.is_file()
    return Column(
        label=label,
        file=file.as_posix(),
        link=_link(page if anchored else file, beside),
        anchored=anchored,
        target=str(report.target["name"]),
        started=str(report.run.started),
        suite=str(report.suite["version"]),
        revision=str(report.contract["revision"]),
        level=str(report.run.level or "–"),
        verdict=report.verdict.value,
    )


def _link(file: Path, beside: Path) -> str:
    """A path relative to a folder, ready for an address: it can name no scheme and no host."""
    try:
        relative = os.path.relpath(file.resolve(), beside.resolve())
    except ValueError:  # another drive
        return file.resolve().as_uri()
    return quote(Path(relative).as_posix())


def _differences(reports: Sequence[Report]) -> Iterator[Difference]:
    """Settings of the runs that are not the same; that the targets are others is the point."""
    settings = [settings_of(report) for report in reports]
    for name in settings[0]:
        values = tuple(shown(told[name]) for told in settings)
        if name != "target" and len(set(values)) > 1:
            yield Difference(name, values)


def _rows(reports: Sequence[Report]) -> list[Row]:
    known = [{item.id: item for item in report.requirements} for report in reports]
    messages = [
        {finding.requirement: finding.message for finding in reversed(report.findings)}
        for report in reports
    ]
    identifiers = dict.fromkeys(key for column in known for key in column)
    rows = [
        _row([column.get(key) for column in known], [said.get(key) for said in messages])
        for key in identifiers
    ]
    return sorted(rows, key=lambda row: chapter_order(row.chapter))


def _row(items: Sequence[ReportedRequirement | None], messages: Sequence[str | None]) -> Row:
    told = [item for item in items if item is not None]
    last = told[-1]
    verdicts = tuple(item.verdict if item else None for item in items)
    return Row(
        requirement=last.id,
        level=last.level,
        chapter=last.chapter,
        source=last.source,
        text=last.text,
        kind=_kind(verdicts),
        verdicts=verdicts,
        details=tuple(
            (message or item.reason) if item is not None else ""
            for item, message in zip(items, messages, strict=True)
        ),
    )


def _kind(verdicts: Sequence[Verdict | None]) -> str:
    found = set(verdicts)
    if found & BROKEN and Verdict.PASS in found:
        return SPLIT
    return UNEVEN if len(found) > 1 else SAME


def _chapters(rows: Sequence[Row]) -> Iterator[ChapterRow]:
    width = len(rows[0].verdicts) if rows else 0
    tallies: dict[str, list[Counter[str]]] = {}
    for row in rows:
        counters = tallies.setdefault(row.chapter, [Counter() for _ in range(width)])
        for counter, verdict in zip(counters, row.verdicts, strict=True):
            if verdict is not None:
                counter[verdict.value] += 1
    for chapter, counters in tallies.items():
        yield ChapterRow(chapter, tuple(dict(counter) for counter in counters))
