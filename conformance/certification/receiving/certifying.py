"""One certification of a receiver: every situation, the verdicts, the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.certification.receiving.calling import Caller, Line
from conformance.certification.receiving.situations import (
    IN_TIME,
    SITUATIONS,
    Situation,
    receiver_requirements,
)
from conformance.certification.receiving.understanding import AS_SENT, ONCE, judge_understanding
from conformance.certification.report_builder import Certified, Circumstances, Subject, assemble
from conformance.certification.scripted.driver import Driver
from conformance.contract.document import Contract
from conformance.errors import TargetUnreachable
from conformance.model.exchange import Exchange
from conformance.model.requirement import Requirement
from conformance.model.verdict import Judgement, Outcome
from conformance.model.waiver import Waiver
from conformance.verdicts.ledger import Ledger

_WANTED = {"taken": "2xx", "survived": "an answer below 500", "refused": "4xx"}


@dataclass(frozen=True, slots=True)
class ReceiverPlan:
    """Which receiver is certified, and how strictly."""

    line: Line
    name: str
    exclude: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    strict: bool = False
    driver: tuple[str, ...] = ()


def requirements_of_receivers() -> dict[str, Requirement]:
    """Everything that is asked of a receiver and of its driver, by id."""
    return {**receiver_requirements(), AS_SENT.id: AS_SENT, ONCE.id: ONCE}


def certify(contract: Contract, plan: ReceiverPlan) -> Certified:
    """Put a receiver into every situation. Raises TargetUnreachable when nothing answers."""
    started = dt.datetime.now(dt.UTC)
    requirements = requirements_of_receivers()
    ledger = Ledger(known=requirements, keep=10)
    exchanges: list[Exchange] = []
    with Caller(plan.line) as caller:
        for situation in SITUATIONS:
            if situation.keyed and not plan.line.key:
                continue
            heard = caller.put_into(situation)
            if not exchanges and heard[0].failure is not None:
                failure = heard[0].failure
                raise TargetUnreachable(
                    plan.line.url, f"cannot be reached ({failure.message})", "start it, or check it"
                )
            exchanges += heard
            _judge(ledger, situation, heard)
        if plan.driver:
            with Driver(plan.driver, {}) as driver:
                exchanges += judge_understanding(ledger, caller, driver)
    subject = Subject("receiver", list(requirements.values()), exchanges, _unasked)
    around = Circumstances(
        name=plan.name,
        base_url=plan.line.url,
        started=started,
        finished=dt.datetime.now(dt.UTC),
        strict=plan.strict,
        exclude=plan.exclude,
        waivers=plan.waivers,
        secrets=(plan.line.key,) if plan.line.key else (),
    )
    return assemble(contract, ledger, subject, around)


def _judge(ledger: Ledger, situation: Situation, heard: Sequence[Exchange]) -> None:
    for one in heard:
        late = one.failure is not None and one.failure.stage == "timeout"
        _say(ledger, IN_TIME.id, one, not late, "an answer in time")
        ok = {
            "taken": 200 <= one.status < 300,
            "survived": 0 < one.status < 500,
            "refused": 400 <= one.status < 500,
        }[situation.wanted]
        _say(ledger, situation.id, one, ok, _WANTED[situation.wanted])


def _say(ledger: Ledger, requirement: str, one: Exchange, ok: bool, expected: str) -> None:
    if ok:
        ledger.passed(requirement, one.case)
        return
    actual = f"{one.failure.stage}: {one.failure.message}" if one.failure else str(one.status)
    message = f"{one.case}: {one.request.method} was answered differently"
    ledger.record(
        Judgement(requirement, Outcome.FAIL, one.case, message, expected, actual, one.number)
    )


def _unasked(requirement: Requirement) -> str:
    if requirement in {AS_SENT, ONCE}:
        return "no driver was given; --driver names a command that says what was understood"
    return "no key was given; --key names the one to be sent"
