"""A pytest plugin that draws a progress bar on a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar


class Progress:
    """Counts cases as they end; without a terminal it stays silent."""

    def __init__(self, console: Console, seed: int) -> None:
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[red]{task.fields[failed]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(f"seed {seed}", total=None, failed="")
        self._failed = 0

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The number of cases is known."""
        if session.items:
            self._bar.update(self._task, total=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:  # noqa: ARG002
        """Under xdist the workers count."""
        self._bar.update(self._task, total=len(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One case has ended."""
        if report.when != "call":
            return
        if report.failed:
            self._failed += 1
            self._bar.update(self._task, failed=f"{self._failed} failed")
        self._bar.advance(self._task)
