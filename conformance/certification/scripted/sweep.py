"""Drives a client through every situation and compares what it understood.

The protocol is JSON lines (``docs/certify-client.md``): the driver reads ``{"id", "op",
"arguments"}`` on stdin, makes that one call, and answers on stdout ``{"id", "understood"}`` with
the fields of the answer, ``{"id", "error": {"status", "error_code"}}`` for an error answer, or
``{"id", "failure": "…"}`` when no answer could be understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.certification.arguments import arguments_of
from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import PREFIX, requirements_on_requests
from conformance.certification.recording.call import Call
from conformance.certification.scripted.driver import Driver, DriverError
from conformance.certification.scripted.response_diff import difference
from conformance.certification.scripted.situations import FAILURES, Situation, situations_of
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import Judgement, Outcome

_TEXTS = {
    "undeclared": "Fields that the document does not name do no harm.",
    "open-end": "A time that has not come yet, written as a hyphen, is understood.",
    "empty-lists": "Empty lists are understood.",
    "past-the-end": "The page after the last one is understood.",
    "throttled": "An answer 429 is reported as such.",
    "html": "A gateway's page in place of JSON is reported as an error.",
    "cut": "An answer that ends early is reported as a failure.",
    "malformed": "A body that is not JSON is reported as a failure.",
}
_SHOULD = (
    "undeclared",
    "reading-",
    "nulls",
    "html",
    "unavailable",
    "throttled",
    "cut",
    "malformed",
)
"""What the document does not state: it shows, allows or passes over these."""


_DISPUTED = {"ListRtcEvent": "E-13-event-flat"}
"""Operations whose answer has two shapes: the table's and the example's."""


def client_requirements(contract: Contract) -> dict[str, Requirement]:
    """Every requirement on a client by id: on what it sends and what it understands."""
    asked = (
        _requirement(operation, situation)
        for operation in contract.operations.values()
        if operation.server is None
        for situation in situations_of(contract, operation).values()
    )
    found = requirements_on_requests(contract) | {item.id: item for item in asked}
    return {name: contract.bases.rest(item) for name, item in found.items()}


@dataclass(frozen=True, slots=True)
class _Said:
    requirement: str
    problem: str
    expected: str = ""
    actual: str = ""
    exchange: int | None = None


class Sweep:
    """One sweep over the operations that the globs choose; every operation without globs."""

    def __init__(self, contract: Contract, server: RecordingServer, only: Sequence[str]) -> None:
        self._server = server
        self._arguments = arguments_of(contract, server.announced)
        patterns = [glob_to_pattern(glob) for glob in only]
        self._operations = [
            operation
            for operation in contract.operations.values()
            if operation.server is None
            and (not patterns or any(p.match(operation.id) for p in patterns))
        ]
        self._said: list[_Said] = []
        self.steps: list[Sequence[Call]] = []
        self._unknown: set[str] = set()

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements that the sweep judges: ``client/<Operation>/answer/<situation>``."""
        return tuple(_requirement(o, s) for o, s in self._plan())

    def drive(self, command: Sequence[str], timeout: float | None = None) -> str:
        """Drive the client; return an error message ("" for none)."""
        with Driver(command, self._server.environment, timeout=timeout) as driver:
            for number, (operation, situation) in enumerate(self._plan(), 1):
                if operation.id in self._unknown:
                    continue
                try:
                    self._one(driver, number, operation, situation)
                except DriverError as error:
                    return f"{error.thing}: {error.problem}"
        names = ", ".join(sorted(self._unknown))
        return f"the driver does not know {names}" if names else ""

    def report(self, ledger: ClientLedger) -> None:
        """Record in the ledger what the sweep found."""
        for said in self._said:
            case = f"request-{said.exchange}" if said.exchange else "driver"
            if not said.problem:
                ledger.passed(said.requirement, case)
                continue
            ledger.record(
                Judgement(
                    said.requirement,
                    Outcome.FAIL,
                    case,
                    said.problem,
                    said.expected,
                    said.actual,
                    said.exchange,
                )
            )

    def _plan(self) -> Iterator[tuple[Operation, Situation]]:
        for operation in self._operations:
            for situation in self._server.control.situations(operation).values():
                yield operation, situation

    def _one(self, driver: Driver, number: int, operation: Operation, situation: Situation) -> None:
        identifier = f"{PREFIX}/{operation.id}/answer/{situation.name}"
        before = len(self._server.calls)
        self._server.control.forget()
        self._server.control.plan(operation, situation.name)
        reply = driver.ask(number, operation.id, self._arguments[operation.id])
        if reply.get("unsupported"):
            self._unknown.add(operation.id)
            return
        sent = self._server.calls[before:]
        self.steps.append(sent)
        exchange = sent[0].exchange.number if sent else None
        problem, expected, actual = _judged(operation, situation, reply)
        if not sent:
            problem, expected, actual = "the driver sent no request", "one request", "none"
        self._said.append(_Said(identifier, problem, expected, actual, exchange))


def _judged(
    operation: Operation, situation: Situation, reply: dict[str, Any]
) -> tuple[str, str, str]:
    """The problem with a reply ("" for none), what was expected and what was understood."""
    shown = str(reply)[:500]
    if situation.name in FAILURES:
        if "failure" in reply:
            return "", "", ""
        return "a failure was taken for an answer", "a failure", shown
    if situation.status >= 400:
        return _error(situation, reply, shown)
    if "understood" not in reply:
        return "a valid answer was not understood", f"an answer {situation.status}", shown
    schema = operation.success.schema
    if schema is None:
        return "", "", ""
    found = difference(schema, situation.data, reply["understood"])
    return (
        (f"{found.path} was misunderstood", found.expected, found.actual) if found else ("", "", "")
    )


def _error(situation: Situation, reply: dict[str, Any], shown: str) -> tuple[str, str, str]:
    error = reply.get("error")
    data = situation.data
    if not isinstance(error, dict):
        if situation.name == "html" and "failure" in reply:
            return "", "", ""
        return "an error was not understood as one", f"an error {situation.status}", shown
    if error.get("status") != situation.status:
        return "the status was misunderstood", str(situation.status), str(error.get("status"))
    code = data.get("error_code") if isinstance(data, dict) else None
    if code is not None and error.get("error_code") != code:
        return "the error code was misunderstood", str(code), str(error.get("error_code"))
    return "", "", ""


def _requirement(operation: Operation, situation: Situation) -> Requirement:
    name = situation.name
    text = _TEXTS.get(name, f"The answer {situation.status} of the situation {name} is understood.")
    disputed = _DISPUTED.get(operation.id)
    listed = situation.status in operation.answers
    unclear = name.startswith(_SHOULD) or not listed or (disputed and situation.status < 400)
    level = Level.SHOULD if unclear else Level.MUST
    return Requirement(
        id=f"{PREFIX}/{operation.id}/answer/{name}",
        level=level,
        operation=operation.id,
        chapter=operation.chapter,
        source=operation.source,
        text=text,
        kind="client",
        keyword=name,
        erratum=disputed if situation.status < 400 else None,
    )
