"""Builds the report of a run from the results of its cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.contract.document import Contract
from conformance.contract.offered import offered_operations
from conformance.contract.operations import Operation
from conformance.contract.requirements import SERVER_ERROR_CAPABILITY
from conformance.engine.run.closing import counted
from conformance.engine.run.config import RunConfig
from conformance.engine.run.replay import curl_lines, pytest_line
from conformance.engine.run.session import Session
from conformance.engine.run.untested import rules_without_test
from conformance.model.case import EFFORTS
from conformance.model.item_result import Evidence, ItemResult
from conformance.model.report import (
    Report,
    ReportedExchange,
    ReportedFinding,
    RunRecord,
    SelectionRecord,
    StatusCell,
)
from conformance.model.requirement_id import RequirementId
from conformance.model.verdict import Judgement
from conformance.model.waiver import WaiverProblem
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
from conformance.verdicts.requirement_verdicts import (
    NOT_PROVOKED,
    Plan,
    conditional_fields,
    decide_all,
)
from conformance.verdicts.waivers import apply_waivers


@dataclass(slots=True)
class Collected:
    """What the controlling process has collected from all processes of a run."""

    started: dt.datetime
    ledger: Ledger = field(default_factory=Ledger)
    exchanges: dict[tuple[str, int], Evidence] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    effort_of: dict[str, str] = field(default_factory=dict)
    left_behind: list[str] = field(default_factory=list)
    interrupted: bool = False
    interruption: str = ""
    """Why the run was ended early, where it says so itself."""
    warnings: list[str] = field(default_factory=list)
    requests_by_item: dict[str, dict[str, int]] = field(default_factory=dict)

    def absorb(self, item: str, result: ItemResult) -> None:
        """Add the result of one item."""
        self.ledger.absorb(result)
        self.requests_by_item[item] = dict(result.requests)
        for evidence in result.evidence:
            self.exchanges[evidence.exchange.case, evidence.exchange.number] = evidence

    def plan(self, ids: Iterable[str], effort: str, *, selected: bool) -> None:
        """Note that a case judges these requirements from that level on."""
        for requirement in ids:
            known = self.effort_of.get(requirement)
            if known is None or EFFORTS.index(effort) < EFFORTS.index(known):
                self.effort_of[requirement] = effort
            if selected:
                self.planned.add(requirement)


def assemble(session: Session, collected: Collected, finished: dt.datetime) -> Report:
    """The report of a run: verdicts, findings with evidence, coverage."""
    config, contract = session.config, session.contract
    settings = session.reach.settings
    requirements = list(contract.requirements.values())
    decisions = decide_all(
        contract, collected.ledger, session.selection, _plan(session, collected), config.strict
    )
    if session.edition_gap is not None:
        decisions = session.edition_gap.decide(decisions, requirements)
    decisions, misfits = apply_waivers(decisions, settings.waivers, finished.date())
    decision = run_decision(requirements, decisions, misfits, interrupted=collected.interrupted)
    return Report(
        suite=suite_record(),
        contract=contract_record(contract, settings.errata),
        target={
            "name": settings.name,
            "base_url": settings.base_url,
            "profile": session.profile,
            "capabilities": sorted(settings.capabilities),
            **_offered(session),
        },
        run=_run(session, collected, finished, misfits),
        verdict=decision.verdict,
        reason=decision.reason,
        **verdict_counts(requirements, decisions),
        status_coverage=_coverage(collected, session),
        requirements=[
            reported_requirement(r, decisions[r.id], collected.ledger) for r in requirements
        ],
        findings=list(_findings(config, contract, collected, decisions)),
    )


def _offered(session: Session) -> dict[str, list[str]]:
    """The operations that the target offers, where it does not claim to offer all."""
    named = session.reach.settings.operations
    offered = offered_operations(session.contract, named)
    return {"operations": [o for o in session.contract.operations if o in offered]} if named else {}


def _plan(session: Session, collected: Collected) -> Plan:
    return Plan(
        collected.effort_of,
        frozenset(collected.planned),
        session.config.level,
        collected.ledger.statuses,
        conditional_fields(session.contract),
        collected.interrupted,
    )


def _run(
    session: Session,
    collected: Collected,
    finished: dt.datetime,
    misfits: Sequence[WaiverProblem],
) -> RunRecord:
    config = session.config
    requests = dict(sorted(collected.ledger.requests.items()))
    waivers = session.reach.settings.waivers
    left = [f"not deleted: {item}" for item in counted(collected.left_behind)]
    early = [f"ended early: {collected.interruption}"] if collected.interruption else []
    ending = [text for waiver in waivers if (text := waiver.warning(finished.date()))]
    return RunRecord(
        started=collected.started.isoformat(timespec="milliseconds"),
        finished=finished.isoformat(timespec="milliseconds"),
        duration_s=round((finished - collected.started).total_seconds(), 3),
        seed=config.seed,
        level=config.level,
        strict=config.strict,
        selection=SelectionRecord(list(config.only), list(config.exclude)),
        requests=sum(requests.values()),
        requests_by_flow_group=requests,
        interrupted=collected.interrupted,
        warnings=[
            *session.reach.credentials.warnings,
            *ending,
            *collected.warnings,
            *session.contract.remarks,
            *_untested(session),
        ],
        problems=[*(misfit.text for misfit in misfits), *early, *left],
        waiver_problems=list(misfits),
    )


def _untested(session: Session) -> list[str]:
    """Rules that a contract of the user's adds, and that no test knows."""
    if session.config.contract is None:
        return []
    return [f"no test judges {rule}" for rule in rules_without_test(session.contract)]


