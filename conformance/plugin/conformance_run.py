"""One pytest session as a conformance run: what its parts share, and the report it ends in."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

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
from conformance.reporting.formats import write_formats
from conformance.reporting.job_summary import summarize
from conformance.reporting.json_file import read_json
from conformance.reporting.material import Material


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
        """Keep other runs out of the report folder. Raises ReportError when one is in there."""
        config = self.session.config
        if self._lock is None and config.target is not None:
            self._lock = lock_folder(config.report_dir)

    def open_progress(self, *, writes: bool) -> None:
        """Go on where an interrupted run stopped, or begin anew; ``writes``: not a worker.

        The embedded reference forgets everything, so that there is nothing to go on with.
        Raises ReportError when there is no run to resume, no room for another, or another
        one at work in the folder.
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
        """The run cannot go on: its report says so, and why."""
        self.collected.interrupted = True
        self.collected.interruption = str(error)
        self.stopped = error

    def absorb(self, item: str, result: ItemResult) -> None:
        """Take over what one item has said, in the controlling process."""
        self.collected.absorb(item, result)
        if self._progress is None:
            return
        try:
            self._progress.add(item, result)
        except ReportError as error:
            self.collected.warnings.append(f"{error}: this run cannot be resumed")
            self._progress = None

    def finish(self) -> Report:
        """Write the reports; what was judged is complete unless the run was interrupted.

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
        """What the last lines of the run have to say; the first one's exit status counts."""
        return [error for error in (self.stopped, self.unwritten) if error is not None]

    def _write(self, report: Report, config: RunConfig) -> None:
        """Every format, whatever becomes of the others: a disk that is full may have room."""
        around = surroundings(os.environ, Path.cwd())
        material = Material(
            report,
            exchanges=reported_exchanges(self.collected) if "har" in config.formats else (),
            previous=_previous(config.report_dir, report),
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
        """Let the folder go, and the embedded reference, if this run has started it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._embedded is not None:
            self._embedded.stop()
            self._embedded = None


def _previous(folder: Path, report: Report) -> Report | None:
    """The report that this run replaces, if it can be read and is of a run like this one."""
    try:
        previous = read_json(folder / "report.json")
    except ConformanceError:
        return None
    return previous if series_of(previous) == series_of(report) else None
