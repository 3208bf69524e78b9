"""The summary of a GitHub job, shown on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.errors import ReportError
from conformance.reporting.markdown import markdown

if TYPE_CHECKING:
    from conformance.reporting.ci import Surroundings
    from conformance.reporting.material import Material

SUMMARY_BYTES: Final = 1024 * 1024
"""What GitHub takes of one step's summary."""
_TOO_LONG: Final = "_The summary of this run is too long for this page; its reports have it._\n"


def summarize(material: Material, around: Surroundings) -> None:
    """Append the report to the summary of a GitHub job.

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
