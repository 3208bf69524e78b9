"""Parts of a report that runs and certifications have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from conformance.contract.document import Contract
from conformance.model.report import ReportedRequirement
from conformance.model.requirement import Level, Requirement, lines_in_words
from conformance.model.verdict import RunDecision, Verdict
from conformance.model.waiver import WaiverProblem
from conformance.verdicts.decision import Decision
from conformance.verdicts.ledger import Ledger
from conformance.verdicts.run_verdict import decide_run
from conformance.verdicts.tally import tally, tally_by

DISTRIBUTION = "sparkrtc-conformance"
REPORTED = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.WAIVED})
"""Verdicts whose findings a report shows."""


def suite_record() -> dict[str, str]:
    """Name and version of the installed distribution; version ``0`` where it is not installed."""
    try:
        installed = version(DISTRIBUTION)
    except PackageNotFoundError:
        installed = "0"
    return {"name": DISTRIBUTION, "version": installed}


def contract_record(contract: Contract, pinned: Mapping[str, str]) -> dict[str, Any]:
    """The report's record of the contract that was judged by."""
    return {
        "revision": contract.revision,
        "sha256": contract.sha256,
        "errata_applied": sorted(contract.errata),
        **({"pinned": dict(pinned)} if pinned else {}),
    }


def verdict_counts(
    requirements: Iterable[Requirement], decisions: Mapping[str, Decision]
) -> dict[str, Any]:
    """The counts of a report: in total, by operation, by level and by chapter."""
    listed = list(requirements)

    def verdict(requirement: Requirement) -> Verdict:
        return decisions[requirement.id].verdict

    return {
        "summary": tally(map(verdict, listed)),
        "by_operation": tally_by(listed, lambda r: r.operation or "common", verdict),
        "by_level": tally_by(listed, lambda r: r.level.value, verdict),
        "by_chapter": tally_by(listed, lambda r: r.chapter, verdict),
    }


def run_decision(
    requirements: Iterable[Requirement],
    decisions: Mapping[str, Decision],
    misfits: Iterable[WaiverProblem],
    *,
    interrupted: bool,
    trouble: bool = False,
) -> RunDecision:
    """The verdict on the run that made these decisions."""
    judged: list[tuple[Level, Verdict]] = [(r.level, decisions[r.id].verdict) for r in requirements]
    return decide_run(
        judged, misfits=any(True for _ in misfits), interrupted=interrupted, trouble=trouble
    )


def reported_requirement(
    requirement: Requirement, decision: Decision, ledger: Ledger
) -> ReportedRequirement:
    """One requirement as a report lists it."""
    entry = ledger.entries.get(requirement.id)
    waiver = {k: str(v) for k, v in asdict(decision.waiver).items()} if decision.waiver else None
    return ReportedRequirement(
        id=requirement.id,
        level=requirement.level.value,
        operation=requirement.operation,
        chapter=requirement.chapter,
        source=str(requirement.source),
        text=requirement.text,
        verdict=decision.verdict,
        reason=decision.reason,
        cases=list(entry.cases) if entry else [],
        waiver=waiver,
        erratum=requirement.erratum,
        capabilities=sorted(requirement.capabilities),
        basis=requirement.basis and requirement.basis.value,
        lines=lines_in_words(requirement.lines),
    )
