"""Faults of what is taken, derived: constraints that are not enforced, or refused wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.faults.derived.derivation import input_keywords
from conformance.faults.derived.fields import Place
from conformance.faults.derived.violations import Spotted, Violation, no_object, unreadable
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Answer, Request, refusal, success
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.model.requirement_id import RequirementId

LENIENT = "input-not-enforced"
MISPLACED = "input-refused-wrongly"
OTHER_CODE = "RTC.00001016"
"""Of status 400 as the right ones are, and about something else."""
_NEIGHBOURS = {
    ("rtc", "required"): "RTC.00001003",
    ("rtc", "type"): "RTC.00001002",
}
"""Codes that the document lets go with the violation, though another fits better."""
_LEFT_OPEN = frozenset(
    {
        "CreateRecordRule/body/mp4_config.record_cycle/required",
        "UpdateRecordRule/body/mp4_config.record_cycle/required",
    }
)
"""The document calls them required and shows them left out: see the rules about them."""
_STATED = frozenset({"optional", "default"})


def faults() -> Iterator[Fault]:
    """Every fault of an input that must be refused."""
    for endpoint in ENDPOINTS.values():
        for where, place in endpoint.inputs():
            for keyword in input_keywords(where, place):
                if keyword not in _STATED:
                    yield from _of_keyword(endpoint, where, place, keyword)
        if endpoint.body is not None:
            yield from _of_json(endpoint)


def _of_keyword(endpoint: Endpoint, where: str, place: Place, keyword: str) -> Iterator[Fault]:
    violation = Violation(where, place, keyword)
    if f"{endpoint.name}/{where}/{place.path}/{keyword}" in _LEFT_OPEN:
        return
    subject = f"{endpoint.name}/{where}/{place.path}"
    as_absent = keyword == "null" or (keyword == "minItems" and where == "query")
    if place.required or not as_absent:
        yield _lenient(endpoint, f"{subject}/{keyword}", violation, violation.mended)
    yield from _misplaced(endpoint, f"{subject}/{keyword}", violation)
    neighbour = _NEIGHBOURS.get((endpoint.family, keyword))
    if neighbour is not None:
        yield _refused(
            endpoint,
            f"{subject}/{keyword}",
            "neighbour",
            violation,
            400,
            neighbour,
            f"{subject}/{keyword}-code",
        )


def _of_json(endpoint: Endpoint) -> Iterator[Fault]:
    for keyword, spotted in (("malformed", unreadable), ("object", no_object)):
        subject = f"{endpoint.name}/body/json/{keyword}"
        yield _lenient(endpoint, subject, spotted, None)
        yield from _misplaced(endpoint, subject, spotted)


def _lenient(
    endpoint: Endpoint, requirement: str, spotted: Spotted, mended: Callable[[Turn], Request] | None
) -> Fault:
    meant = RequirementId.parse(requirement).tail
    return Fault(
        f"{requirement}/not-enforced",
        f"{endpoint.name} accepts a request that breaks {meant}",
        LENIENT,
        (requirement,),
        (endpoint.name,),
        accepting(spotted, mended),
    )


def accepting(spotted: Spotted, mended: Callable[[Turn], Request] | None = None) -> Behaviour:
    """Answer success to what is spotted: carried out as mended, or else as if it had been."""

    async def behave(turn: Turn) -> Answer:
        if not spotted(turn):
            return await turn.forward(turn.request)
        if mended is not None:
            answer = await turn.forward(mended(turn))
            if answer.succeeded:
                return answer
        endpoint = turn.endpoint
        return success(endpoint.status, None if endpoint.answer is None else {})

    return behave


def _misplaced(endpoint: Endpoint, requirement: str, spotted: Spotted) -> Iterator[Fault]:
    """The refusal is there, but is not the one that the document gives."""
    if endpoint.family != "iam":
        yield _refused(endpoint, requirement, "other-code", spotted, 400, OTHER_CODE)
    yield _refused(endpoint, requirement, "500", spotted, 500, "RTC.00002002")
    if requirement.endswith("/required"):
        yield _refused(endpoint, requirement, "422", spotted, 422, "RTC.00001005")


def _refused(
    endpoint: Endpoint,
    requirement: str,
    deviation: str,
    spotted: Spotted,
    status: int,
    code: str,
    broken: str | None = None,
) -> Fault:
    meant = RequirementId.parse(requirement).tail
    return Fault(
        f"{requirement}/{deviation}",
        f"{endpoint.name} refuses what breaks {meant} with {status} {code}",
        MISPLACED,
        (broken or requirement,),
        (endpoint.name,),
        refusing(spotted, status, code),
    )


def refusing(spotted: Spotted, status: int, code: str) -> Behaviour:
    """Refuse what is spotted with that status and code."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        return refusal(status, code) if spotted(turn) else answer

    return behave
