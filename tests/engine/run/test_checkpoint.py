"""An interrupted run can go on: what was said is on disk, and another run's is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.engine.run.checkpoint import ProgressFile
from conformance.errors import ReportError
from conformance.model.item_result import ItemResult

RUN = {"level": "quick", "contract": "abc"}
PASSED = ItemResult(passed={"Op/body/x/type": "case"}, requests={"jobs": 1})


def test_what_was_said_comes_back(tmp_path: Path) -> None:
    """Item by item, in order; a torn last line is dropped."""
    progress = ProgressFile(tmp_path, RUN)
    progress.begin()
    progress.add("item 1", ItemResult())
    progress.add("item 2", PASSED)
    with progress.path.open("a", encoding="utf-8") as file:
        file.write('7\n{"item": "torn')
    found = list(ProgressFile(tmp_path, RUN).resume())
    assert found == [("item 1", ItemResult()), ("item 2", PASSED)]
    progress.end()
    assert not progress.path.exists()
    progress.end()


@pytest.mark.parametrize("content", ["", "no json\n", '{"run": {"level": "standard"}}\n'])
def test_another_run(tmp_path: Path, content: str) -> None:
    """Another level, target or contract, or no run at all: one line."""
    progress = ProgressFile(tmp_path, RUN)
    progress.path.write_text(content, encoding="utf-8")
    with pytest.raises(ReportError, match="another target, level, selection or contract"):
        list(progress.resume())


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    """No file: leave out --resume."""
    with pytest.raises(ReportError, match="leave out --resume"):
        list(ProgressFile(tmp_path, RUN).resume())
