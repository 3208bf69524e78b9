"""The badge says the verdict in words, in both of its forms."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.report import Report
from conformance.model.verdict import RunVerdict
from conformance.reporting.badge import badge_of
from conformance.reporting.formats import write_all


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (RunVerdict.CONFORMANT, "MUST kept"),
        (RunVerdict.NONCONFORMANT, "MUST broken"),
        (RunVerdict.INCOMPLETE, "MUST not judged"),
    ],
)
def test_each_run_verdict_reads_differently(
    report: Report, verdict: RunVerdict, words: str
) -> None:
    """The three verdicts differ in words and in colour; only one of them is green."""
    badge = badge_of(replace(report, verdict=verdict))
    assert badge.message.startswith(verdict.value)
    assert words in badge.message
    assert (badge.colour == "1a7f37") is (verdict is RunVerdict.CONFORMANT)


def test_both_files_say_the_same(report: Report, tmp_path: Path) -> None:
    """The SVG is XML with a text alternative; the endpoint JSON has shields' four members."""
    svg, endpoint = write_all(report, tmp_path, ["badge", "badge-json"])
    picture = ET.fromstring(svg.read_text("utf-8"))  # noqa: S314 - our own file
    said = json.loads(endpoint.read_text("utf-8"))
    assert set(said) == {"schemaVersion", "label", "message", "color"}
    assert picture.get("aria-label") == f"{said['label']}: {said['message']}"
