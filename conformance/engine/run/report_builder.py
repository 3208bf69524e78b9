"""Builds the report of a run from what its cases have said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from conformance.cases.plan import EFFORTS
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.requirements import SERVER_ERROR_CAPABILITY
from conformance.engine.run.replay import replay
from conformance.engine.run.session import Session
from conformance.model.report import (
    ReceivedResponse,
    Report,
    ReportedExchange,
    ReportedFinding,
    ReportedRequirement,
    SentRequest,
    StatusCell,
)
from conformance.model.verdict import Judgement, Outcome, RunVerdict, Verdict
from conformance.verdicts.ledger import Ledger
from conformance.verdicts.verdicts import (
    NOT_PROVOKED,
    Plan,
    Said,
    conditional_fields,
    run_verdict,
    verdicts,
    waive,
)

DISTRIBUTION = "sparkrtc-conformance"


@dataclass(slots=True)
class Collected:
    """What the controlling process has gathered from all processes of a run."""

    started: dt.datetime
    ledger: Ledger = field(default_factory=Ledger)
    exchanges: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    effort_of: dict[str, str] = field(default_factory=dict)
    left_behind: list[str] = field(default_factory=list)
    interrupted: bool = False
    requests_by_item: dict[str, dict[str, int]] = field(default_factory=dict)

    def absorb(self, item: str, data: Mapping[str, Any]) -> None:
        """Take over what one item of pytest has said."""
        self.ledger.absorb(dict(data))
        self.requests_by_item[item] = dict(data["requests"])
        for evidence in data["exchanges"]:
            exchange = evidence["exchange"]
            self.exchanges[exchange["case"], exchange["number"]] = evidence

    def plan(self, ids: Iterable[str], effort: str, *, selected: bool) -> None:
        """A case judges these requirements from that level on; it may be part of this run."""
        for requirement in ids:
            known = self.effort_of.get(requirement)
            if known is None or EFFORTS.index(effort) < EFFORTS.index(known):
                self.effort_of[requirement] = effort
            if selected:
                self.planned.add(requirement)


def assemble(session: Session, collected: Collected, finished: dt.datetime) -> Report:
    """The report of a run: verdicts, findings with evidence, coverage."""
    config, contract = session.config, session.contract
    plan = Plan(
        collected.effort_of,
        frozenset(collected.planned),
        config.level,
        collected.ledger.statuses,
        conditional_fields(contract),
        collected.interrupted,
    )
    said = verdicts(contract, collected.ledger, session.selection, plan, config.strict)
    said, problems = waive(said, session.reach.settings.waivers, finished.date())
    verdict = run_verdict(said, problems)
    if collected.interrupted and verdict is RunVerdict.CONFORMANT:
        verdict = RunVerdict.INCOMPLETE
    settings = session.reach.settings
    return Report(
        suite={"name": DISTRIBUTION, "version": suite_version()},
        contract={
            "revision": contract.revision,
            "sha256": contract.sha256,
            "errata_applied": sorted(contract.errata),
            **({"pinned": dict(settings.errata)} if settings.errata else {}),
        },
        target={
            "name": settings.name,
            "base_url": settings.base_url,
            "profile": session.profile,
            "capabilities": sorted(settings.capabilities),
        },
        run=_run(session, collected, finished, problems),
        verdict=verdict,
        summary=_summary(said.values()),
        by_operation=_grouped(contract, said, lambda r: r.operation or "common"),
        by_level=_grouped(contract, said, lambda r: r.level.value),
        by_chapter=_grouped(contract, said, lambda r: r.chapter),
        status_coverage=_coverage(collected, session),
        requirements=_requirements(contract, collected.ledger, said),
        findings=list(_findings(contract, collected, said)),
    )


def suite_version() -> str:
    """Version of the installed distribution; ``0`` in a tree that is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"


def _run(
    session: Session, collected: Collected, finished: dt.datetime, problems: list[str]
) -> dict[str, Any]:
    config = session.config
    requests = dict(sorted(collected.ledger.requests.items()))
    return {
        "started": collected.started.isoformat(timespec="milliseconds"),
        "finished": finished.isoformat(timespec="milliseconds"),
        "duration_s": round((finished - collected.started).total_seconds(), 3),
        "seed": config.seed,
        "level": config.level,
        "strict": config.strict,
        "selection": {"only": list(config.only), "exclude": list(config.exclude)},
        "requests": sum(requests.values()),
        "requests_by_flow_group": requests,
        "interrupted": collected.interrupted,
        **_warnings(session, finished.date()),
        "problems": [*problems, *(f"not deleted: {item}" for item in collected.left_behind)],
    }


