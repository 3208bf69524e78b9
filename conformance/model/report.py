"""The report model: every format is drawn from it, and it alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from conformance.model.verdict import RunReason, RunVerdict, Verdict
from conformance.model.waiver import Misfit, WaiverProblem

SCHEMA = "https://sparkrtc-conformance.invalid/report-1.json"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as reported: redacted, text bodies; ``body_base64`` when it is not UTF-8 text."""

    method: str
    url: str
    headers: list[list[str]]
    body: str | None = None
    body_base64: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """An answer as reported: redacted; ``truncated`` when only the start of the body is kept."""

    status: int
    headers: list[list[str]]
    body: str | None
    elapsed_ms: float
    body_base64: str | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ReportedExchange:
    """One exchange of the run, or the network failure in place of its answer."""

    number: int
    case: str
    operation: str | None
    request: SentRequest
    response: ReceivedResponse | None
    failure: dict[str, str] | None = None

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ReportedExchange:
        """Read it back from plain JSON data."""
        response = data["response"]
        return cls(
            **{
                **data,
                "request": SentRequest(**data["request"]),
                "response": ReceivedResponse(**response) if response else None,
            }
        )


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """One broken expectation with its evidence and two ways to replay it.

    ``exchange`` is the one that shows it; ``steps`` are all that led to it, in order and with that
    one, where there are several. ``curl`` are lines for a shell that make what they need.
    """

    requirement: str
    level: str
    case: str
    message: str
    expected: str
    actual: str
    source: str
    exchange: ReportedExchange | None
    curl: str
    pytest: str
    steps: list[ReportedExchange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReportedRequirement:
    """One requirement with its verdict and the findings about it."""

    id: str
    level: str
    operation: str | None
    chapter: str
    source: str
    text: str
    verdict: Verdict
    reason: str = ""
    cases: list[str] = field(default_factory=list)
    waiver: dict[str, str] | None = None
    erratum: str | None = None
    capabilities: list[str] = field(default_factory=list)
    basis: str | None = None
    lines: str = ""


@dataclass(frozen=True, slots=True)
class StatusCell:
    """One cell of the operation × documented status table."""

    operation: str
    status: str
    reached: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SelectionRecord:
    """What a run was asked to judge, as globs; no ``only``: everything."""

    only: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Circumstances of a run. Moments are ISO 8601; a certification has no ``seed`` or ``level``.

    ``problems`` are lines for people; those about waivers are repeated in ``waiver_problems``.
    """

    started: str
    finished: str
    duration_s: float
    requests: int
    requests_by_flow_group: dict[str, int]
    interrupted: bool
    seed: int | None = None
    level: str | None = None
    strict: bool = False
    selection: SelectionRecord = field(default_factory=SelectionRecord)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    waiver_problems: list[WaiverProblem] = field(default_factory=list)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RunRecord:
        """Read it back from plain JSON data that the schema of reports has accepted."""
        misfits = [
            WaiverProblem(item["waiver"], Misfit(item["misfit"]), item["text"])
            for item in data.get("waiver_problems", ())
        ]
        selection = SelectionRecord(**data["selection"])
        return cls(**{**data, "selection": selection, "waiver_problems": misfits})


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run (design: "report.json"). The dicts have the keys that the schema names.

    ``reason`` is why the run has its verdict; None in reports written before reasons were recorded.
    """

    suite: dict[str, str]
    contract: dict[str, Any]
    target: dict[str, Any]
    run: RunRecord
    verdict: RunVerdict
    summary: dict[str, int]
    by_operation: dict[str, dict[str, int]]
    by_level: dict[str, dict[str, int]]
    by_chapter: dict[str, dict[str, int]]
    status_coverage: list[StatusCell]
    requirements: list[ReportedRequirement]
    findings: list[ReportedFinding]
    reason: RunReason | None = None
    schema: str = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON data; what a certification has no value for is left out."""
        data = _shallow(self)
        data["run"] = asdict(self.run)
        data["status_coverage"] = [_shallow(cell) for cell in self.status_coverage]
        data["requirements"] = [_shallow(item) for item in self.requirements]
        data["findings"] = [_finding_data(item) for item in self.findings]
        for part, names in ((data, ("reason",)), (data["run"], ("seed", "level"))):
            for name in names:
                if part[name] is None:
                    del part[name]
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Read a report back from plain JSON data that its schema has accepted.

        Raises KeyError or TypeError when the data is not that of a report.
        """
        return cls(
            **{
                **data,
                "run": RunRecord.from_dict(data["run"]),
                "verdict": RunVerdict(data["verdict"]),
                "reason": RunReason(data["reason"]) if "reason" in data else None,
                "status_coverage": [StatusCell(**cell) for cell in data["status_coverage"]],
                "requirements": [
                    ReportedRequirement(**{**item, "verdict": Verdict(item["verdict"])})
                    for item in data["requirements"]
                ],
                "findings": [_finding(item) for item in data["findings"]],
            }
        )


def _finding_data(finding: ReportedFinding) -> dict[str, Any]:
    data = asdict(finding)
    if not finding.steps:
        del data["steps"]
    return data


def _finding(item: dict[str, Any]) -> ReportedFinding:
    shown = item["exchange"]
    exchange = ReportedExchange.from_dict(shown) if shown else None
    steps = [ReportedExchange.from_dict(step) for step in item.get("steps", ())]
    return ReportedFinding(**{**item, "exchange": exchange, "steps": steps})


def _shallow(record: Report | StatusCell | ReportedRequirement) -> dict[str, Any]:
    """The fields of a record, uncopied: ``asdict`` would copy thousands of them one by one."""
    return {field.name: getattr(record, field.name) for field in fields(record)}
