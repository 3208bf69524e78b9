"""Records on disk what this run creates or changes at the target, before it does.

Append-only JSON lines, each synced to disk before the call returns, so that SIGKILL at any moment
leaves a journal that names everything there is to undo. A torn last line belongs to a request that
was never sent. Several processes may append to one journal.

The file may contain original settings (with their secrets), so only its owner can read it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from conformance.access.journal_lines import has_its_shape, is_strange, parsed
from conformance.errors import ConfigurationError
from conformance.given_files import given_bytes

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class RunHeader:
    """The run that a journal belongs to. ``prefix`` starts every name that the run gives."""

    run: str
    prefix: str
    base_url: str
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """Something to delete. ``id`` is None while it is unknown whether it was created.

    ``name`` carries the run's prefix, or is that of the parent that does; ``path`` holds the path
    parameters of the parents (``{"app_id": …}``). ``seen``: the target has shown it under that id,
    so that it is gone once it no longer does. ``nameless``: its creation succeeded, with no id.
    """

    entry: str
    resource: str
    operation: str
    name: str
    path: Mapping[str, str]
    id: str | None = None
    seen: bool = False
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Settings to restore: ``before`` is their original value, as JSON."""

    entry: str
    resource: str
    operation: str
    path: Mapping[str, str]
    before: Json


Pending: TypeAlias = Created | Changed

_OUTCOMES = frozenset({"created", "nameless", "seen", "settled"})
"""Kinds of lines that tell what became of an intention."""


class Journal:
    """One run's journal. Writing methods return when the line is on disk.

    They raise ConfigurationError when it cannot be written (a full disk, a deleted folder). The
    outcome of an intention is kept in memory all the same, so that this process goes on deleting;
    an intention that is not on disk does not count, and nothing may be created by it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own: list[dict[str, Json]] = []
        """What this process has written, for when the file cannot be read any more."""
        self._unwritten: list[dict[str, Json]] = []
        """What became of intentions, where the disk did not take it."""

    @classmethod
    def create(cls, path: Path, header: RunHeader) -> Journal:
        """Begin a journal; raise ConfigurationError if there is one already."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise ConfigurationError(
                str(path), "is the journal of another run", "run cleanup, or name another file"
            ) from None
        except OSError as error:
            raise ConfigurationError(str(path), error.strerror or str(error)) from None
        journal = cls(path)
        journal._append({"kind": "run", **dataclasses.asdict(header)})
        _sync_folder(path.parent)
        return journal

    def intend(
        self, resource: str, operation: str, name: str, path: Mapping[str, str] | None = None
    ) -> str:
        """Note that something is about to be created; return the entry's id."""
        entry = uuid.uuid4().hex
        facts = {"resource": resource, "operation": operation, "name": name}
        self._append({"kind": "intend", "entry": entry, **facts, "path": dict(path or {})})
        return entry

    def created(self, entry: str, identifier: str) -> None:
        """Note the id under which it was created."""
        self._append({"kind": "created", "entry": entry, "id": identifier})

    def nameless(self, entry: str) -> None:
        """Note that the target says that it was created, and not under which id."""
        self._append({"kind": "nameless", "entry": entry})

    def seen(self, entry: str) -> None:
        """Note that the target shows it under its id."""
        self._append({"kind": "seen", "entry": entry})

    def changing(self, resource: str, operation: str, path: Mapping[str, str], before: Json) -> str:
        """Note settings as they are, before they are changed; return the entry's id."""
        entry = uuid.uuid4().hex
        facts = {"resource": resource, "operation": operation, "path": dict(path)}
        self._append({"kind": "changing", "entry": entry, **facts, "before": before})
        return entry

    def noted_beside(self, resource: str, path: Mapping[str, str], **same: Json) -> Json:
        """Original settings that another process of the run noted and has still to restore.

        ``same`` are the fields that identify the resource; None when no other process noted it.
        """
        for other in self.path.parent.glob(f"*{self.path.suffix}"):
            for item in _still_pending(other) if other != self.path else ():
                if not isinstance(item, Changed) or not isinstance(item.before, dict):
                    continue
                meant = item.resource == resource and dict(item.path) == dict(path)
                if meant and all(item.before.get(key) == value for key, value in same.items()):
                    return item.before
        return None

    def settled(self, entry: str, how: str) -> None:
        """Note that nothing is left to undo: ``deleted``, ``restored``, ``refused`` or ``gone``."""
        self._append({"kind": "settled", "entry": entry, "how": how})

    def header(self) -> RunHeader:
        """The run it belongs to; raise ConfigurationError if the file is not a journal."""
        for line in self._lines():
            if line.get("kind") == "run":
                wanted = {field.name for field in dataclasses.fields(RunHeader)}
                try:
                    return RunHeader(**{key: line[key] for key in line if key in wanted})
                except TypeError:
                    break
        raise ConfigurationError(str(self.path), "is not the journal of a run", "check the path")

    def pending(self) -> tuple[Pending, ...]:
        """What is still to be undone, the latest first, so that children precede parents."""
        open_entries: dict[str, Pending] = {}
        for line in self._lines():
            _apply(line, open_entries)
        return tuple(reversed(open_entries.values()))

    def _append(self, line: Mapping[str, Json]) -> None:
        stamped = {**line, "at": dt.datetime.now(dt.UTC).isoformat()}
        try:
            _write_line(self.path, json.dumps(stamped, ensure_ascii=True).encode() + b"\n")
        except OSError as error:
            if line["kind"] in _OUTCOMES:
                self._unwritten.append(stamped)
            raise ConfigurationError(str(self.path), error.strerror or str(error)) from None
        self._own.append(stamped)

    def _lines(self) -> list[dict[str, Json]]:
        """Every whole line; torn ones are of requests that were never sent."""
        try:
            content = given_bytes(self.path)
        except OSError as error:
            if self._own:
                return [*self._own, *self._unwritten]
            raise ConfigurationError(
                str(self.path), error.strerror or str(error), "check the path"
            ) from None
        lines = (parsed(line) for line in content.split(b"\n"))
        whole = [line for line in lines if line is not None and has_its_shape(line)]
        return [*whole, *self._unwritten]

    @property
    def strange(self) -> tuple[int, ...]:
        """Numbers of the lines that this class cannot have written, complete or torn."""
        try:
            content = given_bytes(self.path)
        except OSError:
            return ()
        return tuple(n for n, line in enumerate(content.split(b"\n"), 1) if is_strange(line))


