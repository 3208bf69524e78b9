"""A new edition of the contract: its files are prepared, and the way back is kept in step.

While an edition is written, the contract before it stays beside the overlays, whole
(``2023-11-28.previous.yaml``). What leads back is made of the two documents, so that the earlier
edition stays what it was, whatever is changed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.files import read_yaml
from conformance.contract.overlay import apply_overlay
from conformance.contract.revisions import newest_revision
from conformance.contract.undoing import overlay_back
from conformance.errors import ContractError, UsageError

_PREVIOUS = ".previous.yaml"
_NEWEST = "../openapi.yaml"


@dataclass(frozen=True, slots=True)
class Preparation:
    """An edition that is being written: ``folder`` has its files, ``before`` is the one before."""

    folder: Path
    before: str

    @property
    def previous(self) -> Path:
        """The contract as it was."""
        return self.folder / "revisions" / f"{self.before}{_PREVIOUS}"

    @property
    def overlay(self) -> Path:
        """What leads back to it."""
        return self.folder / "revisions" / f"{self.before}.yaml"


def prepared(folder: Path) -> Preparation | None:
    """The edition that is being written in ``spec/``; None where none is."""
    found = sorted((folder / "revisions").glob(f"*{_PREVIOUS}"))
    return Preparation(folder, found[-1].name.removesuffix(_PREVIOUS)) if found else None


def prepare(folder: Path, date: str) -> list[Path]:
    """Begin the edition of that date in ``spec/``; the files that were written.

    Raises UsageError for a date that is none or not later than the newest edition, and while
    another edition is being written; ContractError for a contract that does not say its edition.
    """
    known = newest_revision(folder)
    under_way = prepared(folder)
    if under_way is not None:
        problem = f"comes too early: the edition after {under_way.before} is being written"
        raise UsageError(f"edition {date!r}", problem, "finish it: contract checklist --finish")
    _check_date(date, known)
    contract = folder / "openapi.yaml"
    text = contract.read_text("utf-8")
    made = Preparation(folder, known)
    chained = list(_chain(folder, known))
    made.previous.write_text(text, "utf-8")
    contract.write_text(_dated(text, known, date), "utf-8")
    lead_back(made)
    return [contract, made.previous, made.overlay, *chained]


def lead_back(preparation: Preparation) -> None:
    """Write the overlay that makes the edition before of the contract as it is now.

    Raises ContractError when one of the two cannot be read.
    """
    new = read_yaml(preparation.folder / "openapi.yaml")
    old = read_yaml(preparation.previous)
    before = preparation.before
    if not isinstance(new, dict) or not isinstance(old, dict):
        raise ContractError(str(preparation.folder / "openapi.yaml"), "is not an OpenAPI document")
    title = f"{old.get('info', {}).get('title', 'The contract')}"
    overlay = overlay_back(new, old, title, before, _NEWEST)
    name = str(preparation.overlay)
    if apply_overlay(new, overlay, name) != old:
        raise ContractError(name, f"does not lead back to {before}", "please report it")
    head = (
        f"# The contract as it was published on {before}. Made of both documents: do not edit it\n"
        "# while its next edition is being written (docs/revising-the-contract.md).\n"
    )
    preparation.overlay.write_text(head + _dumped(overlay), "utf-8")


def finish(preparation: Preparation) -> None:
    """The edition is written: the contract before is kept as the overlay alone."""
    lead_back(preparation)
    preparation.previous.unlink()


def _check_date(date: str, known: str) -> None:
    try:
        dt.date.fromisoformat(date)
    except ValueError:
        raise UsageError(f"edition {date!r}", "is not a date", "write it as 2024-05-31") from None
    if date <= known:
        raise UsageError(f"edition {date}", f"is not later than {known}", "give a later date")


def _dated(text: str, old: str, new: str) -> str:
    """The contract with its own date; other mentions of the old one are for people to judge."""
    for member in ("x-revision:", r" +version:"):
        written = rf"^({member} +)(['\"]?){re.escape(old)}\2 *$"
        text = re.sub(written, rf"\g<1>'{new}'", text, flags=re.MULTILINE)
    return text


def _chain(folder: Path, before: str) -> Iterator[Path]:
    """Let each overlay that changed the newest edition change the one that was the newest."""
    for path in sorted((folder / "revisions").glob("*.yaml")):
        text = path.read_text("utf-8")
        if _NEWEST in text:
            path.write_text(text.replace(_NEWEST, f"{before}.yaml"), "utf-8")
            yield path


def _dumped(overlay: dict[str, Any]) -> str:
    return yaml.safe_dump(overlay, sort_keys=False, allow_unicode=True, width=100)
