"""The input of the formats: the report, and what may accompany it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.model.report import Report, ReportedExchange
    from conformance.reporting.anchor import Anchor


@dataclass(frozen=True, slots=True)
class Material:
    """A report and its companions. Only ``report`` has to be there.

    ``exchanges`` every exchange of the run, in order (HAR). ``previous`` the run before this one
    ("since the last run"). ``anchor`` the file of the user's repository that findings are shown in
    (SARIF, code quality), None where it has none.
    ``language`` ``en`` or ``zh``.
    """

    report: Report
    exchanges: Iterable[ReportedExchange] = ()
    previous: Report | None = None
    anchor: Anchor | None = None
    language: str = "en"
