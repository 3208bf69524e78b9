"""report.json: what is written can be read back, and nothing else can."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.errors import ReportError
from conformance.model.report import Report
from conformance.reporting.file import replacing
from conformance.reporting.json_file import read_json, schema, write_json


def test_schema_is_a_closed_draft_2020_12_schema() -> None:
    """Every object of the schema is closed or says what its other keys hold."""
    jsonschema.Draft202012Validator.check_schema(schema())

    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object" or "properties" in node:
                assert "additionalProperties" in node, path
            for key, value in node.items():
                walk(value, f"{path}/{key}")

    walk(schema(), "#")


def test_a_report_survives_the_way_to_disk_and_back(report: Report, tmp_path: Path) -> None:
    """Nothing is lost or changed between write_json and read_json, new folders included."""
    path = tmp_path / "deep" / "er" / "report.json"
    write_json(report, path)
    assert read_json(path) == report


def test_a_requirement_is_one_line(report: Report, tmp_path: Path) -> None:
    """Small and quick to write, and two reports can be told apart line by line."""
    path = tmp_path / "report.json"
    write_json(report, path)
    lines = path.read_text("utf-8").splitlines()
    for requirement in report.requirements:
        assert sum(f'"id":"{requirement.id}"' in line for line in lines) == 1


def test_a_report_that_breaks_its_schema_is_not_written(report: Report, tmp_path: Path) -> None:
    """The schema guards the writer: the old file stays, the error names the place and value."""
    path = tmp_path / "report.json"
    path.write_text("old", "utf-8")
    broken = replace(report, run=replace(report.run, level="exhausting"))
    with pytest.raises(ReportError, match=r"schema at /run/level: .*exhausting"):
        write_json(broken, path)
    assert path.read_text("utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_an_unwritable_folder_is_one_clear_line(report: Report, tmp_path: Path) -> None:
    """A path that cannot be a folder ends in a ReportError that says what to do about it."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ReportError) as caught:
        write_json(report, tmp_path / "file" / "report.json")
    line = str(caught.value)
    assert "\n" not in line
    assert "cannot be written" in line
    assert "--report-dir" in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 200_000, "is not JSON"),
        (b"[]", "is not a report of this suite"),
        (b'{"schema": "other"}', "is not a report of this suite"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(
    content: bytes, said: str, tmp_path: Path
) -> None:
    """Any file that is not a report gives one line naming the file and the reason."""
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=said) as caught:
        read_json(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_report_is_said_to_be_missing(tmp_path: Path) -> None:
    """A wrong path reads as such, not as a traceback."""
    with pytest.raises(ReportError, match="cannot be read"):
        read_json(tmp_path / "none.json")


def test_a_report_with_a_foreign_key_is_refused_by_place(report: Report, tmp_path: Path) -> None:
    """A key that the schema does not know is refused, and the message says where it stands."""
    data = json.loads(json.dumps(report.to_dict()))
    data["requirements"][3]["mood"] = "good"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ReportError, match=r"/requirements/3: .*mood"):
        read_json(path)


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    """An error in the middle of writing leaves the earlier file and no leftovers."""
    path = tmp_path / "report.json"
    path.write_text("old", "utf-8")

    def fail_midway() -> None:
        with replacing(path) as file:
            file.write("half")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert path.read_text("utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]
