"""Where a run is at home: the repository around it, and the service that runs it.

GitHub Actions and GitLab CI say so in their environment. GitHub is given a job summary; GitLab the
files that its merge requests show.
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
    """What the environment and the folder that a run is started in say."""
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
    """The folder that the service names, else the nearest one with ``.git``, else this one."""
    if named and Path(named).is_dir():
        return Path(named).resolve()
    here = folder.resolve()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), here)


def _workflow(reference: str) -> str | None:
    """``owner/name/.github/workflows/x.yml@refs/…`` without owner, name and reference."""
    parts = reference.split("@", 1)[0].split("/", 2)
    return parts[2] if len(parts) == 3 else None
