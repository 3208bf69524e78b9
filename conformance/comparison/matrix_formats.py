"""A matrix of runs as text, JSON, Markdown and HTML."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.comparison.markup import cell, words
from conformance.comparison.markup import table as markdown_table
from conformance.comparison.matrix import BROKEN, SAME, SPLIT, UNEVEN, ChapterRow
from conformance.comparison.page import draw
from conformance.model.requirement import Level
from conformance.model.verdict import Verdict
from conformance.reporting.html.glance import Segment, bar, moment
from conformance.reporting.terminal import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.comparison.matrix import Column, Matrix, Row
    from conformance.reporting.language import Language

_SHOWN: Final = 20
_CHARACTERS: Final = 160
_WIDTH: Final = 120
_QUIET: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_SELECTED, None})
_SIGNS: Final[Mapping[str, str]] = {"conformant": "✅", "nonconformant": "❌", "incomplete": "⚠️"}
KINDS: Final = (SPLIT, UNEVEN, SAME)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One verdict on the page; ``detail`` is shown under it, ``href`` leads to its findings."""

    verdict: str
    symbol: str
    name: str
    detail: str
    href: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One requirement on the page; ``classes`` are what filters go by."""

    classes: str
    requirement: str
    level: str
    text: str
    source: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter on the page; ``classes`` are those of its rows, so that none stands empty."""

    id: str
    title: str
    classes: str
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True)
class ShownTally:
    """A line of the table of chapters: for each run a bar, and what was kept of the judged."""

    title: str
    cells: tuple[tuple[tuple[Segment, ...], str], ...]


def sentence(matrix: Matrix, language: Language) -> str:
    """The whole matrix in a few words."""
    counts = {kind: f"{len(matrix.of(kind)):,}" for kind in KINDS}
    return language.say("matrix.sentence", all=f"{len(matrix.rows):,}", **counts)


def difference_lines(matrix: Matrix, language: Language) -> list[str]:
    """Settings that are not the same, each with the runs that have it one way or another."""
    lines: list[str] = []
    for difference in matrix.differences:
        runs: dict[str, list[str]] = {}
        for column, value in zip(matrix.columns, difference.values, strict=True):
            runs.setdefault(value, []).append(column.label)
        told = "; ".join(
            language.say("matrix.value", value=value, runs=", ".join(labels))
            for value, labels in runs.items()
        )
        setting = language.say(f"matrix.setting.{difference.setting}")
        lines.append(language.say("matrix.counted", what=setting, count=told))
    return lines


def render_json(matrix: Matrix, _language: Language) -> str:
    """The matrix as JSON text; a requirement that a run does not know has null for its verdict."""
    return json.dumps(matrix.to_dict(), ensure_ascii=False, indent=1) + "\n"


