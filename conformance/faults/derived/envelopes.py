"""Faults of refusals, derived: the error envelope, its code, its headers (sections 3.3, 14.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.faults import tree
from conformance.faults.combinators import Edit, on_field
from conformance.faults.derived.answers import of_headers, of_json
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.messages import Answer, Request, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

FAMILY = "refusal"
_OF_ANOTHER_STATUS = {
    400: "RTC.00001015",
    401: "RTC.00001015",
    404: "RTC.00001005",
    500: "RTC.00001005",
}
"""A catalogued code that section 14.2 gives to another status."""
_REFUSING_NO_INPUT = frozenset(
    {
        "ShowApp",
        "DeleteApp",
        "ShowRecordRule",
        "DeleteRecordRule",
        "ShowAutoRecord",
        "ShowRecordCallback",
        "RemoveRoom",
        "ListObsBuckets",
    }
)
"""They document 400 and take nothing that is refused with it but bad credentials (14.2, 1001)."""


_FAILS = frozenset({"server-errors"})


def faults() -> Iterator[Fault]:
    """Every fault of a documented status of refusal, and of 500 in chapters 5 to 12."""
    for endpoint in ENDPOINTS.values():
        statuses = (*endpoint.refusals, *((500,) if endpoint.family == "rtc" else ()))
        for status in statuses:
            derived = (
                *_of_envelope(endpoint, status),
                *of_headers(endpoint, status, carries_id=endpoint.id_when_refused),
                *of_json(endpoint, status),
            )
            yield from (_provoked(endpoint, status, fault) for fault in derived)


def _provoked(endpoint: Endpoint, status: int, fault: Fault) -> Fault:
    """The fault, with the refusal made that nothing else makes this operation give."""
    if status == 500:
        return replace(fault, family=FAMILY, behaviour=_failing(fault), claims=_FAILS)
    if status != 400 or endpoint.name not in _REFUSING_NO_INPUT:
        return replace(fault, family=FAMILY)

    async def behave(turn: Turn) -> Answer:
        async def unauthorized(request: Request) -> Answer:
            answer = await turn.forward(request)
            return refusal(400, "RTC.00001001") if answer.status == 401 else answer

        return await fault.behaviour(replace(turn, forward=unauthorized))

    return replace(fault, family=FAMILY, behaviour=behave)


def _failing(fault: Fault) -> Behaviour:
    """The fault, at a server that can only fail."""

    async def behave(turn: Turn) -> Answer:
        async def failing(_read_request: Request) -> Answer:
            made_up = refusal(500, "RTC.00002002")
            return made_up.with_header("x-request-id", turn.world.ids.request())

        return await fault.behaviour(replace(turn, forward=failing))

    return behave


def _of_envelope(endpoint: Endpoint, status: int) -> Iterator[Fault]:
    for field, keyword, deviation, edit in _edits(status):
        name = f"{endpoint.name}/{status}/{field}"
        yield Fault(
            f"{name}/{deviation}",
            f"{endpoint.name} refuses with {status} and {field} {deviation.replace('-', ' ')}",
            FAMILY,
            (f"{name}/{keyword}",),
            (endpoint.name,),
            on_field(field, edit, status),
        )


def _edits(status: int) -> Iterator[tuple[str, str, str, Edit]]:
    yield "error_code", "required", "dropped", tree.drop
    yield "error_code", "required", "renamed", tree.rename
    yield "error_code", "type", "a-number", tree.put(1003)
    yield "error_code", "type", "null", tree.put(None)
    yield "error_code", "minLength", "empty", tree.put("")
    yield "error_code", "catalogued", "unknown", tree.put("RTC.00009999")
    other = _OF_ANOTHER_STATUS[status]
    yield "error_code", "catalogued", "of-another-status", tree.put(other)
    yield "error_msg", "required", "dropped", tree.drop
    yield "error_msg", "type", "a-list", tree.put(["refused"])
    yield "error_msg", "type", "null", tree.put(None)
