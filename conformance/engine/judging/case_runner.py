"""Runs one generated case and judges what its answer shows of each requirement."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.document import Contract
from conformance.engine.judging.claims import (
    is_accepted,
    is_excused,
    judge_claim,
    judge_echo,
    judge_status,
    record_failure,
    record_open,
)
from conformance.engine.judging.isolation import (
    isolate,
    isolate_ambiguous,
    judge_each_alone,
    prepared_request,
)
from conformance.engine.judging.refusals import refusal_problem
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Request
from conformance.model.requirement import Level
from conformance.model.verdict import Judgement, Outcome

_HUNG_UP = frozenset({"closed", "read", "protocol"})
"""Stages at which a server that falls over leaves the client without an answer."""


_NOTHING_REFUSED = "answered {status}, as {erratum} permits: nothing was refused"
_PERMITTED = "answered {status}, as {rule} permits: whether it is accepted is for other rules"
_UNINFORMATIVE = "answered {status}, which says nothing of the request"


def is_uninformative(contract: Contract, case: Case, exchange: Exchange) -> bool:
    """Whether a refusal is about the caller or the account, so that it proves nothing."""
    return case.kind != "auth" and exchange.status in contract.conventions.uninformative


def judge(lab: Lab, case: Case) -> None:
    """Send the case's request and record the judgements in the ledger.

    Raises Blocked when a resource that it needs cannot be provided.
    """
    lab.begin(case.id)
    try:
        _judge(lab, case)
    except NotOffered as absent:
        _unshown(lab, case, absent.reason)
        raise


def answer_requirements_of(contract: Contract, case: Case) -> Iterator[str]:
    """Requirements on the answers that the case may get."""
    for status in (*case.expectation.statuses, "answer"):
        yield from contract.answer_requirements.get(f"{case.operation}/{status}", ())


def _unshown(lab: Lab, case: Case, reason: str) -> None:
    """Record as not applicable what only this case could have judged."""
    coded = f"{case.violates}-code"
    for requirement in (coded, *answer_requirements_of(lab.contract, case)):
        if requirement in lab.contract.requirements:
            said = Judgement(requirement, Outcome.NOT_APPLICABLE, case.id, reason)
            lab.ledger.record(said)


def _judge(lab: Lab, case: Case) -> None:
    for kind in case.needs:
        try:
            lab.resources.get(kind)
        except NotOffered as absent:
            _unshown(lab, case, absent.reason)
    mark = lab.resources.mark
    try:
        template = (
            case.template if case.violates is not None else prepared_request(lab, case.template)
        )
        exchange = lab.send(template, case.expectation, may_succeed=_may_be_taken(lab, case))
    except Blocked:
        if len(case.claims) < 2:
            raise
        judge_each_alone(lab, case)
        return
    if exchange.response is None and not hangs_up(lab, case, exchange):
        _unheard(lab, case, exchange)
    elif is_excused(lab, case, case.requirements, exchange):
        pass
    elif is_uninformative(lab.contract, case, exchange):
        record_open(
            lab, case, case.requirements, _UNINFORMATIVE.format(status=exchange.status), exchange
        )
    elif case.violates is not None:
        _refused(lab, case, exchange)
    elif is_accepted(case, exchange):
        judge_status(lab, case, exchange)
        for claim in case.claims[1:]:
            judge_claim(lab, case, claim, exchange)
        judge_echo(lab, case, exchange)
    elif (permitting := _permitting_rule(lab, case, exchange)) is not None:
        _left_to_a_rule(lab, case, exchange, permitting)
    elif lab.contract.conventions.plain:
        isolate_ambiguous(lab, case, exchange)
    else:
        isolate(lab, case, exchange)
    lab.resources.release(mark)


def _may_be_taken(lab: Lab, case: Case) -> bool:
    """Whether the request breaks what a server should refuse, and need not."""
    broken = lab.contract.requirements.get(case.violates or "")
    return broken is not None and broken.level is Level.SHOULD


def _permitting_rule(lab: Lab, case: Case, exchange: Exchange) -> str | None:
    """The rule that permits this refusal of a valid request that names what may not be there."""
    rule = lab.contract.operation(case.operation).may_refuse
    if rule is None:
        return None
    problem = refusal_problem(lab.contract.conventions, lab.contract.answers_of(rule), exchange)
    return rule if problem is None else None


def _left_to_a_rule(lab: Lab, case: Case, exchange: Exchange, rule: str) -> None:
    reason = _PERMITTED.format(status=exchange.status, rule=rule)
    for requirement in case.requirements:
        said = Judgement(
            requirement, Outcome.NOT_APPLICABLE, case.id, reason, exchange=exchange.number
        )
        lab.ledger.record(said)


def hangs_up(lab: Lab, case: Case, exchange: Exchange) -> bool:
    """Whether the target closes the connection on this request every time, and on no other.

    A network that fails now and then does neither. Time proves nothing: the document sets no limit.
    """
    failure = exchange.failure
    if failure is None or failure.stage not in _HUNG_UP:
        return False
    other = next((o for o in lab.offering.harmless() if o.id != case.operation), None)
    if other is None:
        return False
    url = f"{lab.settings.base_url}{other.path}"
    if lab.ask(Request(other.id, other.method, url, ())).response is None:
        return False
    again = lab.send(case.template, judge=False)
    return again.failure is not None and again.failure.stage in _HUNG_UP


def _served_unknown(lab: Lab, case: Case, exchange: Exchange) -> bool:
    """Whether what does not exist was asked about and answered with success.

    That is permitted where an erratum says so; what such an answer shows is for rules to judge.
    """
    known = str(case.violates).endswith("/known")
    return known and exchange.status in lab.contract.operation(case.operation).successes


def _unheard(lab: Lab, case: Case, exchange: Exchange) -> None:
    failure = exchange.failure
    reason = f"network: {failure.stage}: {failure.message}" if failure else "network"
    record_open(lab, case, case.requirements, reason, exchange)


def _refused(lab: Lab, case: Case, exchange: Exchange) -> None:
    requirement = case.violates
    if requirement is None:
        return
    problem = refusal_problem(lab.contract.conventions, case.expectation, exchange)
    if problem is not None:
        record_failure(
            lab, case, requirement, f"{case.title}: {problem}", case.expectation, exchange
        )
        return
    if _served_unknown(lab, case, exchange):
        reason = _NOTHING_REFUSED.format(status=exchange.status, erratum=case.expectation.erratum)
        said = Judgement(requirement, Outcome.NOT_APPLICABLE, case.id, reason)
        lab.ledger.record(said)
        return
    lab.ledger.passed(requirement, case.id)
    preferred = case.expectation.preferred
    coded = f"{requirement}-code"
    served = any(not answer.codes for answer in case.expectation.for_status(exchange.status))
    if preferred is None or served or coded not in lab.contract.requirements:
        return
    conventions = lab.contract.conventions
    code = conventions.error_code(exchange.json)
    if code == preferred or conventions.is_printed(exchange.status, code):
        lab.ledger.passed(coded, case.id)
    else:
        message = f"{case.title}: refused with {code}"
        record_failure(lab, case, coded, message, f"error code {preferred}", exchange)
