"""Builds the report of a certification: the same model as that of a run, so every format fits."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.access.redaction import Redactor
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON
from conformance.certification.coverage import Coverage
from conformance.certification.recording.call import Call
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange
from conformance.model.report import (
    Report,
    ReportedExchange,
    ReportedFinding,
    RunRecord,
    SelectionRecord,
)
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import Outcome, Verdict
from conformance.model.waiver import Waiver, WaiverProblem
from conformance.reporting.evidence import curl, reported
from conformance.verdicts.decision import Decision
from conformance.verdicts.report_parts import (
    REPORTED,
    contract_record,
    counted,
    decided,
    reported_requirement,
    suite_record,
)
from conformance.verdicts.waivers import apply_waivers

PROFILE = "client"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything of a certification that its requests do not say.

    ``problems`` leave the certification incomplete, ``remarks`` are only said.
    """

    name: str
    base_url: str | None
    started: dt.datetime
    finished: dt.datetime
    strict: bool = False
    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    secrets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Certified:
    """A report with every exchange of the certification, for formats that show them all."""

    report: Report
    exchanges: tuple[ReportedExchange, ...] = field(default=())


def assemble(
    contract: Contract,
    ledger: ClientLedger,
    calls: Sequence[Call],
    coverage: Coverage,
    around: Circumstances,
) -> Certified:
    """The report: verdicts, findings with evidence, coverage."""
    redactor = Redactor(around.secrets)
    redacted = [_redacted(call, redactor) for call in calls]
    evidence = {exchange.number: exchange for exchange in redacted}
    ledger.rewrite(redactor.text)
    requirements = list(ledger.requirements.values())
    decisions = {r.id: _decide(r, ledger, coverage, around) for r in requirements}
    decisions, misfits = apply_waivers(decisions, around.waivers, around.finished.date())
    troubles = [redactor.text(problem) for problem in around.problems]
    decision = decided(
        requirements,
        decisions,
        misfits,
        interrupted=around.interrupted,
        trouble=bool(troubles) and bool(calls),
    )
    report = Report(
        suite=suite_record(),
        contract=contract_record(contract, {}),
        target={
            "name": around.name,
            "base_url": around.base_url,
            "profile": PROFILE,
            "capabilities": [],
        },
        run=_run(calls, around, troubles, misfits),
        verdict=decision.verdict,
        reason=decision.reason,
        **counted(requirements, decisions),
        status_coverage=coverage.cells(),
        requirements=[reported_requirement(r, decisions[r.id], ledger) for r in requirements],
        findings=list(_findings(ledger, decisions, evidence)),
    )
    return Certified(report, tuple(reported(exchange) for exchange in redacted))


def _decide(
    requirement: Requirement, ledger: ClientLedger, coverage: Coverage, around: Circumstances
) -> Decision:
    excluded = next((g for g in around.exclude if glob_to_pattern(g).match(requirement.id)), None)
    if excluded is not None:
        return Decision(Verdict.NOT_SELECTED, f"left out by --exclude {excluded}")
    entry = ledger.entries.get(requirement.id)
    if entry is None:
        return Decision(Verdict.NOT_APPLICABLE, _uncovered(requirement, coverage))
    if entry.failed:
        broken = requirement.level is Level.MUST or around.strict
        reason = next(ledger.failures(requirement.id)).message
        return Decision(Verdict.FAIL if broken else Verdict.WARN, reason)
    if entry.counts.get(Outcome.PASS, 0):
        return Decision(Verdict.PASS)
    return Decision(Verdict.INCONCLUSIVE, entry.told[0].message if entry.told else "")


def _uncovered(requirement: Requirement, coverage: Coverage) -> str:
    if requirement.id.startswith(COMMON):
        return "not covered: no request of the client shows it"
    used = coverage.operations[requirement.operation or ""]
    if not used.calls:
        return f"not covered: the client never called {requirement.operation}"
    return "not covered: no request of the client carries it"


def _run(
    calls: Sequence[Call],
    around: Circumstances,
    troubles: Sequence[str],
    misfits: Sequence[WaiverProblem],
) -> RunRecord:
    groups = Counter(call.operation.flow_group for call in calls if call.operation)
    today = around.finished.date()
    return RunRecord(
        started=around.started.isoformat(timespec="milliseconds"),
        finished=around.finished.isoformat(timespec="milliseconds"),
        duration_s=round((around.finished - around.started).total_seconds(), 3),
        strict=around.strict,
        selection=SelectionRecord(exclude=list(around.exclude)),
        requests=len(calls),
        requests_by_flow_group=dict(sorted(groups.items())),
        interrupted=around.interrupted,
        warnings=[
            *(text for waiver in around.waivers if (text := waiver.warning(today))),
            *around.remarks,
        ],
        problems=[*troubles, *(misfit.text for misfit in misfits)],
        waiver_problems=list(misfits),
    )


def _redacted(call: Call, redactor: Redactor) -> Exchange:
    exchange = call.exchange
    response = redactor.response(exchange.response) if exchange.response else None
    request = redactor.request(exchange.request)
    failure = redactor.failure(exchange.failure)
    return Exchange(exchange.number, call.case, request, response, failure)


def _findings(
    ledger: ClientLedger, decisions: Mapping[str, Decision], evidence: Mapping[int, Exchange]
) -> Iterable[ReportedFinding]:
    for judgement in ledger.broken:
        if decisions[judgement.requirement].verdict not in REPORTED:
            continue
        requirement = ledger.requirements[judgement.requirement]
        exchange = evidence.get(judgement.exchange) if judgement.exchange is not None else None
        yield ReportedFinding(
            requirement=requirement.id,
            level=requirement.level.value,
            case=judgement.case,
            message=judgement.message,
            expected=judgement.expected,
            actual=judgement.actual,
            source=str(requirement.source),
            exchange=reported(exchange) if exchange else None,
            curl=curl(exchange.request) if exchange else "",
            pytest="",
        )
