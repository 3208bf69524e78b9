"""A pytest plugin that tells how far a run is: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Final

import click
import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

_PAUSE: Final = 30.0
"""Seconds between two lines in a log."""


class Progress:
    """Counts cases as they end; without a terminal a line on stderr tells, each half minute."""

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
        self._ended = 0
        self._total = 0
        self._logs = not console.is_terminal
        self._began = self._told = time.monotonic()

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
            self._total = len(session.items)
            self._bar.update(self._task, total=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:  # noqa: ARG002
        """Under xdist the workers count."""
        self._total = len(ids)
        self._bar.update(self._task, total=len(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One case has ended."""
        if report.when != "call":
            return
        if report.failed:
            self._failed += 1
            self._bar.update(self._task, failed=f"{self._failed} failed")
        self._bar.advance(self._task)
        self._ended += 1
        now = time.monotonic()
        if self._logs and now - self._told >= _PAUSE:
            self._told = now
            seconds = now - self._began
            click.echo(f"{self._ended} of {self._total} cases, {seconds:.0f} s", err=True)
