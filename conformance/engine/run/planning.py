"""Plans which requirements the generated cases of a run judge, and at which level."""

from __future__ import annotations

from collections.abc import Container

from conformance.cases.plan import includes
from conformance.checks.exchange import every_exchange
from conformance.engine.judging.case_runner import answer_requirements_of
from conformance.engine.run.report_builder import Collected
from conformance.engine.run.session import Session


def plan_generated(
    session: Session, collected: Collected, chosen: Container[str] | None = None
) -> None:
    """Note the requirements and the level of every generated case of this run.

    ``chosen`` are the ids of the cases that are left when pytest has selected; None: all.
    """
    everywhere = every_exchange(session.contract)
    for case in session.cases:
        selected = includes(case, session.config.level) and session.selection.needs(case)
        selected = selected and (chosen is None or case.id in chosen)
        collected.plan(case.requirements, case.effort, selected=selected)
        code = f"{case.violates}-code"
        if code in session.contract.requirements:
            collected.plan((code,), case.effort, selected=selected)
        collected.plan(
            answer_requirements_of(session.contract, case), case.effort, selected=selected
        )
        collected.plan(everywhere, case.effort, selected=selected)
