"""From what was said to what is said: every branch, and nothing skipped reads as green."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest

from conformance.contract.document import Contract
from conformance.model.requirement import Level, Requirement, Source
from conformance.model.verdict import (
    Judgement,
    Outcome,
    RunDecision,
    RunReason,
    RunVerdict,
    Verdict,
)
from conformance.model.waiver import Misfit, Waiver, WaiverProblem
from conformance.verdicts.decision import Decision
from conformance.verdicts.ledger import Entry, Ledger
from conformance.verdicts.requirement_verdicts import (
    Plan,
    conditional_fields,
    decide,
    decide_all,
)
from conformance.verdicts.run_verdict import decide_run
from conformance.verdicts.selection import Selection
from conformance.verdicts.waivers import apply_waivers, needed_by_any

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
        ((Outcome.NOT_APPLICABLE,), Verdict.NOT_APPLICABLE, "why not-applicable"),
        ((Outcome.NOT_APPLICABLE, Outcome.INCONCLUSIVE), Verdict.INCONCLUSIVE, "why inconclusive"),
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
    said = decide(_requirement(), _entry(*outcomes), _selection(), NOTHING, strict=False)
    assert (said.verdict, said.reason) == (verdict, reason)


@pytest.mark.parametrize(("strict", "verdict"), [(False, Verdict.WARN), (True, Verdict.FAIL)])
def test_a_should_that_is_broken(strict: bool, verdict: Verdict) -> None:
    """A warning, and with --strict a failure."""
    should = _requirement(level=Level.SHOULD)
    assert decide(should, _entry(Outcome.FAIL), _selection(), NOTHING, strict).verdict is verdict


def test_what_is_left_out_or_not_claimed() -> None:
    """Left out wins even over a failure; a failure wins over not being claimed."""
    requirement = _requirement()
    ids = (requirement.id,)
    failed = _entry(Outcome.FAIL)
    left = decide(requirement, failed, _selection(left_out=ids), NOTHING, strict=False)
    assert (left.verdict, left.reason) == (Verdict.NOT_SELECTED, "left")
    silent = _selection(silent=ids)
    assert (
        decide(requirement, None, silent, NOTHING, strict=False).verdict is Verdict.NOT_APPLICABLE
    )
    assert decide(requirement, failed, silent, NOTHING, strict=False).verdict is Verdict.FAIL


def test_what_the_profile_does_not_hold_a_target_to() -> None:
    """A mock without a memory that takes an unknown id has broken nothing it is held to."""
    requirement = _requirement()
    excused = replace(_selection(silent=(requirement.id,)), excused=frozenset({requirement.id}))
    said = decide(requirement, _entry(Outcome.FAIL), excused, NOTHING, strict=True)
    assert (said.verdict, said.reason) == (Verdict.NOT_APPLICABLE, "silent")


def test_a_may_that_nobody_judged() -> None:
    """What is merely allowed is nothing to be judged."""
    said = decide(_requirement(level=Level.MAY), None, _selection(), NOTHING, strict=False)
    assert said.verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("identifier", "planned", "effort", "statuses", "conditional", "verdict", "reason"),
    [
        ("Op/body/x/type", False, None, {}, False, Verdict.NOT_SELECTED, "no case yet"),
        ("Op/body/x/type", False, "thorough", {}, False, Verdict.NOT_SELECTED, "thorough has it"),
        ("Op/body/x/type", False, "quick", {}, False, Verdict.NOT_SELECTED, "none of its cases"),
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
    said = decide(_requirement(identifier), None, _selection(), plan, strict=False)
    assert said.verdict is verdict
    assert reason in said.reason
    stopped = replace(plan, interrupted=True)
    said = decide(_requirement(identifier), None, _selection(), stopped, strict=False)
    if planned:
        assert (said.verdict, "ended before" in said.reason) == (Verdict.INCONCLUSIVE, True)
    else:
        assert said.verdict is verdict


def _waiver(requirement: str, expires: dt.date = TODAY) -> Waiver:
    return Waiver(requirement, "known", "somebody", "https://issues.example/1", expires)


def test_waivers() -> None:
    """A waiver covers failures and warnings on its last day too; what passes stays a pass."""
    said = {
        "Op/body/x/type": Decision(Verdict.FAIL, "why"),
        "Op/body/x/null": Decision(Verdict.WARN),
        "Op/body/x/enum": Decision(Verdict.PASS),
    }
    result, problems = apply_waivers(said, [_waiver("Op/body/x/*")], TODAY)
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
    said = {"Op/bad": Decision(Verdict.FAIL), "Op/good": Decision(Verdict.PASS)}
    result, problems = apply_waivers(said, [waiver], TODAY)
    assert result == said
    assert len(problems) == 1
    assert problem in problems[0].text


def test_a_waiver_of_what_was_not_judged() -> None:
    """Nobody knows whether it still deviates: no problem."""
    assert apply_waivers({"Op/x": Decision(Verdict.BLOCKED)}, [_waiver("Op/x")], TODAY)[1] == []


def test_a_waiver_that_one_shard_did_not_need() -> None:
    """Another shard used it: no problem. One that has expired stays one, told once."""
    unneeded = WaiverProblem("Op/a", Misfit.UNNEEDED, "waiver Op/a: nothing deviates")
    expired = WaiverProblem("Op/b", Misfit.EXPIRED, "waiver Op/b expired")
    assert needed_by_any([unneeded, expired, expired], {"Op/a", "Op/b"}) == [expired]
    assert needed_by_any([unneeded, unneeded], set()) == [unneeded]


KEPT = (Level.MUST, Verdict.PASS)


@pytest.mark.parametrize(
    ("judged", "flags", "verdict", "reason"),
    [
        ([KEPT, (Level.SHOULD, Verdict.WARN)], {}, "conformant", "kept"),
        ([KEPT, (Level.MUST, Verdict.WAIVED)], {}, "conformant", "kept"),
        ([KEPT, (Level.MUST, Verdict.NOT_APPLICABLE)], {}, "conformant", "kept"),
        ([KEPT, (Level.MUST, Verdict.FAIL)], {"misfits": True}, "nonconformant", "broken"),
        ([KEPT, (Level.SHOULD, Verdict.FAIL)], {"misfits": True}, "nonconformant", "strict"),
        ([KEPT, (Level.MUST, Verdict.BLOCKED)], {"misfits": True}, "nonconformant", "waivers"),
        ([KEPT], {"interrupted": True, "trouble": True}, "incomplete", "interrupted"),
        ([KEPT, (Level.MUST, Verdict.BLOCKED)], {"trouble": True}, "incomplete", "trouble"),
        ([KEPT, (Level.MUST, Verdict.BLOCKED)], {}, "incomplete", "unjudged"),
        ([KEPT, (Level.SHOULD, Verdict.INCONCLUSIVE)], {}, "incomplete", "unjudged"),
        ([(Level.MUST, Verdict.NOT_SELECTED)], {}, "incomplete", "nothing"),
        ([], {}, "incomplete", "nothing"),
    ],
)
def test_the_run_as_a_whole(
    judged: list[tuple[Level, Verdict]], flags: dict[str, bool], verdict: str, reason: str
) -> None:
    """Green needs a pass and nothing open; the gravest reason is the one that is given."""
    assert decide_run(judged, **flags) == RunDecision(RunVerdict(verdict), RunReason(reason))


def test_fields_below_what_may_be_absent(contract: Contract) -> None:
    """mp4_config may be missing from an answer, so its fields may, too."""
    conditional = conditional_fields(contract)
    assert "ShowRecordRule/200/mp4_config.record_cycle/required" in conditional
    assert "ShowRecordRule/200/rule_id/required" not in conditional


def test_every_requirement_has_a_verdict(contract: Contract) -> None:
    """Nothing is forgotten: with an empty ledger everything says why it was not judged."""
    said = decide_all(contract, Ledger(), _selection(), NOTHING, strict=False)
    assert said.keys() == contract.requirements.keys()
    assert all(item.reason for item in said.values())
