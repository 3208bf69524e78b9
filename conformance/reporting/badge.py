"""A badge: an SVG to embed, and the JSON that shields.io's endpoint badge reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from conformance.model.verdict import RunVerdict
from conformance.reporting.file import write_text
from conformance.reporting.language import offered_counts

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.model.report import Report
    from conformance.reporting.material import Material

LABEL = "SparkRTC API"
_COLOURS = {
    RunVerdict.CONFORMANT: "1a7f37",
    RunVerdict.NONCONFORMANT: "b42318",
    RunVerdict.INCOMPLETE: "8a5a00",
}
_WIDTH_OF_CHARACTER = 6.6
_PADDING = 10


@dataclass(frozen=True, slots=True)
class Badge:
    """The words and the colour (six hexadecimal digits) of a badge."""

    label: str
    message: str
    colour: str

    @property
    def endpoint(self) -> dict[str, object]:
        """The badge as shields.io's endpoint schema, version 1."""
        return {
            "schemaVersion": 1,
            "label": self.label,
            "message": self.message,
            "color": self.colour,
        }

    @property
    def svg(self) -> str:
        """The badge as a self-contained picture with a text alternative."""
        left, right = _width(self.label), _width(self.message)
        title = escape(f"{self.label}: {self.message}")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" '
            f'role="img" aria-label="{escape(title, {chr(34): "&quot;"})}">\n'
            f"<title>{title}</title>\n"
            f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>\n'
            f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3d444d"/>'
            f'<rect x="{left}" width="{right}" height="20" fill="#{self.colour}"/></g>\n'
            '<g fill="#fff" text-anchor="middle" font-size="11" '
            'font-family="Verdana,Geneva,DejaVu Sans,sans-serif">'
            f'<text x="{left / 2}" y="14" textLength="{left - _PADDING}">{escape(self.label)}'
            f'</text><text x="{left + right / 2}" y="14" textLength="{right - _PADDING}">'
            f"{escape(self.message)}</text></g>\n</svg>\n"
        )


def badge_of(report: Report) -> Badge:
    """The badge of a run: its verdict, and the share of MUST requirements that are kept."""
    must = report.by_level.get("MUST", {})
    kept, broken = must.get("pass", 0), must.get("fail", 0)
    message = report.verdict.value
    if report.verdict is RunVerdict.CONFORMANT:
        message += f" · {kept} MUST kept"
    elif report.verdict is RunVerdict.NONCONFORMANT and broken:
        message += f" · {broken} of {kept + broken} MUST broken"
    elif report.verdict is RunVerdict.INCOMPLETE:
        open_ended = must.get("blocked", 0) + must.get("inconclusive", 0)
        message += f" · {open_ended} MUST not judged"
    if "operations" in report.target:
        message += " · {count} of {known} operations".format_map(offered_counts(report))
    return Badge(LABEL, message, _COLOURS[report.verdict])


def write_badge(material: Material, path: Path) -> None:
    """Write the SVG. Raises ReportError when the file cannot be written."""
    write_text(path, badge_of(material.report).svg)


def write_badge_endpoint(material: Material, path: Path) -> None:
    """Write the shields.io endpoint JSON. Raises ReportError when the file cannot be written."""
    write_text(path, json.dumps(badge_of(material.report).endpoint, ensure_ascii=False) + "\n")


def _width(text: str) -> int:
    return round(len(text) * _WIDTH_OF_CHARACTER) + _PADDING
