"""Finds which choice of a refused request the server refuses, by sending each of them alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from conformance.contract.operations import Operation
from conformance.engine.judging.attribution import refused_claims
from conformance.engine.judging.claims import (
    is_accepted,
    is_excused,
    judge_claim,
    judge_echo,
    judge_status,
    record_failure,
    record_open,
)
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked
from conformance.model.case import Case, Template
from conformance.model.exchange import Exchange
from conformance.model.verdict import Judgement, Outcome

INVALID = frozenset({400, 422})
"""Statuses that say of a request that it is not valid."""
_LISTED = frozenset(
    {"enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
)
_PERHAPS = "answered {status}: the document does not say when a valid request is refused"


def isolate(lab: Lab, case: Case, exchange: Exchange) -> None:
    """Judge each choice of a refused request by sending it alone."""
    first, *others = case.claims
    plain = _alone(lab, first.alone)
    if not is_accepted(case, plain):
        if is_excused(lab, case, case.requirements, plain):
            return
        message = f"a valid request is not accepted ({case.template.operation})"
        record_failure(lab, case, first.requirement, message, case.expectation, plain)
        _blame(lab, case, plain)
        return
    judge_status(lab, case, plain)
    guilty = otherwise = False
    for claim in others:
        alone = plain if claim.alone == first.alone else _alone(lab, claim.alone)
        if not is_accepted(case, alone):
            accepted = _first_accepted(lab, case, claim.instead)
            otherwise = otherwise or accepted is not None
            alone = accepted or alone
        if is_accepted(case, alone):
            judge_claim(lab, case, claim, alone)
            judge_echo(lab, case, alone)
        elif not is_excused(lab, case, (claim.requirement,), alone):
            guilty = True
            message = f"a valid value is not accepted: {claim.requirement}"
            record_failure(lab, case, claim.requirement, message, case.expectation, alone)
    if not guilty and not otherwise:  # what is accepted in another request need not fit this one
        message = "each choice is accepted alone, but not all of them in one request"
        record_failure(lab, case, first.requirement, message, case.expectation, exchange)


def _first_accepted(lab: Lab, case: Case, templates: Iterable[Template]) -> Exchange | None:
    """The answer to the first of these requests that is accepted."""
    answers = (_alone(lab, template) for template in templates)
    return next((answer for answer in answers if is_accepted(case, answer)), None)


def isolate_ambiguous(lab: Lab, case: Case, exchange: Exchange) -> None:
    """Judge a refused valid request where either it or the state of resources may be the cause.

    A listed value or a bound counts as refused where the same request without it is accepted.
    """
    first, *others = case.claims
    plain = exchange if not others else _alone(lab, first.alone)
    if plain.status not in case.expectation.statuses:
        record_open(lab, case, case.requirements, _PERHAPS.format(status=plain.status), plain)
        return
    lab.ledger.passed(first.requirement, case.id)
    for claim in others:
        alone = plain if claim.alone == first.alone else _alone(lab, claim.alone)
        if alone.status in case.expectation.statuses:
            judge_claim(lab, case, claim, alone)
        elif alone.status in INVALID and claim.requirement.rpartition("/")[2] in _LISTED:
            message = f"a valid value is not accepted: {claim.requirement}"
            record_failure(lab, case, claim.requirement, message, case.expectation, alone)
        else:
            reason = _PERHAPS.format(status=alone.status)
            record_open(lab, case, (claim.requirement,), reason, alone)


def judge_each_alone(lab: Lab, case: Case) -> None:
    """Judge each choice alone where the packed request needs a resource that cannot be had."""
    for claim in case.claims:
        try:
            alone = _alone(lab, claim.alone)
        except Blocked as blocked:
            said = Judgement(claim.requirement, blocked.outcome, case.id, blocked.reason)
            lab.ledger.record(said)
            continue
        if is_accepted(case, alone):
            judge_claim(lab, case, claim, alone)
        else:
            message = f"a valid request is not accepted ({claim.requirement})"
            record_failure(lab, case, claim.requirement, message, case.expectation, alone)


def _blame(lab: Lab, case: Case, plain: Exchange) -> None:
    """Attribute a refused plain request to the fields in which accepted ones differ from it."""
    first, *others = case.claims
    operation = lab.contract.operation(case.operation)

    def takes(template: Template) -> bool:
        try:
            return is_accepted(case, _alone(lab, template))
        except Blocked:
            return False

    taken = [claim for claim in others if claim.alone != first.alone and takes(claim.alone)]
    for claim in taken:
        lab.ledger.passed(claim.requirement, case.id)
    refused = replace(case, claims=(first, *(claim for claim in others if claim not in taken)))
    guilty = list(refused_claims(operation, refused, takes))
    for claim in guilty:
        message = f"refused, but accepted when {claim.requirement} does not apply"
        record_failure(lab, case, claim.requirement, message, case.expectation, plain)
    for claim in others:
        if claim not in guilty and claim not in taken:
            reason = f"{case.operation} does not accept its plain valid request"
            lab.ledger.record(Judgement(claim.requirement, Outcome.BLOCKED, case.id, reason))


def _alone(lab: Lab, template: Template) -> Exchange:
    mark = lab.resources.mark
    exchange = lab.send(prepared_request(lab, template))
    lab.resources.release(mark)
    return exchange


def prepared_request(lab: Lab, template: Template) -> Template:
    """The request, filled, after sending what gives it something to change.

    That is another operation on the same path (``x-first``), or the same request with the other
    value of a field (``x-opposite-first``).
    """
    operation = lab.contract.operation(template.operation)
    opposite = _opposite(operation, template)
    if operation.first is None and opposite is None:
        return template
    filled = lab.fill(template)
    if operation.first is not None:
        lab.send(Template(operation.first, path=filled.path), judge=False)
    if opposite is not None:
        name, value = opposite
        lab.send(replace(filled, body={**filled.body, name: value}), judge=False)
    return filled


def _opposite(operation: Operation, template: Template) -> tuple[str, Any] | None:
    """The field whose other value is sent first, and that value."""
    name, body = operation.opposite_first, template.body
    if name is None or operation.body is None or not isinstance(body, dict):
        return None
    listed = operation.body.schema["properties"][name]["enum"]
    others = [value for value in listed if value != body.get(name)]
    return (name, others[0]) if len(others) < len(listed) else None
