"""Plans situations: by a header of the request, or by POST /_situation beforehand."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from conformance.certification.scripted.situations import SLOW_SECONDS, Situation, situations_of
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.reference.local_only import LONGEST_BODY, why_not

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.certification.recording.call import Call

HEADER = "x-conformance-situation"
MOST_PLANNED = 10_000
"""Answers of one operation that can wait for their requests."""
REQUEST_ID = "conformance-{number:08d}"
_SERVER_LOG = logging.getLogger("uvicorn.error")


class SituationControl:
    """An ASGI application that plans situations; ``choose`` says which request gets one.

    GET lists what there is, POST ``{"operation", "situation", "times"}`` plans, DELETE forgets.
    ``"meant": NAME`` beside the situation, or in its place, names a test that means to fail.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._lock = Lock()
        self._planned: dict[str, list[Situation]] = {}
        self._meant: dict[str, list[str]] = {}
        self._of = cache(
            lambda operation_id: situations_of(contract, contract.operations[operation_id])
        )

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation that has situations."""
        return tuple(self._contract.operations.values())

    def situations(self, operation: Operation) -> dict[str, Situation]:
        """Every situation of an operation by its name."""
        return self._of(operation.id)

    def plan(self, operation: Operation, name: str, times: int = 1) -> None:
        """Plan the answers to the next requests of the operation.

        Raises KeyError for an unknown name, and ValueError for more than can be planned.
        """
        situation = self.situations(operation)[name]
        with self._lock:
            _check_room(self._planned.get(operation.id, ()), times)
            self._planned.setdefault(operation.id, []).extend([situation] * times)

    def mean(self, operation: Operation, name: str, times: int = 1) -> None:
        """Expect the next requests of the operation to fail, for the test of that name.

        Raises ValueError for more than can be planned.
        """
        with self._lock:
            _check_room(self._meant.get(operation.id, ()), times)
            self._meant.setdefault(operation.id, []).extend([name] * times)

    def meant_by(self, call: Call) -> str:
        """The test that expects a request to fail, as planned; empty for none."""
        if call.operation is None:
            return ""
        with self._lock:
            names = self._meant.get(call.operation.id)
            return names.pop(0) if names else ""

    def forget(self) -> None:
        """Drop all plans."""
        with self._lock:
            self._planned.clear()
            self._meant.clear()

    def choose(self, call: Call) -> tuple[str, ASGIApp] | None:
        """The situation of a request, if any; an unknown name is answered 400."""
        if call.operation is None:
            return None
        wanted = call.headers.get(HEADER)
        if wanted:
            situation = self.situations(call.operation).get(wanted)
            if situation is None:
                problem = {"error": f"{call.operation.id} has no situation {wanted!r}"}
                return wanted, JSONResponse(problem, 400)
            return situation.name, _Scripted(situation, call.exchange.number)
        with self._lock:
            planned = self._planned.get(call.operation.id)
            situation = planned.pop(0) if planned else None
        return (situation.name, _Scripted(situation, call.exchange.number)) if situation else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the control endpoint."""
        request = Request(scope, receive)
        await (await self._respond(request))(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        refused = why_not(request.method, request.headers)
        if refused is not None:
            status, reason = refused
            return JSONResponse({"error": reason}, status)
        if request.method == "GET":
            operations = self.operations
            return JSONResponse({o.id: list(self.situations(o)) for o in operations})
        if request.method == "DELETE":
            self.forget()
            return Response(status_code=204)
        if request.method != "POST":
            return JSONResponse({"error": "GET, POST or DELETE"}, 405)
        problem = self._plan_as_asked(await _body(request))
        if problem is not None:
            return JSONResponse({"error": f"{problem}; GET lists what there is"}, 400)
        return Response(status_code=204)

    def _plan_as_asked(self, body: bytes) -> str | None:
        """Plan what a body asks for; what is wrong with it, in ASCII."""
        try:
            asked: Any = json.loads(body)
        except (ValueError, RecursionError):
            return "the body is no JSON"
        if not isinstance(asked, dict):
            return "the body is no object"
        named, times = asked.get("operation"), asked.get("times", 1)
        if not isinstance(named, str) or named not in self._contract.operations:
            return f"the operation {_brief(named)} is none"
        if isinstance(times, bool) or not isinstance(times, int):
            return f"times {_brief(times)} is no whole number"
        operation = self._contract.operations[named]
        situation, meant = asked.get("situation"), asked.get("meant")
        if meant is not None and not isinstance(meant, str):
            return f"the name {_brief(meant)} is no text"
        try:
            if meant is None or situation is not None:
                self._plan_one(operation, situation, times)
            if meant is not None:
                self.mean(operation, meant, times)
        except ValueError as error:
            return str(error)
        return None

    def _plan_one(self, operation: Operation, situation: object, times: int) -> None:
        if not isinstance(situation, str) or situation not in self.situations(operation):
            raise ValueError(f"{operation.id} has no situation {_brief(situation)}")
        self.plan(operation, situation, times)


def _check_room(planned: Sequence[object], times: int) -> None:
    if not 1 <= times <= MOST_PLANNED - len(planned):
        raise ValueError(f"1 to {MOST_PLANNED} answers of an operation can be planned")


async def _body(request: Request) -> bytes:
    """The body, as far as it may be long: what is cut is no JSON."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return b""
    return body


def _brief(value: object) -> str:
    """A short form of a value for a message, whatever it contains."""
    return (
        ascii(value)[:80] if isinstance(value, str | int | float | None) else type(value).__name__
    )


class _Scripted:
    """Answers one situation."""

    def __init__(self, situation: Situation, number: int) -> None:
        self._situation = situation
        self._request_id = REQUEST_ID.format(number=number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        situation = self._situation
        if situation.manner == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        headers = {**situation.headers, "X-request-Id": self._request_id}
        if situation.status != 204:
            headers["Content-Length"] = str(len(situation.body))
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": situation.status, "headers": pairs})
        cut = situation.manner == "cut"
        body = situation.body[: len(situation.body) // 2] if cut else situation.body
        if cut:
            _expect_complaint()
        await send({"type": "http.response.body", "body": body, "more_body": cut})


def _expect_complaint() -> None:
    """Silence the server's error about a short answer, which is wanted here."""
    if not any(isinstance(known, _NotOurs) for known in _SERVER_LOG.filters):
        _SERVER_LOG.addFilter(_NotOurs())


class _NotOurs(logging.Filter):
    """Drops what the server says of answers that are cut on purpose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about something else."""
        return not record.getMessage().startswith("ASGI callable returned without")
