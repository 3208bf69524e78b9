"""Reads a contract of the user's own: a document, a folder, or an overlay on an edition."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.contract.authoring.lines import SourceFile, Way
from conformance.contract.authoring.problem import Fault, Problem, operation_at
from conformance.contract.files import spec_folder
from conformance.contract.overlay import Applied, apply_actions
from conformance.contract.revisions import contract_text_at
from conformance.errors import ContractError

EDITION = "x-revision"
"""The extension that makes an OpenAPI document a contract of this suite."""


@dataclass(frozen=True)
class Draft:
    """A document that is to become a contract, before it has been checked.

    ``source`` is the file that the user named; ``overlay`` the actions where it is an overlay, and
    ``base`` the file that these change. ``folder`` holds the errata and bases of that file.
    ``own_errata`` are those beside the user's file, instead of or in addition to those of the
    folder.
    """

    source: SourceFile
    raw: Mapping[str, Any]
    sha256: str
    folder: Path
    base: Path | None
    overlay: tuple[Applied, ...]
    own_errata: SourceFile | None

    @property
    def is_plain(self) -> bool:
        """Whether it is an OpenAPI document without extensions for this suite."""
        return EDITION not in self.raw

    @property
    def own_files(self) -> tuple[SourceFile, ...]:
        """The files that the user has written."""
        return (self.source, *([self.own_errata] if self.own_errata else ()))

    def located(self, fault: Fault) -> Problem:
        """The fault with its file and line."""
        file, line = self._place(fault)
        operation, member = operation_at(self.raw, fault.way)
        if fault.source != "contract":
            member = ".".join(map(str, fault.way)) if fault.source == "errata" else member
            operation = "" if fault.source == "errata" else operation
        return Problem(str(file.path), line, operation, member, fault.problem, fault.expected)

    def _place(self, fault: Fault) -> tuple[SourceFile, int | None]:
        if fault.source == "errata" and self.own_errata is not None:
            return self.own_errata, self.own_errata.line(fault.way)
        if self.base is None or fault.source == "file":
            return self.source, self.source.line(fault.way)
        for applied in reversed(self.overlay):
            written = _within(applied, fault.way)
            if written is not None:
                return self.source, self.source.line(written)
        return self._beneath, self._beneath.line(fault.way)

    @cached_property
    def _beneath(self) -> SourceFile:
        """Read only where something of it is at fault."""
        return self.source if self.base is None else SourceFile(self.base)


def _within(applied: Applied, way: Way) -> tuple[str | int, ...] | None:
    """Where the action writes the member at a path of the document; None where it does not."""
    at = applied.location
    if applied.update is None or tuple(way[: len(at)]) != at:
        return None
    written: list[str | int] = ["actions", applied.number, "update"]
    value: Any = applied.update
    for step in way[len(at) :]:
        if not isinstance(value, dict):
            return tuple(written)
        if step not in value:
            # Beside what is written here: a member of an object that the action merges into.
            return None if len(written) == 3 else tuple(written)
        written.append(step)
        value = value[step]
    return tuple(written)


def read_draft(path: Path, base: str | None = None) -> Draft:
    """Read a document, a folder with ``openapi.yaml``, or an overlay over ``base``.

    ``base`` is the date of a shipped edition (None: the newest) or a file. Raises ContractError
    when a file cannot be read, UsageError for an edition that is not known.
    """
    source = SourceFile(path / "openapi.yaml" if path.is_dir() else path)
    if not isinstance(source.value, dict):
        raise ContractError(f"{source.path}:1", "is not an OpenAPI document", "start with openapi:")
    errata = source.path.with_name("errata.yaml")
    beside = SourceFile(errata) if errata.is_file() else None
    if "overlay" in source.value:
        return _overlaid(source, base, beside)
    if base is not None:
        problem = "is not an overlay, so it has no base"
        raise ContractError(str(source.path), problem, "leave out --base, or start with overlay:")
    return Draft(
        source=source,
        raw=source.value,
        sha256=hashlib.sha256(source.text.encode()).hexdigest(),
        folder=_folder(source, beside),
        base=None,
        overlay=(),
        own_errata=beside,
    )


def is_overlay(path: Path) -> bool:
    """Whether the file is an overlay. Raises ContractError when it cannot be read."""
    value = SourceFile(path).value
    return isinstance(value, dict) and "overlay" in value


def _folder(source: SourceFile, errata: SourceFile | None) -> Path:
    """The folder with errata: the document's own, or ours where it names some and has none."""
    named = "x-errat" in source.text and errata is None
    return spec_folder() if named else source.path.parent


def _overlaid(source: SourceFile, base: str | None, errata: SourceFile | None) -> Draft:
    named = Path(base) if base is not None else None
    if named is not None and named.exists():
        file = named / "openapi.yaml" if named.is_dir() else named
        beneath = SourceFile(file)
        raw, digest = beneath.value, hashlib.sha256(beneath.text.encode()).hexdigest()
    else:
        raw, digest = contract_text_at(base)
        file = spec_folder() / "openapi.yaml"
    result, applied = apply_actions(raw, source.value, str(source.path), source.line)
    whole = hashlib.sha256(f"{digest}{source.text}".encode()).hexdigest()
    return Draft(source, result, whole, file.parent, file, tuple(applied), errata)
