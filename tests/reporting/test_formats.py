"""The table of formats: explicit, complete, refusing what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.model.report import Report
from conformance.reporting.formats import FORMATS, write_all
from tests.reporting.sample import exchange_of


def test_every_format_is_written_under_a_name_of_its_own(report: Report, tmp_path: Path) -> None:
    """All formats at once give one non-empty file each."""
    exchanges = [exchange_of(1, "CreateApp", 201, {"app_id": "a"}, {"app_name": "n"})]
    paths = write_all(report, tmp_path, list(FORMATS), exchanges)
    assert [path.name for path in paths] == [item.filename for item in FORMATS.values()]
    assert len({path.name for path in paths}) == len(FORMATS)
    assert all(path.stat().st_size > 100 for path in paths)


def test_an_unknown_format_is_refused_before_anything_is_written(
    report: Report, tmp_path: Path
) -> None:
    """The error names the format and those that exist; no file appears."""
    with pytest.raises(UsageError, match=r"'pdf'.*junit"):
        write_all(report, tmp_path, ["json", "pdf"])
    assert list(tmp_path.iterdir()) == []


def test_a_format_named_twice_is_written_once(report: Report, tmp_path: Path) -> None:
    """Doubled names are harmless."""
    assert len(write_all(report, tmp_path, ["badge", "badge"])) == 1
