"""What the formats are drawn from: the report, and what may accompany it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.model.report import Report, ReportedExchange


@dataclass(frozen=True, slots=True)
class Material:
    """A report and its companions. Only ``report`` has to be there.

    ``exchanges`` every exchange of the run, in order (HAR). ``previous`` the run before this one
    ("since the last run"). ``locate`` the line of a requirement in the contract, or None (SARIF).
    ``contract_path`` where the contract stands in the repository that reads the SARIF.
    ``language`` ``en`` or ``zh``.
    """

    report: Report
    exchanges: Iterable[ReportedExchange] = ()
    previous: Report | None = None
    locate: Callable[[str], int | None] | None = None
    contract_path: str = "spec/openapi.yaml"
    language: str = "en"
