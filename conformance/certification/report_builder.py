"""Builds the report of a certification, in the same model as that of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.access.redaction import Redactor
from conformance.contract.document import Contract
from conformance.model.exchange import Exchange
from conformance.model.report import (
    Report,
    ReportedExchange,
    ReportedFinding,
    RunRecord,
    SelectionRecord,
    StatusCell,
)
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import Outcome, Verdict
from conformance.model.waiver import Waiver, WaiverProblem
from conformance.reporting.evidence import curl, reported_exchange
from conformance.verdicts.decision import Decision
from conformance.verdicts.ledger import Ledger
from conformance.verdicts.report_parts import (
    REPORTED,
    contract_record,
    reported_requirement,
    run_decision,
    suite_record,
    verdict_counts,
)
from conformance.verdicts.waivers import apply_waivers


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is certified, and the statistics of its requests.

    ``profile``: what it is (client, receiver). ``unshown`` says why nothing has judged a
    requirement. ``groups`` counts its requests by flow group; ``cells`` are the answers that it was
    given.
    """

    profile: str
    requirements: Sequence[Requirement]
    exchanges: Sequence[Exchange]
    unshown: Callable[[Requirement], str]
    groups: Mapping[str, int] = field(default_factory=dict)
    cells: Sequence[StatusCell] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The circumstances of a certification that its requests do not show.

    ``problems`` make the certification incomplete, ``remarks`` do not.
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
    contract: Contract, ledger: Ledger, subject: Subject, around: Circumstances
) -> Certified:
    """The report: verdicts, findings with evidence, coverage; without secrets."""
    redactor = Redactor(around.secrets)
    redacted = [_redacted(exchange, redactor) for exchange in subject.exchanges]
    evidence = {exchange.number: exchange for exchange in redacted}
    ledger.rewrite(redactor.text)
    requirements = subject.requirements
    decisions = {r.id: _decide(r, ledger, subject, around) for r in requirements}
    decisions, misfits = apply_waivers(decisions, around.waivers, around.finished.date())
    troubles = [redactor.text(problem) for problem in around.problems]
    decision = run_decision(
        requirements,
        decisions,
        misfits,
        interrupted=around.interrupted,
        trouble=bool(troubles) and bool(redacted),
    )
    report = Report(
        suite=suite_record(),
        contract=contract_record(contract, {}),
        target={
            "name": around.name,
            "base_url": around.base_url,
            "profile": subject.profile,
            "capabilities": [],
        },
        run=_run(subject, around, troubles, misfits),
        verdict=decision.verdict,
        reason=decision.reason,
        **verdict_counts(requirements, decisions),
        status_coverage=list(subject.cells),
        requirements=[reported_requirement(r, decisions[r.id], ledger) for r in requirements],
        findings=list(_findings(requirements, ledger, decisions, evidence)),
    )
    return Certified(report, tuple(reported_exchange(exchange) for exchange in redacted))


def _decide(
    requirement: Requirement, ledger: Ledger, subject: Subject, around: Circumstances
) -> Decision:
    excluded = next((g for g in around.exclude if glob_to_pattern(g).match(requirement.id)), None)
    if excluded is not None:
        return Decision(Verdict.NOT_SELECTED, f"left out by --exclude {excluded}")
    entry = ledger.entries.get(requirement.id)
    if entry is None:
        return Decision(Verdict.NOT_APPLICABLE, subject.unshown(requirement))
    if entry.failed:
        broken = requirement.level is Level.MUST or around.strict
        reason = next(ledger.failures(requirement.id)).message
        return Decision(Verdict.FAIL if broken else Verdict.WARN, reason)
    if entry.counts.get(Outcome.PASS, 0):
        return Decision(Verdict.PASS)
    return Decision(Verdict.INCONCLUSIVE, entry.told[0].message if entry.told else "")


def _run(
    subject: Subject,
    around: Circumstances,
    troubles: Sequence[str],
    misfits: Sequence[WaiverProblem],
) -> RunRecord:
    today = around.finished.date()
    return RunRecord(
        started=around.started.isoformat(timespec="milliseconds"),
        finished=around.finished.isoformat(timespec="milliseconds"),
        duration_s=round((around.finished - around.started).total_seconds(), 3),
        strict=around.strict,
        selection=SelectionRecord(exclude=list(around.exclude)),
        requests=len(subject.exchanges),
        requests_by_flow_group=dict(sorted(subject.groups.items())),
        interrupted=around.interrupted,
        warnings=[
            *(text for waiver in around.waivers if (text := waiver.warning(today))),
            *around.remarks,
        ],
        problems=[*troubles, *(misfit.text for misfit in misfits)],
        waiver_problems=list(misfits),
    )


def _redacted(exchange: Exchange, redactor: Redactor) -> Exchange:
    response = redactor.response(exchange.response) if exchange.response else None
    request = redactor.request(exchange.request)
    failure = redactor.failure(exchange.failure)
    return Exchange(exchange.number, exchange.case, request, response, failure)


def _findings(
    requirements: Sequence[Requirement],
    ledger: Ledger,
    decisions: Mapping[str, Decision],
    evidence: Mapping[int, Exchange],
) -> Iterator[ReportedFinding]:
    for requirement in requirements:
        if decisions[requirement.id].verdict not in REPORTED:
            continue
        for judgement in ledger.failures(requirement.id):
            exchange = evidence.get(judgement.exchange) if judgement.exchange is not None else None
            yield ReportedFinding(
                requirement=requirement.id,
                level=requirement.level.value,
                case=judgement.case,
                message=judgement.message,
                expected=judgement.expected,
                actual=judgement.actual,
                source=str(requirement.source),
                exchange=reported_exchange(exchange) if exchange else None,
                curl=curl(exchange.request) if exchange else "",
                pytest="",
            )
