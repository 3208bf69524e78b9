"""Chooses the file of the user's repository in which findings are shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.contract.files import spec_folder
from conformance.errors import ReportError
from conformance.reporting.contract_lines import ContractLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reporting.ci import Surroundings


@dataclass(frozen=True, slots=True)
class Anchor:
    """A file, by its path from the repository's root, and the lines in it.

    ``locate``: the line of a requirement, None where it has none of its own.
    """

    path: str
    locate: Callable[[str], int | None] = lambda _requirement: None


def anchor(
    around: Surroundings, *, contract: Path | None = None, target: str | None = None
) -> Anchor | None:
    """The first that exists of: the contract with its lines, the target file, the CI job.

    ``contract``: the user's own; else ours, in a checkout of this project. ``target``: a target
    file or an address. None where the repository has none of them: naming a missing file is worse
    than naming none.
    """
    shipped = spec_folder()
    judged_by = contract or (shipped if shipped.parent == around.root else None)
    if judged_by is not None:
        path = judged_by / "openapi.yaml" if judged_by.is_dir() else judged_by
        name = _inside(path, around.root)
        if name is not None:
            return Anchor(name, _lines(path))
    for other in (target, around.config and str(around.root / around.config)):
        name = _inside(Path(other), around.root) if other else None
        if name is not None:
            return Anchor(name)
    return None


def _inside(path: Path, root: Path) -> str | None:
    """The path of an existing file from the root; None when it is not in the repository."""
    try:
        found = path.resolve()
        inside = found.is_file() and found.is_relative_to(root)
    except (OSError, ValueError):  # an address, taken for a path, may be anything
        return None
    return found.relative_to(root).as_posix() if inside else None


def _lines(path: Path) -> Callable[[str], int | None]:
    """The lines of a contract, read once they are asked for; an overlay may have none."""

    @cache
    def read() -> ContractLines | None:
        try:
            return ContractLines(path)
        except ReportError:
            return None

    def locate(requirement: str) -> int | None:
        lines = read()
        return lines.locate(requirement) if lines is not None else None

    return locate