def _still_pending(path: Path) -> tuple[Pending, ...]:
    """The pending items of a journal that may have been deleted with its process."""
    try:
        return Journal(path).pending()
    except ConfigurationError:
        return ()


def _apply(line: Mapping[str, Json], open_entries: dict[str, Pending]) -> None:
    entry = line.get("entry")
    match line.get("kind"):
        case "intend":
            open_entries[str(entry)] = Created(
                str(entry), line["resource"], line["operation"], line["name"], line["path"]
            )
        case "changing":
            open_entries[str(entry)] = Changed(
                str(entry), line["resource"], line["operation"], line["path"], line["before"]
            )
        case "created":
            known = open_entries.get(str(entry))
            if isinstance(known, Created):
                open_entries[str(entry)] = dataclasses.replace(known, id=line["id"])
        case "seen":
            known = open_entries.get(str(entry))
            if isinstance(known, Created):
                open_entries[str(entry)] = dataclasses.replace(known, seen=True)
        case "nameless":
            known = open_entries.get(str(entry))
            if isinstance(known, Created):
                open_entries[str(entry)] = dataclasses.replace(known, nameless=True)
        case "settled":
            open_entries.pop(str(entry), None)
        case _:
            return


def _write_line(path: Path, text: bytes) -> None:
    """Append one line and sync it; raise OSError when not all of it is on disk."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    try:
        if _is_torn(descriptor):
            text = b"\n" + text
        if os.write(descriptor, text) != len(text):
            raise OSError(None, "the disk is full")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_torn(descriptor: int) -> bool:
    """Whether the last line is incomplete, because its writer was killed."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the new file's name is on disk too, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
