"""Says beforehand which requirements the generated cases of a run reach, and at which level."""

from __future__ import annotations

from collections.abc import Container, Mapping

from conformance.cases.plan import within
from conformance.checks.exchange import every_exchange
from conformance.contract.document import Contract
from conformance.engine.run.report_builder import Collected
from conformance.engine.run.session import Session
from conformance.model.case import Case
from conformance.model.requirement_id import RequirementId


def plan_generated(
    session: Session, collected: Collected, chosen: Container[str] | None = None
) -> None:
    """Note what every generated case judges, and whether this run includes it.

    ``chosen`` are the ids of the cases that are left when pytest has selected; None: all.
    """
    answers = _answers_by_prefix(session.contract)
    everywhere = every_exchange(session.contract)
    for case in session.cases:
        selected = within(case, session.config.level) and session.selection.needs(case)
        selected = selected and (chosen is None or case.id in chosen)
        collected.plan(case.requirements, case.effort, selected=selected)
        code = f"{case.violates}-code"
        if code in session.contract.requirements:
            collected.plan((code,), case.effort, selected=selected)
        for prefix in _reached(case):
            collected.plan(answers.get(prefix, ()), case.effort, selected=selected)
        collected.plan(everywhere, case.effort, selected=selected)


def _reached(case: Case) -> list[str]:
    statuses = [f"{case.operation}/{status}" for status in case.expectation.statuses]
    return [*statuses, f"{case.operation}/answer"]


def _answers_by_prefix(contract: Contract) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for requirement in contract.requirements.values():
        if requirement.kind == "answer":
            shown_by = RequirementId.parse(requirement.id).shown_by
            found.setdefault(shown_by, []).append(requirement.id)
    return found