def _warnings(session: Session, today: dt.date) -> dict[str, list[str]]:
    """What does not change the verdict and will soon: waivers about to expire."""
    waivers = session.reach.settings.waivers
    said = [warning for waiver in waivers if (warning := waiver.warning(today))]
    return {"warnings": said} if said else {}


def _summary(said: Iterable[Said]) -> dict[str, int]:
    counts = Counter(item.verdict for item in said)
    return {verdict.value: counts.get(verdict, 0) for verdict in Verdict}


def _grouped(contract: Contract, said: Mapping[str, Said], key: Any) -> dict[str, dict[str, int]]:
    groups: dict[str, Counter[str]] = {}
    for requirement in contract.requirements.values():
        counts = groups.setdefault(key(requirement), Counter())
        counts[said[requirement.id].verdict.value] += 1
    return {
        name: {verdict.value: counts.get(verdict.value, 0) for verdict in Verdict}
        for name, counts in groups.items()
    }


def _coverage(collected: Collected, session: Session) -> list[StatusCell]:
    """Every operation × documented status: how often it was answered, or why it was not."""
    provoked = {tuple(requirement.split("/", 2)[:2]) for requirement in collected.effort_of}
    cells: list[StatusCell] = []
    for operation in session.contract.operations.values():
        for status in sorted(operation.answers):
            reached = collected.ledger.statuses.get(f"{operation.id} {status}", 0)
            can_be = (operation.id, str(status)) in provoked
            reason = "" if reached else _unreached(session, operation, status, can_be)
            cells.append(StatusCell(operation.id, str(status), reached, reason))
    return cells


def _unreached(session: Session, operation: Operation, status: int, can_be: bool) -> str:
    capabilities = session.reach.settings.capabilities
    missing = sorted(operation.capabilities - capabilities)
    if missing:
        return f"the target does not claim {', '.join(missing)}"
    if status >= 500 and SERVER_ERROR_CAPABILITY not in capabilities:
        return "a server error cannot be provoked from outside"
    return "no case of this run was answered so" if can_be else NOT_PROVOKED


def _requirements(
    contract: Contract, ledger: Ledger, said: Mapping[str, Said]
) -> list[ReportedRequirement]:
    result: list[ReportedRequirement] = []
    for requirement in contract.requirements.values():
        item = said[requirement.id]
        entry = ledger.entries.get(requirement.id)
        waiver = asdict(item.waiver) if item.waiver else None
        result.append(
            ReportedRequirement(
                id=requirement.id,
                level=requirement.level.value,
                operation=requirement.operation,
                chapter=requirement.chapter,
                source=str(requirement.source),
                text=requirement.text,
                verdict=item.verdict,
                reason=item.reason,
                cases=list(entry.cases) if entry else [],
                waiver={k: str(v) for k, v in waiver.items()} if waiver else None,
                erratum=requirement.erratum,
                capabilities=sorted(requirement.capabilities),
            )
        )
    return result


def _findings(
    contract: Contract, collected: Collected, said: Mapping[str, Said]
) -> Iterable[ReportedFinding]:
    shown = {Verdict.FAIL, Verdict.WARN, Verdict.WAIVED}
    for identifier, requirement in contract.requirements.items():
        entry = collected.ledger.entries.get(identifier)
        if entry is None or said[identifier].verdict not in shown:
            continue
        for judgement in (j for j in entry.told if j.outcome is Outcome.FAIL):
            item = _evidence(collected, judgement)
            yield ReportedFinding(
                requirement=identifier,
                level=requirement.level.value,
                case=judgement.case,
                message=judgement.message,
                expected=judgement.expected,
                actual=judgement.actual,
                source=str(requirement.source),
                exchange=_exchange(item["exchange"]) if item else None,
                curl=item["curl"] if item else "",
                pytest=replay(judgement.case),
            )


def reported_exchanges(collected: Collected) -> list[ReportedExchange]:
    """Every exchange that was kept, in order of number and case."""
    items = sorted(collected.exchanges.items(), key=lambda item: (item[0][1], item[0][0]))
    return [_exchange(evidence["exchange"]) for _, evidence in items]


def _evidence(collected: Collected, judgement: Judgement) -> dict[str, Any] | None:
    if judgement.exchange is None:
        return None
    return collected.exchanges.get((judgement.case, judgement.exchange))


def _exchange(item: Mapping[str, Any]) -> ReportedExchange:
    response = item["response"]
    return ReportedExchange(
        number=item["number"],
        case=item["case"],
        operation=item["operation"],
        request=SentRequest(**item["request"]),
        response=ReceivedResponse(**response) if response else None,
        failure=item["failure"],
    )
