"""What cases say is counted, kept with its reasons, and crosses processes unchanged."""

from __future__ import annotations

import json

from conformance.checks.results import CheckResults
from conformance.model.exchange import Exchange, Request, Response
from conformance.model.item_result import ItemResult
from conformance.model.verdict import Judgement, Outcome
from conformance.verdicts.ledger import Ledger

R = "CreateApp/body/app_name/required"


def _failed(case: str) -> Judgement:
    return Judgement(R, Outcome.FAIL, case, "message", "expected", "actual", 3)


def test_what_was_said_is_counted() -> None:
    """Passes are counted, anything else is kept with its words; at most five cases are named."""
    ledger = Ledger()
    for number in range(7):
        ledger.passed(R, f"case {number}")
    ledger.record(Judgement(R, Outcome.PASS, "case 0"))
    ledger.record(_failed("bad"))
    entry = ledger.entries[R]
    assert entry.counts == {Outcome.PASS: 8, Outcome.FAIL: 1}
    assert entry.cases == [f"case {number}" for number in range(5)]
    assert entry.told == [_failed("bad")]


def test_checks_of_an_exchange_are_taken_over() -> None:
    """What held is a pass, what broke is told."""
    ledger = Ledger()
    found = CheckResults("case", 1)
    found.keep("A")
    found.fail("B", "m", "e", "a")
    found.fail("B", "a second message is not kept", "", "")
    ledger.add_results(found)
    ledger.add_results(found)
    assert ledger.entries["A"].counts == {Outcome.PASS: 2}
    assert ledger.entries["B"].counts == {Outcome.FAIL: 2}
    assert ledger.entries["B"].told[0].message == "m"


def test_a_ledger_crosses_processes() -> None:
    """Drained as JSON and absorbed elsewhere, it says the same; drained twice, nothing more."""
    mine, theirs = Ledger(), Ledger()
    mine.passed("A", "case")
    mine.record(_failed("bad"))
    request = Request("CreateApp", "POST", "http://host/", ())
    mine.answered(Exchange(1, "case", request, Response(201, (), b"", 0.1)), "management")
    mine.answered(Exchange(2, "case", request, None), "management")
    drained = json.loads(json.dumps(mine.drain().to_data()))
    theirs.absorb(ItemResult.from_data(drained))
    theirs.absorb(mine.drain())
    assert theirs.entries["A"].counts == {Outcome.PASS: 1}
    assert theirs.entries[R].told == [_failed("bad")]
    assert theirs.statuses == {"CreateApp 201": 1}
    assert theirs.requests == {"management": 2}
