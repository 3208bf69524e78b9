"""The formats in which a report can be written."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.errors import UsageError
from conformance.reporting.anchor import anchor
from conformance.reporting.badge import write_badge, write_badge_endpoint
from conformance.reporting.ci import surroundings
from conformance.reporting.code_quality import write_code_quality
from conformance.reporting.har import write_har
from conformance.reporting.job_summary import summarize
from conformance.reporting.json_file import write_json
from conformance.reporting.junit import write_junit
from conformance.reporting.markdown import write_markdown
from conformance.reporting.material import Material
from conformance.reporting.sarif import write_sarif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from conformance.model.report import Report, ReportedExchange

    Writer = Callable[[Material, Path], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its file name and the function that writes it."""

    filename: str
    write: Writer


def _write_json(material: Material, path: Path) -> None:
    write_json(material.report, path)


def _write_html(material: Material, path: Path) -> None:
    from conformance.reporting.html import write_html  # its template engine takes its time

    write_html(material, path)


FORMATS: Final[Mapping[str, Format]] = {
    "json": Format("report.json", _write_json),
    "html": Format("report.html", _write_html),
    "junit": Format("junit.xml", write_junit),
    "markdown": Format("summary.md", write_markdown),
    "sarif": Format("report.sarif", write_sarif),
    "codequality": Format("gl-code-quality-report.json", write_code_quality),
    "har": Format("exchanges.har", write_har),
    "badge": Format("badge.svg", write_badge),
    "badge-json": Format("badge.json", write_badge_endpoint),
}

TELL_NEWS: Final = frozenset({"html", "markdown"})
"""Formats that say what is new since the run before."""


def check_formats(names: Sequence[str], option: str) -> None:
    """Raise UsageError, named after the option, for a format that does not exist."""
    for name in names:
        if name not in FORMATS:
            raise UsageError(
                option, f"{name!r} is not a report format", f"use {', '.join(FORMATS)}"
            )


def write_formats(material: Material, directory: Path, formats: Sequence[str]) -> list[Path]:
    """Write the report in every named format.

    Returns the files, in the order of ``formats``. Every name is checked before the first file is
    written. Raises UsageError for a format that does not exist, ReportError for a file that
    cannot be written.
    """
    chosen = [_format(name) for name in dict.fromkeys(formats)]
    written: list[Path] = []
    for chosen_format in chosen:
        path = directory / chosen_format.filename
        chosen_format.write(material, path)
        written.append(path)
    return written


def write_all(
    report: Report,
    directory: Path,
    formats: Sequence[str],
    exchanges: Iterable[ReportedExchange] = (),
) -> list[Path]:
    """``write_formats`` in English, for a report with nothing but its exchanges."""
    return write_formats(Material(report, exchanges=exchanges), directory, formats)


def write_here(
    material: Material, directory: Path, formats: Sequence[str], contract: Path | None = None
) -> list[Path]:
    """Write the formats asked for, and those that the CI service shows.

    ``contract``: the user's own. Raises as ``write_formats`` and ``summarize`` do.
    """
    around = surroundings(os.environ, Path.cwd())
    told = replace(material, anchor=anchor(around, contract=contract))
    written = write_formats(told, directory, (*formats, *around.formats))
    summarize(told, around)
    return written


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(
            f"report format {name!r}", "does not exist", f"choose from {', '.join(FORMATS)}"
        )
    return FORMATS[name]
