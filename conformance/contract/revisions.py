"""The published editions of the document, each made from the newest by an overlay."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.contract.document import Contract, load_contract
from conformance.contract.files import read_yaml, spec_folder
from conformance.contract.leaks import later_parts
from conformance.contract.overlay import apply_overlay
from conformance.errors import ContractError, UsageError
from conformance.given_files import given_bytes

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def newest_revision(folder: Path | None = None) -> str:
    """The date of the edition that ``openapi.yaml`` describes.

    Raises ContractError when the contract does not say which edition it is.
    """
    path = (folder or spec_folder()) / "openapi.yaml"
    return _revision(read_yaml(path), path)


def revisions(folder: Path | None = None) -> list[str]:
    """Every known edition by its date, the newest first."""
    folder = folder or spec_folder()
    found = {path.stem for path in (folder / "revisions").glob("*.yaml") if _DATE.match(path.stem)}
    return sorted(found | {newest_revision(folder)}, reverse=True)


def load_contract_at(revision: str | None = None, folder: Path | None = None) -> Contract:
    """The contract as it was published on that date; None is the newest edition.

    Its digest covers the contract and the overlay, so that no two editions share one.
    Raises UsageError for an edition that is not known, ContractError for an overlay that does
    not fit the contract.
    """
    newest = load_contract(folder)
    if revision is None or revision == newest.revision:
        return newest
    text, digest = contract_text_at(revision, folder)
    return replace(load_contract(folder, text), sha256=digest)


def contract_text_at(revision: str | None, folder: Path | None = None) -> tuple[Any, str]:
    """The document of an edition, ready for ``load_contract``, and its digest."""
    folder = folder or spec_folder()
    path = folder / "openapi.yaml"
    raw = read_yaml(path)
    newest = _revision(raw, path)
    if revision is None or revision == newest:
        return raw, hashlib.sha256(given_bytes(path)).hexdigest()
    overlays = _overlays(folder, revision)
    document = raw
    for overlay_path in reversed(overlays):
        document = apply_overlay(document, read_yaml(overlay_path), str(overlay_path))
    if document["x-revision"] != revision:
        problem = f"produces the edition of {document['x-revision']}"
        raise ContractError(str(overlays[0]), problem, "set x-revision to its own date")
    for way, since in later_parts(document, revision):
        problem = f"keeps {'.'.join(map(str, way))}, which the edition of {since} brought"
        raise ContractError(str(overlays[0]), problem, "remove that part")
    return document, _digest(path, *overlays)


def _overlays(folder: Path, revision: str) -> list[Path]:
    """What leads back to an edition, its own overlay first: each ``extends`` the next.

    Raises UsageError for an edition that is not known, ContractError for a chain that ends nowhere.
    """
    file = folder / "revisions" / f"{revision}.yaml"
    if not _DATE.match(revision) or not file.is_file():
        known = ", ".join(revisions(folder))
        raise UsageError(f"revision {revision!r}", "is not known", f"known are {known}")
    found = [file]
    while (name := _extended(file)) is not None:
        file = file.with_name(name)
        if file in found or not file.is_file():
            remedy = "extend ../openapi.yaml or a later edition"
            raise ContractError(str(found[-1]), f"extends {name}, which leads nowhere", remedy)
        found.append(file)
    return found


def _extended(overlay: Path) -> str | None:
    """The overlay that another changes; None where that is the newest edition."""
    document = read_yaml(overlay)
    name = document.get("extends") if isinstance(document, dict) else None
    return name if isinstance(name, str) and "/" not in name else None


def _revision(raw: Any, path: Path) -> str:
    if not isinstance(raw, dict) or "x-revision" not in raw:
        raise ContractError(str(path), "does not say which edition it is", "give it x-revision")
    return str(raw["x-revision"])


def _digest(*paths: Path) -> str:
    """SHA-256 over the SHA-256 of each file in turn."""
    digests = b"".join(hashlib.sha256(given_bytes(path)).digest() for path in paths)
    return hashlib.sha256(digests).hexdigest()