def render_text(matrix: Matrix, language: Language, console: Console, shown: int = _SHOWN) -> None:
    """Print what differs about the runs, the chapters, and the first split requirements."""
    say = language.say
    lines = difference_lines(matrix, language)
    if lines:
        console.print(Text(say("matrix.differ"), style="bold yellow"), soft_wrap=True)
    for line in lines:
        console.print(Text(f"   {line}", style="yellow"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(say("ui.chapter"), overflow="fold")
    for column in matrix.columns:
        table.add_column(Text(column.label), justify="right", overflow="fold")
    verdicts = [say(f"run.{column.verdict}") for column in matrix.columns]
    table.add_row(Text(say("ui.verdict")), *map(Text, verdicts))
    for row in _tallies(matrix, language):
        table.add_row(Text(row.title), *(Text(told) for _, told in row.cells))
    console.print(table)
    split = matrix.of(SPLIT)
    counted = say("matrix.counted", what=say("matrix.split"), count=f"{len(split):,}")
    console.print(Text(f"\n{counted}", style="bold"))
    for item in split[:shown]:
        marks = " ".join(_symbol(verdict) for verdict in item.verdicts)
        console.print(Text(f"  {marks}  {item.requirement}"), soft_wrap=True)
    if len(split) > shown:
        more = say("ui.and-more", count=f"{len(split) - shown:,}")
        console.print(Text(f"  … {more}", style="dim"))
    console.print(Text(f"\n{sentence(matrix, language)}"), soft_wrap=True)


def text_of(matrix: Matrix, language: Language) -> str:
    """What the terminal shows, for a file."""
    console = Console(file=io.StringIO(), width=_WIDTH)
    render_text(matrix, language, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def render_markdown(matrix: Matrix, language: Language) -> str:
    """The matrix for a page of a repository or a comment; long lists are cut and counted."""
    say, columns = language.say, matrix.columns
    lines = [f"## {say('matrix.title', count=len(columns))}", "", sentence(matrix, language), ""]
    told = difference_lines(matrix, language)
    if told:
        lines += [say("matrix.differ"), "", *(f"- {words(line)}" for line in told), ""]
    titles = ["matrix.run", "ui.target", "ui.revision", "ui.suite", "ui.level", "ui.started"]
    lines += markdown_table(
        [*map(say, titles), say("ui.verdict")], (_run_cells(c, language) for c in columns)
    )
    names = [words(column.label) for column in columns]
    lines += ["", f"### {say('matrix.chapters')}", ""]
    lines += markdown_table(
        [say("ui.chapter"), *names],
        (
            [words(row.title), *(told for _, told in row.cells)]
            for row in _tallies(matrix, language)
        ),
    )
    for kind in (SPLIT, UNEVEN):
        rows = matrix.of(kind)
        if rows:
            lines += ["", f"### {say(f'matrix.{kind}')} ({len(rows):,})", ""]
            lines += markdown_table(
                [say("matrix.requirement"), say("ui.level"), *names],
                (_row_cells(row, language) for row in rows),
            )
    return "\n".join(lines) + "\n"


def render_html(matrix: Matrix, language: Language) -> str:
    """The matrix as one HTML file whose filters work without a script."""
    counts = Counter(row.kind for row in matrix.rows)
    present = {row.level for row in matrix.rows}
    return draw(
        "matrix.html.j2",
        tag=language.tag,
        say=language.say,
        brand=language.say("ui.title"),
        columns=matrix.columns,
        moment=moment,
        sentence=sentence(matrix, language),
        differences=difference_lines(matrix, language),
        tallies=_tallies(matrix, language),
        chapters=_chapters(matrix, language),
        choices=_choices(counts, sum(row.broken for row in matrix.rows)),
        levels=[level.value for level in Level if level.value in present],
    )


def _choices(counts: Mapping[str, int], broken: int) -> list[tuple[str, int, bool]]:
    """What can be shown, how many rows that is, and the first that is not empty as chosen."""
    split, uneven = counts.get(SPLIT, 0), counts.get(UNEVEN, 0)
    named = [
        (SPLIT, split),
        ("differing", split + uneven),
        ("broken", broken),
        ("everything", sum(counts.values())),
    ]
    chosen = next((name for name, count in named if count), "everything")
    return [(name, count, name == chosen) for name, count in named]


def _tallies(matrix: Matrix, language: Language) -> list[ShownTally]:
    whole = [Counter[str]() for _ in matrix.columns]
    for row in matrix.chapters:
        for total, tally in zip(whole, row.tallies, strict=True):
            total.update(tally)
    rows = [*matrix.chapters, ChapterRow("", tuple(whole))]
    return [
        ShownTally(
            language.numbered_chapter(row.chapter) if row.chapter else language.say("ui.all"),
            tuple((bar(tally), _kept(tally, language)) for tally in row.tallies),
        )
        for row in rows
    ]


def _kept(tally: Mapping[str, int], language: Language) -> str:
    kept = tally.get(Verdict.PASS.value, 0)
    judged = kept + sum(tally.get(verdict.value, 0) for verdict in BROKEN)
    return language.say("ui.kept-of", kept=kept, judged=judged) if judged else "–"


def _chapters(matrix: Matrix, language: Language) -> list[ShownChapter]:
    shown: list[ShownChapter] = []
    for number, group in groupby(matrix.rows, key=lambda row: row.chapter):
        rows = tuple(_shown_row(row, matrix.columns, language) for row in group)
        classes = sorted({f"has-{name}" for row in rows for name in row.classes.split()})
        title = language.numbered_chapter(number)
        shown.append(ShownChapter(f"chapter-{len(shown)}", title, " ".join(classes), rows))
    return shown


def _shown_row(row: Row, columns: Sequence[Column], language: Language) -> ShownRow:
    marks = [row.kind, f"level-{row.level}"]
    marks += ["differing"] if row.kind != SAME else []
    marks += ["broken"] if row.broken else []
    return ShownRow(
        classes=" ".join(marks),
        requirement=row.requirement,
        level=language.say(f"level.{row.level}"),
        text=language.requirement(row.text),
        source=language.source(row.source),
        cells=tuple(
            _shown_cell(row, number, column, language) for number, column in enumerate(columns)
        ),
    )


def _shown_cell(row: Row, number: int, column: Column, language: Language) -> ShownCell:
    verdict = row.verdicts[number]
    if verdict is None:
        return ShownCell("not-selected", "·", language.say("matrix.absent"), "", "")
    told = language.told(row.details[number])
    anchor = f"#{quote(row.requirement)}" if column.anchored else ""
    return ShownCell(
        verdict.value,
        SYMBOLS[verdict],
        language.say(f"verdict.{verdict.value}"),
        "" if verdict in _QUIET else _cut(told),
        "" if verdict in _QUIET else f"{column.link}{anchor}",
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}…"


def _symbol(verdict: Verdict | None) -> str:
    return SYMBOLS[verdict] if verdict is not None else "·"


def _run_cells(column: Column, language: Language) -> list[str]:
    verdict = f"{_SIGNS[column.verdict]} {language.say(f'run.{column.verdict}')}"
    facts = (column.target, column.revision, column.suite, column.level, column.started)
    name = f"[{words(column.label)}]({column.link})"
    return [name, *map(words, facts), verdict]


def _row_cells(row: Row, language: Language) -> list[str]:
    cells = [cell(row.requirement), language.say(f"level.{row.level}")]
    for verdict in row.verdicts:
        name = "matrix.absent" if verdict is None else f"verdict.{verdict.value}"
        cells.append(f"{_symbol(verdict)} {language.say(name)}")
    return cells
