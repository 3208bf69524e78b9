"""Coverage on the terminal, and as coverage.json."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table
from rich.text import Text

from conformance.certification.coverage import KINDS, Coverage, OperationCoverage
from conformance.reporting.file import replacing

FILENAME = "coverage.json"


def write_coverage(coverage: Coverage, folder: Path) -> Path:
    """Write coverage.json. Raises ReportError when it cannot be written."""
    path = folder / FILENAME
    with replacing(path) as file:
        file.write(json.dumps(coverage.to_dict(), ensure_ascii=False, indent=2) + "\n")
    return path


def coverage_table(coverage: Coverage) -> Table:
    """Operation × statuses, parameters and listed values; unused operations are dim."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("operation", no_wrap=True)
    table.add_column("calls", justify="right")
    table.add_column("statuses")
    table.add_column("parameters", justify="right")
    table.add_column("values", justify="right")
    for name, item in coverage.operations.items():
        table.add_row(
            name,
            str(item.calls or "·"),
            _statuses(item),
            _used(item, "parameters"),
            _used(item, "values"),
            style="" if item.calls else "dim",
        )
    table.add_section()
    shares = {kind: coverage.share(kind) for kind in KINDS}
    table.add_row(
        f"all: {coverage.share('all')}",
        f"{shares['operations'].covered}/{shares['operations'].total}",
        f"{shares['statuses'].covered}/{shares['statuses'].total}",
        f"{shares['parameters'].covered}/{shares['parameters'].total}",
        f"{shares['values'].covered}/{shares['values'].total}",
        style="bold",
    )
    return table


def _statuses(item: OperationCoverage) -> Text:
    text = Text()
    for status, count in item.statuses.items():
        text.append(f"{status} ", style="green" if count else "dim strike")
    return text


def _used(item: OperationCoverage, kind: str) -> str:
    counts = item.counts(kind)
    return f"{sum(1 for count in counts if count)}/{len(counts)}" if counts else "–"
