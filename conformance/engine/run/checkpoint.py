"""Saves the result of each item to disk, so that an interrupted run can be resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.engine.run.config import new_seed
from conformance.errors import ReportError
from conformance.given_files import given_text
from conformance.model.item_result import ItemResult

NAME = "progress.jsonl"


class ProgressFile:
    """One JSON line per finished item. ``fingerprint`` identifies the run that it belongs to.

    ``seed`` is that of the run, for whoever resumes it.
    """

    def __init__(
        self, folder: Path, fingerprint: Mapping[str, Any], seed: int | None = None
    ) -> None:
        self.path = folder / NAME
        self._fingerprint = dict(fingerprint)
        self._seed = seed

    def begin(self) -> None:
        """Start a new file, creating its folder. Raises ReportError."""
        with self._writing():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            header = {"run": self._fingerprint, "seed": self._seed}
            self.path.write_text(json.dumps(header) + "\n", encoding="utf-8")

    def add(self, item: str, result: ItemResult) -> None:
        """Append the result of one item. Raises ReportError."""
        with self._writing(), self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"item": item, "result": result.to_data()}) + "\n")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error})"
            raise ReportError(
                str(self.path), problem, "choose another folder with --report-dir"
            ) from error

    def resume(self) -> Iterator[tuple[str, ItemResult]]:
        """The items that were judged before, with their results; a torn last line is dropped.

        Raises ReportError when there is nothing to resume, or when it is another run's.
        """
        try:
            lines = given_text(self.path).splitlines()
        except OSError as error:
            raise ReportError(
                str(self.path), "there is no run to resume", "leave out --resume"
            ) from error
        header = _parsed(lines[0]) if lines else None
        if header is None or header.get("run") != self._fingerprint:
            raise ReportError(
                str(self.path),
                "belongs to a run with another target, level, selection or contract",
                "repeat its options, or leave out --resume",
            )
        for line in lines[1:]:
            entry = _parsed(line)
            if entry is not None:
                yield entry["item"], ItemResult.from_data(entry["result"])

    def end(self) -> None:
        """Delete the file: the run is complete. Raises ReportError."""
        with self._writing():
            self.path.unlink(missing_ok=True)


def seed_for(given: int | None, folder: Path, *, resume: bool) -> int:
    """The seed of a run: as given, that of the run that it resumes, or a new one."""
    if given is not None:
        return given
    kept = _kept_seed(folder / NAME) if resume else None
    return new_seed() if kept is None else kept


def _kept_seed(path: Path) -> int | None:
    try:
        with path.open(encoding="utf-8") as file:
            header = _parsed(file.readline())
    except (OSError, UnicodeDecodeError):
        return None
    seed = header.get("seed") if header is not None else None
    return seed if isinstance(seed, int) else None


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
