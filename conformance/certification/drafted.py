"""The reference, where clients are written for a contract that it does not keep yet.

An operation that it lacks is answered from the contract, and so is a request of a changed operation
that the contract allows and the reference refuses. What such operations do not allow is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from conformance.certification.client_ledger import violation_lines
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.recording.call import Call, Router
from conformance.certification.recording.recorder import read_body, request_of
from conformance.certification.scripted.situations import Situation, situations_of
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.revisions import load_contract_at
from conformance.model.exchange import Exchange
from conformance.reference.server import EDITION
from conformance.verdicts.edition_gap import EditionGap, edition_gap

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFUSED = {"error_code": "RTC.00001003", "error_msg": "the request breaks the contract"}
_BAD_REQUEST = 400
_OURS = "/_"
"""Start of the paths that are the reference's own, and no part of the API."""


def drafted(
    app: ASGIApp,
    contract: Contract,
    say: Callable[[str], None] | None = None,
) -> ASGIApp:
    """The reference ``app`` as it is, or as it would be if it implemented the contract.

    With ``say`` every request is judged, and each line on what it breaks is handed over.
    """
    gap = edition_gap(contract, load_contract_at(EDITION))
    if gap is None and say is None:
        return app
    gap = gap or EditionGap(EDITION, tuple(contract.operations), frozenset(), frozenset())
    return DraftedReference(app, contract, gap, say or (lambda _line: None))


class DraftedReference:
    """An ASGI application over the reference, ``app``; ``gap`` what that lacks.

    ``say`` is given a line for each thing that a request breaks. Credentials are the reference's to
    judge.
    """

    def __init__(
        self,
        app: ASGIApp,
        contract: Contract,
        gap: EditionGap,
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._contract = contract
        self._gap = gap
        self._judge = Judge(contract, None)
        self._say = say
        self._routes = Router(contract)
        self._lacking = gap.absent | {one.partition("/")[0] for one in gap.changed}
        self._lock = Lock()
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or str(scope["path"]).startswith(_OURS):
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        call = self._call(scope, body)
        good = self._is_good(call)
        operation = call.operation
        if operation is None or operation.id not in self._lacking:
            await self._pass_on(await _answered(self._app, scope, body), send)
        elif not good:
            await self._send(_json(_BAD_REQUEST, _REFUSED), call, send)
        elif operation.id in self._gap.absent:
            await self._send(self._made_up(operation), call, send)
        else:
            answered = await _answered(self._app, scope, body)
            if answered[0]["status"] == _BAD_REQUEST:
                await self._send(self._made_up(operation), call, send)
            else:
                await self._pass_on(answered, send)

    async def _pass_on(self, messages: list[Message], send: Send) -> None:
        for message in messages:
            await send(message)

    def _call(self, scope: Scope, body: bytes) -> Call:
        with self._lock:
            self._count += 1
            number = self._count
        request = request_of(scope, body)
        path = request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        route = self._routes(request.method, f"/{path}")
        return Call(Exchange(number, f"request-{number}", request, None), route, time.time())

    def _is_good(self, call: Call) -> bool:
        """Whether the contract allows a request; what it breaks is said."""
        with self._lock:
            before = len(violation_lines(self._judge.ledger, strict=True))
            musts = len(violation_lines(self._judge.ledger))
            self._judge.judge_alone(call)
            for line in violation_lines(self._judge.ledger, strict=True)[before:]:
                self._say(line)
            return len(violation_lines(self._judge.ledger)) == musts

    def _made_up(self, operation: Operation) -> Situation:
        known = situations_of(self._contract, operation)
        return known["maximal" if "maximal" in known else "minimal"]

    async def _send(self, answer: Situation, call: Call, send: Send) -> None:
        headers = {**answer.headers, "X-request-Id": f"conformance-{call.exchange.number:08d}"}
        if answer.body:
            headers["Content-Length"] = str(len(answer.body))
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": answer.body})


async def _answered(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    """What an application answers, whole."""
    messages: list[Message] = []

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, again, keep)
    return messages


def _json(status: int, body: Any) -> Situation:
    return Situation("", status, json.dumps(body).encode(), {"Content-Type": "application/json"})
