"""The operation × status table of a full run: every cell is reached, or says why it is not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.document import load_contract

EXAMPLE = Path(__file__).parents[2] / "reports" / "example" / "report.json"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The committed report of a full run against the reference."""
    found: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return found


def test_every_documented_status_has_a_cell(report: dict[str, Any]) -> None:
    """Each operation × status that the document lists is there, once."""
    cells = Counter((cell["operation"], cell["status"]) for cell in report["status_coverage"])
    documented = {
        (operation.id, str(status))
        for operation in load_contract().operations.values()
        for status in operation.answers
    }
    assert set(cells) == documented
    assert set(cells.values()) == {1}


def test_no_cell_is_empty_without_a_reason(report: dict[str, Any]) -> None:
    """What was not reached says why; what can be provoked and is a success was reached."""
    empty = [cell for cell in report["status_coverage"] if not cell["reached"]]
    assert empty
    assert [cell for cell in empty if not cell["reason"]] == []
    assert [cell for cell in empty if cell["status"].startswith("2")] == []


def test_nothing_is_left_open_without_a_reason(report: dict[str, Any]) -> None:
    """Every requirement without a verdict of its own names why."""
    silent = [
        item["id"]
        for item in report["requirements"]
        if item["verdict"] not in {"pass", "fail", "warn"} and not item["reason"]
    ]
    assert silent == []
