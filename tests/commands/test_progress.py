"""The progress bar counts cases as they end, and keeps quiet without a terminal."""

from __future__ import annotations

import io
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


def test_without_a_terminal_nothing_is_drawn() -> None:
    """Logs of CI have no use for a bar."""
    file = io.StringIO()
    with Progress(Console(file=file), 7) as progress:
        progress.pytest_runtest_logreport(_report("call"))
    assert file.getvalue() == ""
