"""Finds a contract to compare: a revision, a file, a folder, or a git reference."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from conformance.contract.authoring.draft import is_overlay
from conformance.contract.document import Contract, load_contract
from conformance.contract.own import load_own_contract
from conformance.contract.revisions import load_contract_at, revisions
from conformance.errors import UsageError
from conformance.given_files import given_bytes

_FILES: Final = ("openapi.yaml", "errata.yaml")


def read_contract(name: str, repository: Path | None = None, base: str | None = None) -> Contract:
    """The contract of that name: a known revision first, then a path, then a git reference.

    ``repository`` is the checkout that git references are of; None is the current folder.
    ``base`` is what a file changes that is an overlay; None is the newest edition.
    Raises UsageError when it is none of the three, ContractError when it cannot be read.
    """
    known = revisions()
    if name in known:
        return load_contract_at(name)
    path = Path(name)
    if path.is_dir():
        return load_contract(path)
    if path.is_file():
        return _of_file(path, base)
    return _of_git(name, repository or Path.cwd(), known)


def _of_file(path: Path, base: str | None) -> Contract:
    """A contract of the user's, or an overlay; with the errata beside it, else ours."""
    contract = load_own_contract(path, base if is_overlay(path) else None)
    return replace(contract, sha256=hashlib.sha256(given_bytes(path)).hexdigest())


def _of_git(reference: str, repository: Path, known: list[str]) -> Contract:
    remedy = f"pass a revision ({', '.join(known)}), a file, or a git reference"
    with tempfile.TemporaryDirectory() as folder:
        for file in _FILES:
            content = _show(reference, f"spec/{file}", repository)
            if content is None:
                problem = (
                    "is neither a revision nor a file nor a git reference with a contract in spec/"
                )
                raise UsageError(f"contract {reference!r}", problem, remedy)
            (Path(folder) / file).write_bytes(content)
        return load_contract(Path(folder))


def _show(reference: str, path: str, repository: Path) -> bytes | None:
    """One file at a git reference; None when git does not have it."""
    if reference.startswith("-"):
        return None
    command = ["git", "-C", str(repository), "show", f"{reference}:{path}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return None
    return shown.stdout if shown.returncode == 0 else None
