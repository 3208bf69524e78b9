"""One pytest session as a conformance run: its shared state, and its report."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.access.embedded import EmbeddedReference
from conformance.comparison.trend import series_of
from conformance.engine.run.checkpoint import ProgressFile
from conformance.engine.run.config import RunConfig
from conformance.engine.run.folder_lock import lock_folder
from conformance.engine.run.report_builder import Collected, assemble, reported_exchanges
from conformance.engine.run.session import Session
from conformance.errors import ConformanceError, ReportError
from conformance.model.item_result import ItemResult
from conformance.model.report import Report
from conformance.reporting.anchor import anchor
from conformance.reporting.ci import surroundings
from conformance.reporting.formats import TELL_NEWS, write_formats
from conformance.reporting.job_summary import summarize
from conformance.reporting.json_file import read_json
from conformance.reporting.material import Material

if TYPE_CHECKING:
    from filelock import FileLock


class ConformanceRun:
    """A run: registered with pytest by whoever prepared it, else made from pytest's options.

    ``announced`` is what the embedded reference said of itself, if that is the target;
    ``embedded`` is that reference where the run has to stop it. ``report`` is there once the
    session has ended; ``stopped`` says why the run could not be carried to its end, and
    ``unwritten`` why a report could not be written; ``written`` are those that were.
    Under xdist each worker has one, and so has the controller, which gathers what they say.
    """

    def __init__(
        self,
        session: Session,
        announced: Mapping[str, Any] | None,
        embedded: EmbeddedReference | None = None,
    ) -> None:
        self.session = session
        self.announced = announced
        self.collected = Collected(dt.datetime.now(dt.UTC))
        self.report: Report | None = None
        self.stopped: ConformanceError | None = None
        self.unwritten: ReportError | None = None
        self.written: list[Path] = []
        self._embedded = embedded
        self._progress: ProgressFile | None = None
        self._lock: FileLock | None = None

    def claim(self) -> None:
        """Lock the report folder. Raises ReportError when another run is using it."""
        config = self.session.config
        if self._lock is None and config.target is not None:
            self._lock = lock_folder(config.report_dir)

    def open_progress(self, *, writes: bool) -> None:
        """Resume an interrupted run, or start a new one; ``writes``: not in a worker.

        The embedded reference forgets everything, so there is nothing to resume. Raises ReportError
        when there is no run to resume, when the disk is full, or when another run uses the folder.
        """
        config = self.session.config
        if config.target is None:
            return
        progress = ProgressFile(config.report_dir, self.session.fingerprint, config.seed)
        if writes:
            self.claim()
        if config.resume:
            for item, result in progress.resume():
                self.collected.absorb(item, result)
        elif writes:
            progress.begin()
        self._progress = progress

    def stop(self, error: ConformanceError) -> None:
        """Note why the run cannot go on, for its report."""
        self.collected.interrupted = True
        self.collected.interruption = str(error)
        self.stopped = error

    def absorb(self, item: str, result: ItemResult) -> None:
        """Add the result of one item, in the controlling process."""
        self.collected.absorb(item, result)
        if self._progress is None:
            return
        try:
            self._progress.add(item, result)
        except ReportError as error:
            self.collected.warnings.append(f"{error}: this run cannot be resumed")
            self._progress = None

    def finish(self) -> Report:
        """Write the reports; the run is complete unless it was interrupted.

        What cannot be written is remembered in ``unwritten``, and the report stays in memory.
        """
        self.report = assemble(self.session, self.collected, dt.datetime.now(dt.UTC))
        try:
            self._write(self.report, self.session.config)
            if self._progress is not None and not self.collected.interrupted:
                self._progress.end()
        except ReportError as error:
            self.unwritten = self.unwritten or error
        return self.report

    @property
    def errors(self) -> list[ConformanceError]:
        """The errors of the run, to be printed last; the first one sets the exit status."""
        return [error for error in (self.stopped, self.unwritten) if error is not None]

    def _write(self, report: Report, config: RunConfig) -> None:
        """Write every format, even if one fails: a full disk may have room for another."""
        around = surroundings(os.environ, Path.cwd())
        told = around.summary is not None or not TELL_NEWS.isdisjoint(config.formats)
        material = Material(
            report,
            exchanges=reported_exchanges(self.collected) if "har" in config.formats else (),
            previous=_previous(config.report_dir, report) if told else None,
            anchor=anchor(around, contract=config.contract, target=config.target),
            language=config.language,
        )
        for name in dict.fromkeys((*config.formats, *around.formats)):
            with self._noting_trouble():
                self.written += write_formats(material, config.report_dir, (name,))
        with self._noting_trouble():
            summarize(material, around)

    @contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except ReportError as error:
            self.unwritten = self.unwritten or error

    def release(self) -> None:
        """Unlock the folder, and stop the embedded reference if this run started it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._embedded is not None:
            self._embedded.stop()
            self._embedded = None


def _previous(folder: Path, report: Report) -> Report | None:
    """The report that this run replaces, if it can be read and its settings are the same."""
    try:
        previous = read_json(folder / "report.json")
    except ConformanceError:
        return None
    return previous if series_of(previous) == series_of(report) else None
