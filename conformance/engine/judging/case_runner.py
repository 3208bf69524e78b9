"""Runs one generated case and says what it shows of each requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.contract.conventions import Conventions
from conformance.contract.document import Contract
from conformance.engine.comparing.json_equality import same as same
from conformance.engine.judging.attribution import guilty_claims
from conformance.engine.judging.environment import environmental_reason
from conformance.engine.judging.request_echo import requirement_of, shown_otherwise
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.model import field_path
from conformance.model.case import Case, Claim, Template
from conformance.model.exchange import Exchange, Request
from conformance.model.expectation import Expectation
from conformance.model.verdict import Judgement, Outcome
from conformance.model.wording import in_json

_HUNG_UP = frozenset({"closed", "read", "protocol"})
"""Stages at which a server that falls over leaves the client without an answer."""


INVALID = frozenset({400, 422})
"""Statuses that say of a request that it is not valid."""
_LISTED = frozenset(
    {"enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
)
_UNSAID = "answered {status}, which says nothing of the request"
_PERHAPS = "answered {status}: the document does not say when a valid request is refused"


def unsaid(contract: Contract, case: Case, exchange: Exchange) -> bool:
    """Whether a refusal speaks of the caller or of what is there, by the conventions."""
    return case.kind != "auth" and exchange.status in contract.conventions.unsaid


def judge(lab: Lab, case: Case) -> None:
    """Send the case's request and put what it shows into the ledger.

    Raises Blocked when a resource that it needs cannot be provided.
    """
    lab.begin(case.id)
    try:
        _judge(lab, case)
    except NotOffered as absent:
        _unshown(lab, case, absent.reason)
        raise


def shown_by(contract: Contract, case: Case) -> Iterator[str]:
    """Requirements that the answers which a case expects may show."""
    for status in (*case.expectation.statuses, "answer"):
        yield from contract.answer_requirements.get(f"{case.operation}/{status}", ())


def _unshown(lab: Lab, case: Case, reason: str) -> None:
    """What the case would have shown may be seen by no other: it is not applicable then."""
    coded = f"{case.violates}-code"
    for requirement in (coded, *shown_by(lab.contract, case)):
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
        template = case.template if case.violates is not None else _prepared(lab, case.template)
        exchange = lab.send(template, case.expectation)
    except Blocked:
        if len(case.claims) < 2:
            raise
        _each_alone(lab, case)
        return
    if exchange.response is None and not hangs_up(lab, case, exchange):
        _unheard(lab, case, exchange)
    elif _excused(lab, case, case.requirements, exchange):
        pass
    elif unsaid(lab.contract, case, exchange):
        _open(lab, case, case.requirements, _UNSAID.format(status=exchange.status), exchange)
    elif case.violates is not None:
        _refused(lab, case, exchange)
    elif _is_taken(case, exchange):
        _answered(lab, case, exchange)
        for claim in case.claims[1:]:
            _claimed(lab, case, claim, exchange)
        _echoed(lab, case, exchange)
    elif lab.contract.conventions.plain:
        _perhaps(lab, case, exchange)
    else:
        _laid_at_the_right_door(lab, case, exchange)
    lab.resources.release(mark)


def _is_taken(case: Case, exchange: Exchange) -> bool:
    """Whether a valid request is accepted, be it with another success than the documented one."""
    return exchange.status in case.expectation.statuses or exchange.succeeded


def _answered(lab: Lab, case: Case, exchange: Exchange) -> None:
    """The status of a success is judged by itself: what was accepted is still to be seen."""
    first = case.claims[0]
    if exchange.status in case.expectation.statuses:
        _claimed(lab, case, first, exchange)
        return
    message = f"a valid request is answered {exchange.status}"
    _fail(lab, case, first.requirement, message, case.expectation, exchange)


def refusal_problem(
    conventions: Conventions, expectation: Expectation, exchange: Exchange
) -> str | None:
    """Why an answer is none of those accepted; None when it is one of them."""
    if exchange.response is None:
        return "the connection breaks without an answer, each time that this is sent"
    answers = expectation.for_status(exchange.status)
    if not answers:
        return f"answered {exchange.status}"
    if any(not answer.codes for answer in answers):
        return None
    code = conventions.error_code(exchange.json)
    if any(conventions.takes_code(answer, code) for answer in answers):
        return None
    return f"answered {exchange.status} with error code {code or 'missing'}"


def shown(exchange: Exchange) -> str:
    """The status and the start of the body, for people."""
    if exchange.response is None:
        failure = exchange.failure
        return f"no answer ({failure.stage}: {failure.message})" if failure else "no answer"
    body = exchange.response.body[:300].decode("utf-8", "replace")
    return f"{exchange.response.status} {body}".strip()


def hangs_up(lab: Lab, case: Case, exchange: Exchange) -> bool:
    """Whether it is this request that the target hangs up on: again, and on no other.

    A network that fails now and then does neither. Time is no proof: the document sets none.
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


def _unheard(lab: Lab, case: Case, exchange: Exchange) -> None:
    failure = exchange.failure
    reason = f"network: {failure.stage}: {failure.message}" if failure else "network"
    _open(lab, case, case.requirements, reason, exchange)


def _excused(lab: Lab, case: Case, requirements: Iterable[str], exchange: Exchange) -> bool:
    """The refusal speaks of the account instead of the request: nothing is shown."""
    if refusal_problem(lab.contract.conventions, case.expectation, exchange) is None:
        return False
    reason = environmental_reason(lab, exchange)
    if reason is not None:
        _open(lab, case, requirements, reason, exchange)
    return reason is not None


