"""One certification of a receiver: every situation, the verdicts, the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.access.redaction import Redactor
from conformance.certification.receiving.calling import Caller, Line
from conformance.certification.receiving.situations import (
    IN_TIME,
    SITUATIONS,
    Situation,
    receiver_requirements,
)
from conformance.certification.receiving.understanding import AS_SENT, ONCE, judge_understanding
from conformance.certification.report_builder import Certified
from conformance.certification.scripted.driver import Driver
from conformance.contract.document import Contract
from conformance.errors import TargetUnreachable
from conformance.model.exchange import Exchange
from conformance.model.report import Report, ReportedFinding, RunRecord, SelectionRecord
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import Judgement, Outcome, Verdict
from conformance.model.waiver import Waiver
from conformance.reporting.evidence import curl, reported
from conformance.verdicts.decision import Decision
from conformance.verdicts.ledger import Ledger
from conformance.verdicts.report_parts import (
    REPORTED,
    contract_record,
    counted,
    decided,
    reported_requirement,
    suite_record,
)
from conformance.verdicts.waivers import apply_waivers

PROFILE = "receiver"
_WANTED = {"taken": "2xx", "survived": "an answer below 500", "refused": "4xx"}


@dataclass(frozen=True, slots=True)
class ReceiverPlan:
    """Which receiver is certified, and how strictly."""

    line: Line
    name: str
    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    strict: bool = False
    driver: tuple[str, ...] = ()


def requirements_of_receivers() -> dict[str, Requirement]:
    """Everything that is asked of a receiver and of its driver, by id."""
    return {**receiver_requirements(), AS_SENT.id: AS_SENT, ONCE.id: ONCE}


def certify(contract: Contract, plan: ReceiverPlan) -> Certified:
    """Put a receiver into every situation. Raises TargetUnreachable when nobody is there."""
    started = dt.datetime.now(dt.UTC)
    requirements = requirements_of_receivers()
    ledger = Ledger(known=requirements, keep=10)
    exchanges: list[Exchange] = []
    with Caller(plan.line) as caller:
        for situation in SITUATIONS:
            if situation.keyed and not plan.line.key:
                continue
            heard = caller.put_into(situation)
            if not exchanges and heard[0].failure is not None:
                failure = heard[0].failure
                raise TargetUnreachable(
                    plan.line.url, f"is not reached ({failure.message})", "start it, or check it"
                )
            exchanges += heard
            _judge(ledger, situation, heard)
        if plan.driver:
            with Driver(plan.driver, {}) as driver:
                exchanges += judge_understanding(ledger, caller, driver)
    return _assemble(contract, plan, ledger, exchanges, started)


def _judge(ledger: Ledger, situation: Situation, heard: Sequence[Exchange]) -> None:
    for one in heard:
        late = one.failure is not None and one.failure.stage == "timeout"
        _say(ledger, IN_TIME.id, one, not late, "an answer in time")
        ok = {
            "taken": 200 <= one.status < 300,
            "survived": 0 < one.status < 500,
            "refused": 400 <= one.status < 500,
        }[situation.wanted]
        _say(ledger, situation.id, one, ok, _WANTED[situation.wanted])


def _say(ledger: Ledger, requirement: str, one: Exchange, ok: bool, expected: str) -> None:
    if ok:
        ledger.passed(requirement, one.case)
        return
    actual = f"{one.failure.stage}: {one.failure.message}" if one.failure else str(one.status)
    message = f"{one.case}: {one.request.method} was answered otherwise"
    ledger.record(
        Judgement(requirement, Outcome.FAIL, one.case, message, expected, actual, one.number)
    )


def _decide(requirement: Requirement, ledger: Ledger, plan: ReceiverPlan) -> Decision:
    excluded = next((g for g in plan.exclude if glob_to_pattern(g).match(requirement.id)), None)
    if excluded is not None:
        return Decision(Verdict.NOT_SELECTED, f"left out by --exclude {excluded}")
    entry = ledger.entries.get(requirement.id)
    if entry is None:
        return Decision(Verdict.NOT_APPLICABLE, _unasked(requirement))
    if entry.failed:
        broken = requirement.level is Level.MUST or plan.strict
        reason = next(ledger.failures(requirement.id)).message
        return Decision(Verdict.FAIL if broken else Verdict.WARN, reason)
    return Decision(Verdict.PASS)


def _unasked(requirement: Requirement) -> str:
    if requirement in {AS_SENT, ONCE}:
        return "no driver was given; --driver names a command that says what was understood"
    return "no key was given; --key names the one to be sent"


def _assemble(
    contract: Contract,
    plan: ReceiverPlan,
    ledger: Ledger,
    exchanges: Sequence[Exchange],
    started: dt.datetime,
) -> Certified:
    finished = dt.datetime.now(dt.UTC)
    redactor = Redactor((plan.line.key,) if plan.line.key else ())
    shown = {one.number: _redacted(one, redactor) for one in exchanges}
    requirements = list(requirements_of_receivers().values())
    decisions: Mapping[str, Decision] = {r.id: _decide(r, ledger, plan) for r in requirements}
    decisions, misfits = apply_waivers(decisions, plan.waivers, finished.date())
    decision = decided(requirements, decisions, misfits, interrupted=False)
    today = finished.date()
    report = Report(
        suite=suite_record(),
        contract=contract_record(contract, {}),
        target={
            "name": plan.name,
            "base_url": plan.line.url,
            "profile": PROFILE,
            "capabilities": [],
        },
        run=RunRecord(
            started=started.isoformat(timespec="milliseconds"),
            finished=finished.isoformat(timespec="milliseconds"),
            duration_s=round((finished - started).total_seconds(), 3),
            strict=plan.strict,
            selection=SelectionRecord(exclude=list(plan.exclude)),
            requests=len(exchanges),
            requests_by_flow_group={},
            interrupted=False,
            warnings=[text for one in plan.waivers if (text := one.warning(today))],
            problems=[misfit.text for misfit in misfits],
            waiver_problems=list(misfits),
        ),
        verdict=decision.verdict,
        reason=decision.reason,
        **counted(requirements, decisions),
        status_coverage=[],
        requirements=[reported_requirement(r, decisions[r.id], ledger) for r in requirements],
        findings=list(_findings(requirements, ledger, decisions, shown)),
    )
    return Certified(report, tuple(reported(one) for one in shown.values()))


def _redacted(one: Exchange, redactor: Redactor) -> Exchange:
    answer = redactor.response(one.response) if one.response is not None else None
    request = redactor.request(one.request)
    return Exchange(one.number, one.case, request, answer, redactor.failure(one.failure))


def _findings(
    requirements: Sequence[Requirement],
    ledger: Ledger,
    decisions: Mapping[str, Decision],
    shown: Mapping[int, Exchange],
) -> Iterator[ReportedFinding]:
    for requirement in requirements:
        if decisions[requirement.id].verdict not in REPORTED:
            continue
        for judgement in ledger.failures(requirement.id):
            exchange = shown.get(judgement.exchange or 0)
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
