"""Judges a recording: each request alone, then all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import COMMON, requirements_on_requests
from conformance.certification.judges.credentials import CredentialJudge, Known
from conformance.certification.judges.inputs import InputJudge
from conformance.certification.judges.payload import PayloadJudge
from conformance.certification.judges.sequences import SequenceJudge
from conformance.certification.recording.call import Call
from conformance.contract.document import Contract
from conformance.model.requirement import Requirement


class Judge:
    """Judges the requests of one client; the judgements are in ``ledger``."""

    def __init__(
        self,
        contract: Contract,
        known: Known | None,
        flow_scale: float = 1.0,
        extra: Iterable[Requirement] = (),
    ) -> None:
        self.ledger = ClientLedger(
            {**requirements_on_requests(contract), **{item.id: item for item in extra}}
        )
        self._credentials = CredentialJudge(self.ledger, known)
        self._inputs = InputJudge(self.ledger)
        self._payload = PayloadJudge(self.ledger)
        self._conduct = SequenceJudge(self.ledger, contract.flow_groups, flow_scale)

    def judge(self, calls: Sequence[Call]) -> ClientLedger:
        """Judge a whole recording."""
        for call in calls:
            if not call.is_meant_failure:
                self.judge_alone(call)
        self._conduct.judge(calls)
        return self.ledger

    def judge_steps(self, steps: Iterable[Sequence[Call]]) -> ClientLedger:
        """Judge the requests of a driven client: one step for each call that it was asked for."""
        driven: list[Call] = []
        for calls in steps:
            for call in calls:
                self.judge_alone(call)
            self._conduct.judge_step(calls)
            driven += calls
        self._conduct.judge_driven(driven)
        return self.ledger

    def judge_alone(self, call: Call) -> None:
        """Judge one request by itself."""
        if call.unreadable:
            self._unreadable(call)
            return
        self.ledger.passed(f"{COMMON}/request/readable", call.case)
        operation = call.operation
        if operation is None:
            self._lost(call)
            return
        self.ledger.passed(f"{COMMON}/path/known", call.case)
        self.ledger.passed(f"{COMMON}/method/known", call.case)
        self._credentials.judge(call, operation)
        self._inputs.judge(call, operation)
        self._payload.judge(call, operation)

    def _unreadable(self, call: Call) -> None:
        self.ledger.broke(
            f"{COMMON}/request/readable",
            call,
            call.unreadable,
            "a request that HTTP can read, its address percent-encoded",
            f"{call.exchange.request.method} {call.raw_path}",
        )

    def _lost(self, call: Call) -> None:
        if call.is_preflight:
            return
        method = call.exchange.request.method
        if call.route.allowed:
            self.ledger.broke(
                f"{COMMON}/method/known",
                call,
                f"{call.raw_path} has no method {method}",
                " or ".join(call.route.allowed),
                method,
            )
        else:
            self.ledger.broke(
                f"{COMMON}/path/known",
                call,
                f"no operation has the path {call.raw_path}",
                "a documented path",
                f"{method} {call.raw_path}",
            )
