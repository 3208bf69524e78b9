"""The progress bar counts cases as they end; without a terminal a line tells now and then."""

from __future__ import annotations

import io
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from conformance.commands.progress import Progress


def _report(when: str, *, failed: bool = False) -> Any:
    return SimpleNamespace(when=when, failed=failed)


@pytest.mark.parametrize("workers", [False, True], ids=["one process", "several"])
def test_cases_are_counted_as_they_end(workers: bool) -> None:
    """Two of two, one of them failed; set-up and tear-down do not count."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    progress = Progress(console, 7)
    with progress:
        if workers:
            progress.pytest_collection_finish(SimpleNamespace(items=[]))  # type: ignore[arg-type]
            progress.pytest_xdist_node_collection_finished(None, ["a", "b"])
        else:
            progress.pytest_collection_finish(SimpleNamespace(items=["a", "b"]))  # type: ignore[arg-type]
        progress.pytest_runtest_logreport(_report("setup"))
        progress.pytest_runtest_logreport(_report("call"))
        progress.pytest_runtest_logreport(_report("call", failed=True))
    (task,) = progress._bar.tasks
    assert (task.total, task.completed) == (2, 2)
    assert task.fields["failed"] == "1 failed"
    assert task.description == "seed 7"


def test_a_log_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of an hour says where it is; one of seconds says nothing."""
    seconds = iter([0.0, 10.0, 31.0, 32.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    with Progress(Console(file=io.StringIO()), 7) as progress:
        progress.pytest_collection_finish(SimpleNamespace(items=["a", "b", "c"]))  # type: ignore[arg-type]
        for _ in range(3):
            progress.pytest_runtest_logreport(_report("call"))
    assert capsys.readouterr().err == "2 of 3 cases, 31 s\n"


def test_without_a_terminal_nothing_is_drawn() -> None:
    """Logs of CI have no use for a bar."""
    file = io.StringIO()
    with Progress(Console(file=file), 7) as progress:
        progress.pytest_runtest_logreport(_report("call"))
    assert file.getvalue() == ""
