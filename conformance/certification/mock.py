"""The object behind the fixture ``sparkrtc_mock``: a respx router built from the contract."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import respx

from conformance.certification.client_ledger import violation_lines
from conformance.certification.judges.all_of_them import Judge
from conformance.certification.recording.call import Call, Router
from conformance.certification.scripted.situations import Situation, situations_of
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.errors import UsageError
from conformance.model.exchange import Exchange, Request, Response

MOCK_HOST = "sparkrtc-mock.invalid"
"""Never resolved (RFC 2606): a client that the mock does not catch reaches nobody."""
_REFUSED = {"error_code": "RTC.00001003", "error_msg": "the request breaks the contract"}


def refuse_other_clients(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """``socket.getaddrinfo`` that explains why the mock cannot be reached by a socket."""

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name == MOCK_HOST:
            raise socket.gaierror(
                socket.EAI_NONAME,
                "sparkrtc_mock answers httpx only; give other clients the fixture sparkrtc_server",
            )
        return look_up(host, *rest, **named)

    return getaddrinfo


class ContractMock:
    """Validates every httpx request of a test and answers it with a valid body; no server.

    ``router`` is the respx router, for anything else that respx can do.
    """

    def __init__(self, contract: Contract) -> None:
        self.base_url = f"https://{MOCK_HOST}"
        self.router = respx.MockRouter(assert_all_called=False)
        self.router.route().mock(side_effect=self._answer)
        self.calls: list[Call] = []
        self._contract = contract
        self._routes = Router(contract)
        self._judge = Judge(contract, None)
        self._planned: dict[str, list[Situation]] = {}
        self._situations: dict[str, dict[str, Situation]] = {}

    def answer(self, operation: str, situation: str = "maximal", *, json: Any = None) -> None:
        """Plan the next answer of an operation: a situation by its name, or a body of your own.

        A body that the contract does not allow is refused with UsageError: a mock that answers
        what the service never does proves nothing.
        """
        spec = self._contract.operation(operation)
        if json is None:
            known = self._of(spec)
            if situation not in known:
                raise UsageError(
                    situation,
                    f"is not a situation of {operation}",
                    f"choose from {', '.join(known)}",
                )
            self._planned.setdefault(operation, []).append(known[situation])
            return
        wrong = spec.success.validator.violations(json)
        if wrong:
            raise UsageError(
                f"answer of {operation}",
                f"{wrong[0].place or 'it'} breaks {wrong[0].keyword}",
                "answer what the document has, or name a situation",
            )
        body = httpx.Response(spec.success.status, json=json).content
        kind = {"Content-Type": "application/json"}
        planned = Situation("own", spec.success.status, body, kind)
        self._planned.setdefault(operation, []).append(planned)

    def _of(self, operation: Operation) -> dict[str, Situation]:
        if operation.id not in self._situations:
            self._situations[operation.id] = situations_of(self._contract, operation)
        return self._situations[operation.id]

    def violations(self, *, strict: bool = False) -> list[str]:
        """The requirements that the requests break, a line each; with ``strict``, SHOULD too."""
        return violation_lines(self._judge.ledger, strict=strict)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        headers = tuple((k.decode(), v.decode()) for k, v in request.headers.raw)
        route = self._routes(request.method, request.url.raw_path.decode().partition("?")[0])
        name = route.operation.id if route.operation else None
        sent = Request(name, request.method, str(request.url), headers, request.read() or None)
        number = len(self.calls) + 1
        call = Call(Exchange(number, f"request-{number}", sent, None), route, time.time())
        judge = Judge(self._contract, None) if call.meant else self._judge
        before = len(violation_lines(judge.ledger))
        judge.judge_alone(call)
        good = len(violation_lines(judge.ledger)) == before
        if good and call.meant:
            self._judge.judge_alone(call)
        answer = self._planned_for(call) if good else httpx.Response(400, json=_REFUSED)
        heard = Response(answer.status_code, (), answer.content, 0.0)
        kept = Exchange(number, call.case, sent, heard)
        self.calls.append(Call(kept, route, call.moment))
        return answer

    def _planned_for(self, call: Call) -> httpx.Response:
        assert call.operation is not None
        planned = self._planned.get(call.operation.id)
        usual = "maximal" if call.operation.success.schema is not None else "minimal"
        situation = planned.pop(0) if planned else self._of(call.operation)[usual]
        if situation.manner == "cut":
            raise httpx.RemoteProtocolError("the answer was cut short", request=None)
        if situation.manner == "slow":
            raise httpx.ReadTimeout("the answer is slow")
        headers = {**situation.headers, "X-request-Id": f"conformance-{call.exchange.number:08d}"}
        return httpx.Response(situation.status, headers=headers, content=situation.body)
