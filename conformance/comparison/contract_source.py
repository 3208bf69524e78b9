"""Where a contract that is to be compared comes from: a revision, a file, a folder, git."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from conformance.contract.document import Contract, load_contract
from conformance.contract.files import read_yaml, spec_folder
from conformance.contract.revisions import load_contract_at, revisions
from conformance.errors import UsageError

_FILES: Final = ("openapi.yaml", "errata.yaml")


def read_contract(name: str, repository: Path | None = None) -> Contract:
    """The contract of that name: a known revision first, then a path, then a git reference.

    ``repository`` is the checkout that git references are of; None is the current folder.
    Raises UsageError when it is none of the three, ContractError when it cannot be read.
    """
    known = revisions()
    if name in known:
        return load_contract_at(name)
    path = Path(name)
    if path.is_dir():
        return load_contract(path)
    if path.is_file():
        return _of_file(path)
    return _of_git(name, repository or Path.cwd(), known)


def _of_file(path: Path) -> Contract:
    """One document by itself, with the errata that lie beside it or else our own."""
    folder = path.parent if (path.parent / "errata.yaml").is_file() else spec_folder()
    document = read_yaml(path)
    if not isinstance(document, dict) or "paths" not in document:
        raise UsageError(str(path), "is no OpenAPI document", "pass the path of an openapi.yaml")
    contract = load_contract(folder, document)
    return replace(contract, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _of_git(reference: str, repository: Path, known: list[str]) -> Contract:
    remedy = f"pass a revision ({', '.join(known)}), a file, or a git reference"
    with tempfile.TemporaryDirectory() as folder:
        for file in _FILES:
            content = _show(reference, f"spec/{file}", repository)
            if content is None:
                problem = "is no revision, no file and no git reference with a contract in spec/"
                raise UsageError(f"contract {reference!r}", problem, remedy)
            (Path(folder) / file).write_bytes(content)
        return load_contract(Path(folder))


def _show(reference: str, path: str, repository: Path) -> bytes | None:
    """One file as it stands at a git reference; None when git does not know it."""
    if reference.startswith("-"):
        return None
    command = ["git", "-C", str(repository), "show", f"{reference}:{path}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return None
    return shown.stdout if shown.returncode == 0 else None
