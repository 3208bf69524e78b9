"""A trend as text, JSON and HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from conformance.comparison.page import draw
from conformance.model.verdict import Verdict
from conformance.reporting.terminal import SYMBOLS

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.comparison.trend import Trend, TrendRun

_COLUMNS: Final = (
    Verdict.FAIL,
    Verdict.WARN,
    Verdict.BLOCKED,
    Verdict.INCONCLUSIVE,
    Verdict.WAIVED,
    Verdict.PASS,
)
_COLOURS: Final = {
    "fail": "#c5392f",
    "warn": "#c98a00",
    "blocked": "#8250df",
    "inconclusive": "#a475f9",
    "waived": "#6e7781",
    "pass": "#2c8a4b",
}
_STYLES: Final = {"conformant": "green", "nonconformant": "bold red", "incomplete": "magenta"}
_WIDTH, _HEIGHT = 960, 160
_SHOWN: Final = 20
_NARROW: Final = 110
"""Columns below which verdicts are symbols, and these are explained."""
SEVERAL: Final = (
    "Runs of different series (target, profile, capabilities, operations, selection, contract,"
    " suite, level or strictness) are not held against each other."
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of the chart, in its units."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str


def render_text(trend: Trend, console: Console, shown: int = _SHOWN) -> None:
    """Print one line per run, then what is flaky and what keeps failing."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    several = trend.several
    if several:
        console.print(Text(SEVERAL, style="bold yellow"), soft_wrap=True)
    targets = {run.target for run in trend.runs}
    if len(targets) == 1:
        console.print(Text(f"target {trend.runs[0].target}", style="dim"), soft_wrap=True)
    narrow = console.width < _NARROW
    columns = [*(["target"] if len(targets) > 1 else []), *(["series"] if several else [])]
    for title in ("started", *columns, "verdict"):
        table.add_column(title, no_wrap=title != "target", overflow="fold")
    for column in _COLUMNS:
        title = SYMBOLS[column] if narrow else column.value
        table.add_column(title, justify="right", no_wrap=True)
    for run in trend.runs:
        counts = [str(run.summary.get(column.value, 0) or "·") for column in _COLUMNS]
        told = [Text(run.target)] if len(targets) > 1 else []
        told += [Text(str(run.series))] if several else []
        verdict = Text(run.verdict, style=_STYLES[run.verdict])
        table.add_row(Text(run.started[: len("2026-01-01T00:00")]), *told, verdict, *counts)
    console.print(table)
    if narrow:
        legend = "  ".join(f"{SYMBOLS[column]} {column.value}" for column in _COLUMNS)
        console.print(Text(legend, style="dim"))
    console.print(Text(f"\nFlaky: {len(trend.flaky)}", style="bold"))
    for row in trend.flaky[:shown]:
        line = f"  {row.marks}  {row.requirement}  broken in {row.broken} of {row.runs} runs"
        console.print(Text(line), soft_wrap=True)
    console.print(Text(f"\nBroken in the last run: {len(trend.standing)}", style="bold"))
    for item in trend.standing[:shown]:
        runs = "1 run" if item.runs == 1 else f"{item.runs} runs"
        since = f"{item.began}, since {item.since} ({runs})"
        line = f"  {item.verdict.value:<6}  {item.requirement}  {since}"
        console.print(Text(line), soft_wrap=True)
    for rows in (trend.flaky, trend.standing):
        if len(rows) > shown:
            console.print(Text(f"  … {len(rows) - shown:,} more in the JSON", style="dim"))


def render_json(trend: Trend) -> str:
    """The trend as JSON text."""
    return json.dumps(trend.to_dict(), ensure_ascii=False, indent=1) + "\n"


def render_html(trend: Trend) -> str:
    """The trend as one HTML file with a chart of its own."""
    bars = [
        bar for number, run in enumerate(trend.runs) for bar in _bars(run, number, len(trend.runs))
    ]
    return draw(
        "trend.html.j2",
        trend=trend,
        bars=bars,
        width=_WIDTH,
        height=_HEIGHT,
        columns=[column.value for column in _COLUMNS],
        colours=_COLOURS,
        several=trend.several,
        notice=SEVERAL,
    )


def _bars(run: TrendRun, number: int, count: int) -> list[Bar]:
    """One column of the chart: what was judged, stacked, what is broken at its foot."""
    step = _WIDTH / count
    judged = sum(run.summary.get(column.value, 0) for column in _COLUMNS)
    bars: list[Bar] = []
    y = float(_HEIGHT)
    for column in _COLUMNS:
        found = run.summary.get(column.value, 0)
        if not found:
            continue
        height = max(2.0, _HEIGHT * found / judged)
        y = max(0.0, y - height)
        title = f"{run.started}: {found:,} {column.value}"
        bars.append(
            Bar(
                x=round(number * step + step * 0.1, 2),
                y=round(y, 2),
                width=round(step * 0.8, 2),
                height=round(height, 2),
                colour=_COLOURS[column.value],
                title=title,
            )
        )
    return bars
