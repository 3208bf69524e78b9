"""From what was said to what is said: every branch, and nothing skipped reads as green."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest

from conformance.access.settings import Waiver
from conformance.contract.document import Contract
from conformance.model.requirement import Level, Requirement, Source
from conformance.model.verdict import Judgement, Outcome, RunVerdict, Verdict
from conformance.verdicts.ledger import Entry, Ledger
from conformance.verdicts.selection import Selection
from conformance.verdicts.verdicts import (
    Plan,
    Said,
    conditional_fields,
    run_verdict,
    say,
    verdicts,
    waive,
)

TODAY = dt.date(2024, 3, 1)
NOTHING = Plan({}, frozenset(), "standard", {}, frozenset())


def _requirement(identifier: str = "Op/body/x/type", level: Level = Level.MUST) -> Requirement:
    kind = "answer" if identifier.split("/")[1].isdigit() else "input"
    keyword = identifier.rsplit("/", 1)[-1]
    return Requirement(identifier, level, "Op", "5", Source("5.1"), "text", kind, keyword)


def _entry(*outcomes: Outcome) -> Entry:
    entry = Entry()
    for outcome in outcomes:
        entry.add(outcome, "case")
        if outcome is not Outcome.PASS:
            entry.told.append(Judgement("Op/body/x/type", outcome, "case", f"why {outcome}"))
    return entry


def _selection(
    left_out: Iterable[str] = (), silent: Iterable[str] = (), wanted: Iterable[str] = ()
) -> Selection:
    return Selection(
        frozenset(wanted),
        dict.fromkeys(left_out, "left"),
        dict.fromkeys(silent, "silent"),
        frozenset(),
    )


@pytest.mark.parametrize(
    ("outcomes", "verdict", "reason"),
    [
        ((Outcome.PASS,), Verdict.PASS, ""),
        ((Outcome.PASS, Outcome.FAIL), Verdict.FAIL, "why fail"),
        ((Outcome.PASS, Outcome.BLOCKED, Outcome.INCONCLUSIVE), Verdict.PASS, ""),
        ((Outcome.INCONCLUSIVE, Outcome.BLOCKED), Verdict.BLOCKED, "why blocked"),
        ((Outcome.INCONCLUSIVE,), Verdict.INCONCLUSIVE, "why inconclusive"),
    ],
)
def test_the_worst_that_was_seen(
    outcomes: tuple[Outcome, ...], verdict: Verdict, reason: str
) -> None:
    """A failure wins over everything; a pass over what could not be judged elsewhere."""
    said = say(_requirement(), _entry(*outcomes), _selection(), NOTHING, strict=False)
    assert (said.verdict, said.reason) == (verdict, reason)


@pytest.mark.parametrize(("strict", "verdict"), [(False, Verdict.WARN), (True, Verdict.FAIL)])
def test_a_should_that_is_broken(strict: bool, verdict: Verdict) -> None:
    """A warning, and with --strict a failure."""
    should = _requirement(level=Level.SHOULD)
    assert say(should, _entry(Outcome.FAIL), _selection(), NOTHING, strict).verdict is verdict


def test_what_is_left_out_or_not_claimed() -> None:
    """Left out wins even over a failure; a failure wins over not being claimed."""
    requirement = _requirement()
    ids = (requirement.id,)
    failed = _entry(Outcome.FAIL)
    left = say(requirement, failed, _selection(left_out=ids), NOTHING, strict=False)
    assert (left.verdict, left.reason) == (Verdict.NOT_SELECTED, "left")
    silent = _selection(silent=ids)
    assert say(requirement, None, silent, NOTHING, strict=False).verdict is Verdict.NOT_APPLICABLE
    assert say(requirement, failed, silent, NOTHING, strict=False).verdict is Verdict.FAIL


def test_what_the_profile_does_not_hold_a_target_to() -> None:
    """A mock without a memory that takes an unknown id has broken nothing it is held to."""
    requirement = _requirement()
    excused = replace(_selection(silent=(requirement.id,)), excused=frozenset({requirement.id}))
    said = say(requirement, _entry(Outcome.FAIL), excused, NOTHING, strict=True)
    assert (said.verdict, said.reason) == (Verdict.NOT_APPLICABLE, "silent")


def test_a_may_that_nobody_judged() -> None:
    """What is merely allowed is nothing to be judged."""
    said = say(_requirement(level=Level.MAY), None, _selection(), NOTHING, strict=False)
    assert said.verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("identifier", "planned", "effort", "statuses", "conditional", "verdict", "reason"),
    [
        ("Op/body/x/type", False, None, {}, False, Verdict.NOT_SELECTED, "no case yet"),
        ("Op/body/x/type", False, "thorough", {}, False, Verdict.NOT_SELECTED, "thorough has it"),
        ("Op/body/x/type", True, "quick", {}, False, Verdict.INCONCLUSIVE, "its cases ran"),
        ("Op/404/x/type", True, "quick", {}, False, Verdict.NOT_APPLICABLE, "answered 404"),
        ("Op/404/x/required", True, "quick", {"Op 404": 1}, False, Verdict.INCONCLUSIVE, "ran"),
        ("Op/200/x/type", True, "quick", {"Op 200": 1}, False, Verdict.NOT_APPLICABLE, "carried"),
        ("Op/200/x/required", True, "quick", {}, True, Verdict.NOT_APPLICABLE, "carried"),
        ("Op/200/x/required", True, "quick", {}, False, Verdict.INCONCLUSIVE, "ran"),
    ],
)
def test_why_nobody_said_anything(
    identifier: str,
    planned: bool,
    effort: str | None,
    statuses: dict[str, int],
    conditional: bool,
    verdict: Verdict,
    reason: str,
) -> None:
    """No case, another level, a status that never came, a field that no answer carried."""
    plan = Plan(
        {identifier: effort} if effort else {},
        frozenset({identifier} if planned else ()),
        "standard",
        statuses,
        frozenset({identifier} if conditional else ()),
    )
    said = say(_requirement(identifier), None, _selection(), plan, strict=False)
    assert said.verdict is verdict
    assert reason in said.reason
    stopped = replace(plan, interrupted=True)
    said = say(_requirement(identifier), None, _selection(), stopped, strict=False)
    if planned:
        assert (said.verdict, "ended before" in said.reason) == (Verdict.INCONCLUSIVE, True)
    else:
        assert said.verdict is verdict


def _waiver(requirement: str, expires: dt.date = TODAY) -> Waiver:
    return Waiver(requirement, "known", "somebody", "https://issues.example/1", expires)


def test_waivers() -> None:
    """A waiver covers failures and warnings on its last day too; what passes stays a pass."""
    said = {
        "Op/body/x/type": Said(Verdict.FAIL, "why"),
        "Op/body/x/null": Said(Verdict.WARN),
        "Op/body/x/enum": Said(Verdict.PASS),
    }
    result, problems = waive(said, [_waiver("Op/body/x/*")], TODAY)
    assert [item.verdict for item in result.values()] == [
        Verdict.WAIVED,
        Verdict.WAIVED,
        Verdict.PASS,
    ]
    assert result["Op/body/x/type"].reason == "why"
    assert result["Op/body/x/type"].waiver is not None
    assert problems == []


@pytest.mark.parametrize(
    ("waiver", "problem"),
    [
        (_waiver("Op/*", TODAY - dt.timedelta(days=1)), "expired"),
        (_waiver("Nobody/*"), "matches no requirement"),
        (_waiver("Op/good"), "nothing deviates any more"),
    ],
)
def test_waivers_that_no_longer_hold(waiver: Waiver, problem: str) -> None:
    """Expired, pointing at nothing, or of something that keeps the document by now."""
    said = {"Op/bad": Said(Verdict.FAIL), "Op/good": Said(Verdict.PASS)}
    result, problems = waive(said, [waiver], TODAY)
    assert result == said
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_waiver_of_what_was_not_judged() -> None:
    """Nobody knows whether it still deviates: no problem."""
    assert waive({"Op/x": Said(Verdict.BLOCKED)}, [_waiver("Op/x")], TODAY)[1] == []


@pytest.mark.parametrize(
    ("found", "problems", "verdict"),
    [
        ((Verdict.PASS, Verdict.WARN, Verdict.WAIVED), (), RunVerdict.CONFORMANT),
        ((Verdict.PASS, Verdict.NOT_APPLICABLE), (), RunVerdict.CONFORMANT),
        ((Verdict.PASS, Verdict.FAIL, Verdict.BLOCKED), (), RunVerdict.NONCONFORMANT),
        ((Verdict.PASS,), ("waiver expired",), RunVerdict.NONCONFORMANT),
        ((Verdict.PASS, Verdict.BLOCKED), (), RunVerdict.INCOMPLETE),
        ((Verdict.PASS, Verdict.INCONCLUSIVE), (), RunVerdict.INCOMPLETE),
        ((Verdict.NOT_SELECTED, Verdict.NOT_APPLICABLE), (), RunVerdict.INCOMPLETE),
        ((), (), RunVerdict.INCOMPLETE),
    ],
)
def test_the_run_as_a_whole(
    found: tuple[Verdict, ...], problems: tuple[str, ...], verdict: RunVerdict
) -> None:
    """Green needs at least one pass, and nothing that failed or stayed open."""
    said = {f"r{number}": Said(item) for number, item in enumerate(found)}
    assert run_verdict(said, problems) is verdict


def test_fields_below_what_may_be_absent(contract: Contract) -> None:
    """mp4_config may be missing from an answer, so its fields may, too."""
    conditional = conditional_fields(contract)
    assert "ShowRecordRule/200/mp4_config.record_cycle/required" in conditional
    assert "ShowRecordRule/200/rule_id/required" not in conditional


def test_every_requirement_has_a_verdict(contract: Contract) -> None:
    """Nothing is forgotten: with an empty ledger everything says why it was not judged."""
    said = verdicts(contract, Ledger(), _selection(), NOTHING, strict=False)
    assert said.keys() == contract.requirements.keys()
    assert all(item.reason for item in said.values())
