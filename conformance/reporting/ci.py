"""Where a run is at home: the repository around it, and the service that runs it.

GitHub Actions and GitLab CI say so in their environment. GitHub is given a job summary; GitLab the
files that its merge requests show.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.errors import ReportError
from conformance.reporting.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reporting.material import Material

SUMMARY_BYTES: Final = 1024 * 1024
"""What GitHub takes of one step's summary."""
_GITLAB_FORMATS: Final = ("junit", "codequality")
_TOO_LONG: Final = "_The summary of this run is too long for this page; its reports have it._\n"


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


def summarize(material: Material, around: Surroundings) -> None:
    """Add the report to the summary of a GitHub job.

    Raises ReportError when the file that GitHub names cannot be written.
    """
    if around.summary is None:
        return
    text = markdown(material)
    try:
        taken = around.summary.stat().st_size if around.summary.exists() else 0
        if taken + len(text.encode()) > SUMMARY_BYTES:
            text = _TOO_LONG
        with around.summary.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(
            f"job summary {around.summary}",
            f"cannot be written ({error.strerror or error})",
            "unset GITHUB_STEP_SUMMARY to do without",
        ) from error


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