def _open(
    lab: Lab, case: Case, requirements: Iterable[str], reason: str, exchange: Exchange
) -> None:
    for requirement in requirements:
        lab.ledger.record(
            Judgement(requirement, Outcome.INCONCLUSIVE, case.id, reason, exchange=exchange.number)
        )


def _refused(lab: Lab, case: Case, exchange: Exchange) -> None:
    requirement = case.violates
    if requirement is None:
        return
    problem = refusal_problem(lab.contract.conventions, case.expectation, exchange)
    if problem is not None:
        _fail(lab, case, requirement, f"{case.title}: {problem}", case.expectation, exchange)
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
        _fail(lab, case, coded, message, f"error code {preferred}", exchange)


def _laid_at_the_right_door(lab: Lab, case: Case, exchange: Exchange) -> None:
    """A packed request was refused: each choice alone says which of them the server refuses."""
    first, *others = case.claims
    plain = _alone(lab, first.alone)
    if not _is_taken(case, plain):
        message = f"a valid request is not accepted ({case.template.operation})"
        _fail(lab, case, first.requirement, message, case.expectation, plain)
        _blame(lab, case, plain)
        return
    _answered(lab, case, plain)
    guilty = False
    for claim in others:
        alone = plain if claim.alone == first.alone else _alone(lab, claim.alone)
        if _is_taken(case, alone):
            _claimed(lab, case, claim, alone)
            _echoed(lab, case, alone)
        elif not _excused(lab, case, (claim.requirement,), alone):
            guilty = True
            message = f"a valid value is not accepted: {claim.requirement}"
            _fail(lab, case, claim.requirement, message, case.expectation, alone)
    if not guilty:
        message = "each choice alone is accepted, all of them in one request are not"
        _fail(lab, case, first.requirement, message, case.expectation, exchange)


def _perhaps(lab: Lab, case: Case, exchange: Exchange) -> None:
    """A valid request was refused, and nobody says whether it or the state of things is to blame.

    A listed value or a bound is refused for itself where the same request without it is taken.
    """
    first, *others = case.claims
    plain = exchange if not others else _alone(lab, first.alone)
    if plain.status not in case.expectation.statuses:
        _open(lab, case, case.requirements, _PERHAPS.format(status=plain.status), plain)
        return
    lab.ledger.passed(first.requirement, case.id)
    for claim in others:
        alone = plain if claim.alone == first.alone else _alone(lab, claim.alone)
        if alone.status in case.expectation.statuses:
            _claimed(lab, case, claim, alone)
        elif alone.status in INVALID and claim.requirement.rpartition("/")[2] in _LISTED:
            message = f"a valid value is not accepted: {claim.requirement}"
            _fail(lab, case, claim.requirement, message, case.expectation, alone)
        else:
            reason = _PERHAPS.format(status=alone.status)
            _open(lab, case, (claim.requirement,), reason, alone)


def _each_alone(lab: Lab, case: Case) -> None:
    """The packed request needs what cannot be had: what each choice alone shows is still seen."""
    for claim in case.claims:
        try:
            alone = _alone(lab, claim.alone)
        except Blocked as blocked:
            said = Judgement(claim.requirement, blocked.outcome, case.id, blocked.reason)
            lab.ledger.record(said)
            continue
        if _is_taken(case, alone):
            _claimed(lab, case, claim, alone)
        else:
            message = f"a valid request is not accepted ({claim.requirement})"
            _fail(lab, case, claim.requirement, message, case.expectation, alone)


def _blame(lab: Lab, case: Case, plain: Exchange) -> None:
    """The plain request was refused: what it has or lacks that a taken one does not, is broken."""
    first, *others = case.claims
    operation = lab.contract.operation(case.operation)

    def takes(template: Template) -> bool:
        try:
            return _is_taken(case, _alone(lab, template))
        except Blocked:
            return False

    taken = [claim for claim in others if claim.alone != first.alone and takes(claim.alone)]
    for claim in taken:
        lab.ledger.passed(claim.requirement, case.id)
    refused = replace(case, claims=(first, *(claim for claim in others if claim not in taken)))
    guilty = list(guilty_claims(operation, refused, takes))
    for claim in guilty:
        message = f"refused, and accepted once {claim.requirement} does not apply"
        _fail(lab, case, claim.requirement, message, case.expectation, plain)
    for claim in others:
        if claim not in guilty and claim not in taken:
            reason = f"{case.operation} does not accept its plain valid request"
            lab.ledger.record(Judgement(claim.requirement, Outcome.BLOCKED, case.id, reason))


def _alone(lab: Lab, template: Template) -> Exchange:
    mark = lab.resources.mark
    exchange = lab.send(_prepared(lab, template))
    lab.resources.release(mark)
    return exchange


def _prepared(lab: Lab, template: Template) -> Template:
    """The request, filled, once what makes it change something has been sent (``x-first``)."""
    first = lab.contract.operation(template.operation).first
    if first is None:
        return template
    filled = lab.fill(template)
    lab.send(Template(first, path=filled.path), judge=False)
    return filled


def _claimed(lab: Lab, case: Case, claim: Claim, exchange: Exchange) -> None:
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
        _fail(lab, case, claim.requirement, message, in_json(claim.value), exchange)


def _echoed(lab: Lab, case: Case, exchange: Exchange) -> None:
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
            _fail(lab, case, requirement, problem, "the value that was sent", exchange)


def _fail(
    lab: Lab, case: Case, requirement: str, message: str, expected: object, exchange: Exchange
) -> None:
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
