"""One pytest session as a conformance run: what its parts share, and the report it ends in."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.access.embedded import EmbeddedReference
from conformance.contract.files import spec_folder
from conformance.engine.run.checkpoint import ProgressFile
from conformance.engine.run.report_builder import Collected, assemble, reported_exchanges
from conformance.engine.run.session import Session
from conformance.errors import ConformanceError
from conformance.model.item_result import ItemResult
from conformance.model.report import Report
from conformance.reporting.contract_lines import ContractLines
from conformance.reporting.formats import write_all
from conformance.reporting.json_file import read_json


class ConformanceRun:
    """A run: registered with pytest by whoever prepared it, else made from pytest's options.

    ``announced`` is what the embedded reference said of itself, if that is the target;
    ``embedded`` is that reference where the run has to stop it. ``report`` is there once the
    session has ended; ``stopped`` says why the run could not be carried to its end.
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
        self._embedded = embedded
        self._progress: ProgressFile | None = None

    def open_progress(self, *, writes: bool) -> None:
        """Go on where an interrupted run stopped, or begin anew; ``writes``: not a worker.

        The embedded reference forgets everything, so that there is nothing to go on with.
        Raises ReportError when there is no run to go on with.
        """
        config = self.session.config
        if config.target is None:
            return
        progress = ProgressFile(config.report_dir, self.session.fingerprint)
        if config.resume:
            for item, result in progress.resume():
                self.collected.absorb(item, result)
        elif writes:
            progress.begin()
        self._progress = progress

    def absorb(self, item: str, result: ItemResult) -> None:
        """Take over what one item has said, in the controlling process."""
        self.collected.absorb(item, result)
        if self._progress is not None:
            self._progress.add(item, result)

    def finish(self) -> Report:
        """Write the reports; what was judged is complete unless the run was interrupted."""
        config = self.session.config
        self.report = assemble(self.session, self.collected, dt.datetime.now(dt.UTC))
        write_all(
            self.report,
            config.report_dir,
            config.formats,
            reported_exchanges(self.collected) if "har" in config.formats else (),
            previous=_previous(config.report_dir),
            locate=_locate,
            language=config.language,
        )
        if self._progress is not None and not self.collected.interrupted:
            self._progress.end()
        return self.report

    def stop_embedded(self) -> None:
        """Stop the embedded reference, if this run has started it."""
        if self._embedded is not None:
            self._embedded.stop()
            self._embedded = None


def _locate(requirement: str) -> int | None:
    """The line of the contract that a requirement comes from, for formats that point there."""
    return _contract_lines().locate(requirement)


@functools.cache
def _contract_lines() -> ContractLines:
    return ContractLines(spec_folder() / "openapi.yaml")


def _previous(folder: Path) -> Report | None:
    """The report that this run replaces, if there is one that can be read."""
    path = folder / "report.json"
    if not path.is_file():
        return None
    try:
        return read_json(path)
    except ConformanceError:
        return None
