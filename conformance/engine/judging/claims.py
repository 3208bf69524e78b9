"""Judges the requirements of a case by one answer."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.comparing.json_equality import same
from conformance.engine.judging.environment import environmental_reason
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.judging.request_echo import requirement_of, shown_otherwise
from conformance.engine.lab import Lab
from conformance.model import field_path
from conformance.model.case import Case, Claim
from conformance.model.exchange import Exchange
from conformance.model.verdict import Judgement, Outcome
from conformance.model.wording import in_json


def is_accepted(case: Case, exchange: Exchange) -> bool:
    """Whether the answer is a success, even if not with the documented status."""
    return exchange.status in case.expectation.statuses or exchange.succeeded


def judge_status(lab: Lab, case: Case, exchange: Exchange) -> None:
    """Judge only the status of a success; what was accepted is judged by the claims."""
    first = case.claims[0]
    if exchange.status in case.expectation.statuses:
        judge_claim(lab, case, first, exchange)
        return
    message = f"a valid request is answered {exchange.status}"
    record_failure(lab, case, first.requirement, message, case.expectation, exchange)


def judge_claim(lab: Lab, case: Case, claim: Claim, exchange: Exchange) -> None:
    """Judge a claim of an accepted request; where it is about the answer, look there."""
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
    """Judge that the answer shows what was sent, where it shows the field at all.

    A plain document does not promise that an answer shows it.
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
    """Whether the refusal is about the account and not the request; then nothing is proved."""
    if refusal_problem(lab.contract.conventions, case.expectation, exchange) is None:
        return False
    reason = environmental_reason(lab, exchange)
    if reason is not None:
        record_open(lab, case, requirements, reason, exchange)
    return reason is not None


def record_open(
    lab: Lab, case: Case, requirements: Iterable[str], reason: str, exchange: Exchange
) -> None:
    """Record that an exchange leaves the requirements unjudged, and why."""
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
            answer_excerpt(exchange),
            exchange.number,
        )
    )
