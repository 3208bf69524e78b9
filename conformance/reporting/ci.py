"""Detects the repository and the CI service that a run is in.

GitHub Actions and GitLab CI are recognised by their environment. GitHub gets a job summary; GitLab
the files that its merge requests show.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_GITLAB_FORMATS: Final = ("junit", "codequality")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The root of the repository, what the service adds, and its own configuration file.

    ``formats``: files beside those that were asked for. ``summary``: what GitHub shows of a job.
    ``config``: the workflow or pipeline that runs us, relative to ``root``.
    """

    root: Path
    formats: tuple[str, ...] = ()
    summary: Path | None = None
    config: str | None = None


def surroundings(environ: Mapping[str, str], folder: Path) -> Surroundings:
    """The surroundings, as the environment and the current folder show them."""
    if environ.get("GITHUB_ACTIONS") == "true":
        summary = environ.get("GITHUB_STEP_SUMMARY")
        return Surroundings(
            root=_root(environ.get("GITHUB_WORKSPACE"), folder),
            summary=Path(summary) if summary else None,
            config=_workflow(environ.get("GITHUB_WORKFLOW_REF", "")),
        )
    if environ.get("GITLAB_CI") == "true":
        return Surroundings(
            root=_root(environ.get("CI_PROJECT_DIR"), folder),
            formats=_GITLAB_FORMATS,
            config=environ.get("CI_CONFIG_PATH") or ".gitlab-ci.yml",
        )
    return Surroundings(root=_root(None, folder))


def _root(named: str | None, folder: Path) -> Path:
    """The repository's root: as the service says, else the nearest folder with ``.git``."""
    if named and Path(named).is_dir():
        return Path(named).resolve()
    here = folder.resolve()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), here)


def _workflow(reference: str) -> str | None:
    """``owner/name/.github/workflows/x.yml@refs/…`` without owner, name and reference."""
    parts = reference.split("@", 1)[0].split("/", 2)
    return parts[2] if len(parts) == 3 else None