def _coverage(collected: Collected, session: Session) -> list[StatusCell]:
    """Every operation × documented status: how often it was answered, or why it was not."""
    provoked = {RequirementId.parse(requirement).answer_key for requirement in collected.effort_of}
    cells: list[StatusCell] = []
    for operation in session.contract.operations.values():
        for status in sorted(operation.answers):
            reached = collected.ledger.statuses.get(f"{operation.id} {status}", 0)
            can_be = f"{operation.id}/{status}" in provoked
            reason = "" if reached else _unreached(session, operation, status, can_be)
            cells.append(StatusCell(operation.id, str(status), reached, reason))
    return cells


def _unreached(session: Session, operation: Operation, status: int, can_be: bool) -> str:
    if not session.lab.offers(operation.id):
        return f"the target does not offer {operation.id}"
    capabilities = session.reach.settings.capabilities
    missing = sorted(operation.capabilities - capabilities)
    if missing:
        return f"the target does not claim {', '.join(missing)}"
    if status >= 500 and SERVER_ERROR_CAPABILITY not in capabilities:
        return "a server error cannot be provoked from outside"
    return "no case of this run got this answer" if can_be else NOT_PROVOKED


def _findings(
    config: RunConfig, contract: Contract, collected: Collected, decisions: Mapping[str, Decision]
) -> Iterable[ReportedFinding]:
    for identifier, requirement in contract.requirements.items():
        if decisions[identifier].verdict not in REPORTED:
            continue
        for judgement in collected.ledger.failures(identifier):
            item = _evidence(collected, judgement)
            led = [collected.exchanges.get((judgement.case, n)) for n in judgement.steps]
            steps = [step for step in led if step is not None]
            yield ReportedFinding(
                requirement=identifier,
                level=requirement.level.value,
                case=judgement.case,
                message=judgement.message,
                expected=judgement.expected,
                actual=judgement.actual,
                source=str(requirement.source),
                exchange=item.exchange if item else None,
                curl=curl_lines(steps, contract) if steps else item.curl if item else "",
                pytest=pytest_line(judgement.case, config),
                steps=[step.exchange for step in steps],
            )


def reported_exchanges(collected: Collected) -> list[ReportedExchange]:
    """Every exchange that was kept, in order of number and case."""
    items = sorted(collected.exchanges.items(), key=lambda item: (item[0][1], item[0][0]))
    return [evidence.exchange for _, evidence in items]


def _evidence(collected: Collected, judgement: Judgement) -> Evidence | None:
    if judgement.exchange is None:
        return None
    return collected.exchanges.get((judgement.case, judgement.exchange))
