"""Records what one answer shows of the requirements that a case is about."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.engine.comparing.json_equality import same
from conformance.engine.judging.environment import environmental_reason
from conformance.engine.judging.refusals import refusal_problem, shown
from conformance.engine.judging.request_echo import requirement_of, shown_otherwise
from conformance.engine.lab import Lab
from conformance.model import field_path
from conformance.model.case import Case, Claim
from conformance.model.exchange import Exchange
from conformance.model.verdict import Judgement, Outcome
from conformance.model.wording import in_json


def is_taken(case: Case, exchange: Exchange) -> bool:
    """Whether a valid request is accepted, be it with another success than the documented one."""
    return exchange.status in case.expectation.statuses or exchange.succeeded


def judge_status(lab: Lab, case: Case, exchange: Exchange) -> None:
    """The status of a success is judged by itself: what was accepted is still to be seen."""
    first = case.claims[0]
    if exchange.status in case.expectation.statuses:
        judge_claim(lab, case, first, exchange)
        return
    message = f"a valid request is answered {exchange.status}"
    record_failure(lab, case, first.requirement, message, case.expectation, exchange)


def judge_claim(lab: Lab, case: Case, claim: Claim, exchange: Exchange) -> None:
    """The request was accepted; a claim about what the answer shows is looked up in it."""
    if claim.shown_as is None:
        lab.ledger.passed(claim.requirement, case.id)
        return
    found = field_path.read(exchange.json, claim.shown_as)
    if found is field_path.MISSING:
        reason = f"the answer does not show {claim.shown_as}"
        lab.ledger.record(
            Judgement(
                claim.requirement, Outcome.NOT_APPLICABLE, case.id, reason, exchange=exchange.number
            )
        )
    elif same(found, claim.value) or any(same(found, other) for other in claim.others):
        lab.ledger.passed(claim.requirement, case.id)
    else:
        message = f"{claim.shown_as} reads {in_json(found)}"
        record_failure(lab, case, claim.requirement, message, in_json(claim.value), exchange)


def judge_echo(lab: Lab, case: Case, exchange: Exchange) -> None:
    """Where the answer shows what was sent, it shows that: a value at its bound is no other.

    A plain document does not say that an answer shows it.
    """
    if lab.contract.conventions.plain:
        return
    for place, problem in shown_otherwise(
        exchange, lab.contract.operation(case.operation).echo
    ).items():
        known = (*case.requirements, *lab.contract.requirements)
        requirement = requirement_of(case.operation, place, known)
        if requirement is not None:
            record_failure(lab, case, requirement, problem, "the value that was sent", exchange)


def is_excused(lab: Lab, case: Case, requirements: Iterable[str], exchange: Exchange) -> bool:
    """The refusal speaks of the account instead of the request: nothing is shown."""
    if refusal_problem(lab.contract.conventions, case.expectation, exchange) is None:
        return False
    reason = environmental_reason(lab, exchange)
    if reason is not None:
        record_open(lab, case, requirements, reason, exchange)
    return reason is not None


def record_open(
    lab: Lab, case: Case, requirements: Iterable[str], reason: str, exchange: Exchange
) -> None:
    """Record that an exchange shows nothing of the requirements, and why."""
    for requirement in requirements:
        lab.ledger.record(
            Judgement(requirement, Outcome.INCONCLUSIVE, case.id, reason, exchange=exchange.number)
        )


def record_failure(
    lab: Lab, case: Case, requirement: str, message: str, expected: object, exchange: Exchange
) -> None:
    """Record that an exchange breaks a requirement."""
    lab.ledger.record(
        Judgement(
            requirement,
            Outcome.FAIL,
            case.id,
            message,
            str(expected),
            shown(exchange),
            exchange.number,
        )
    )
