"""From judgements to verdicts: one per requirement, one for the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.access.settings import Waiver
from conformance.contract.document import Contract
from conformance.model.requirement import Level, Requirement, glob_to_pattern
from conformance.model.verdict import Outcome, RunVerdict, Verdict
from conformance.verdicts.ledger import Entry, Ledger
from conformance.verdicts.selection import Selection

NOT_PROVOKED = "no input that the document describes provokes this answer"


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict on one requirement, with its reason."""

    verdict: Verdict
    reason: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was going to do: which requirements its cases reach, and at which level."""

    effort_of: Mapping[str, str]
    planned: frozenset[str]
    level: str
    statuses: Mapping[str, int]
    conditional: frozenset[str]
    interrupted: bool = False

    def answered(self, requirement: Requirement) -> bool:
        """Whether any answer had the operation and status that an answer requirement is of."""
        return f"{requirement.operation} {requirement.place}" in self.statuses


def say(
    requirement: Requirement, entry: Entry | None, selection: Selection, plan: Plan, strict: bool
) -> Said:
    """The verdict on one requirement, before waivers."""
    if requirement.id in selection.left_out:
        return Said(Verdict.NOT_SELECTED, selection.left_out[requirement.id])
    failed = entry is not None and entry.counts.get(Outcome.FAIL, 0) > 0
    if failed and requirement.id not in selection.excused:
        broken = requirement.level is Level.MUST or strict
        return Said(Verdict.FAIL if broken else Verdict.WARN, _reason(entry, Outcome.FAIL))
    if requirement.id in selection.not_applicable:
        return Said(Verdict.NOT_APPLICABLE, selection.not_applicable[requirement.id])
    if requirement.level is Level.MAY and entry is None:
        return Said(Verdict.NOT_APPLICABLE, "the document allows it; nothing to be judged")
    if entry is not None:
        for outcome, verdict in (
            (Outcome.PASS, Verdict.PASS),
            (Outcome.BLOCKED, Verdict.BLOCKED),
            (Outcome.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        ):
            if entry.counts.get(outcome, 0):
                reason = "" if verdict is Verdict.PASS else _reason(entry, outcome)
                return Said(verdict, reason)
    return _unjudged(requirement, plan)


def _unjudged(requirement: Requirement, plan: Plan) -> Said:
    """Nobody said anything about it: why."""
    effort = plan.effort_of.get(requirement.id)
    if plan.interrupted and requirement.id in plan.planned:
        return Said(Verdict.INCONCLUSIVE, "the run ended before a case had shown it")
    unanswered = requirement.kind == "answer" and not plan.answered(requirement)
    refusal = requirement.place.isdigit() and int(requirement.place) >= 400
    if unanswered and refusal and effort is None:
        return Said(Verdict.NOT_APPLICABLE, NOT_PROVOKED)
    if requirement.id not in plan.planned:
        if effort is None:
            return Said(Verdict.NOT_SELECTED, "no case yet")
        return Said(Verdict.NOT_SELECTED, f"the level {plan.level} leaves it out; {effort} has it")
    if unanswered and refusal:
        reason = f"no case of this run was answered {requirement.place}"
        return Said(Verdict.NOT_APPLICABLE, reason)
    if requirement.kind == "answer" and (
        requirement.keyword != "required" or requirement.id in plan.conditional
    ):
        return Said(Verdict.NOT_APPLICABLE, "no answer of this run carried the field")
    return Said(Verdict.INCONCLUSIVE, "its cases ran, and no answer showed it")


def _reason(entry: Entry | None, outcome: Outcome) -> str:
    told = entry.told if entry else ()
    return next((j.message for j in told if j.outcome is outcome), "")


def waive(
    said: dict[str, Said], waivers: Iterable[Waiver], today: dt.date
) -> tuple[dict[str, Said], list[str]]:
    """Apply waivers; a waiver that matches no failure, or has expired, is a problem.

    A waived requirement that passes fails its waiver: the deviation is gone (style, 17).
    """
    result = dict(said)
    problems: list[str] = []
    for waiver in waivers:
        pattern = glob_to_pattern(waiver.requirement)
        matched = [r for r in said if pattern.match(r)]
        failing = [r for r in matched if said[r].verdict in {Verdict.FAIL, Verdict.WARN}]
        if waiver.expires < today:
            problems.append(f"waiver {waiver.requirement} expired on {waiver.expires}")
            continue
        if not matched:
            problems.append(f"waiver {waiver.requirement} matches no requirement")
        elif not failing and any(said[r].verdict is Verdict.PASS for r in matched):
            problems.append(f"waiver {waiver.requirement}: nothing deviates any more; remove it")
        for requirement in failing:
            result[requirement] = Said(Verdict.WAIVED, said[requirement].reason, waiver)
    return result, problems


def run_verdict(said: Mapping[str, Said], problems: Iterable[str]) -> RunVerdict:
    """Nothing that was skipped, blocked or inconclusive reads as green."""
    verdicts = {item.verdict for item in said.values()}
    if Verdict.FAIL in verdicts or list(problems):
        return RunVerdict.NONCONFORMANT
    if verdicts & {Verdict.BLOCKED, Verdict.INCONCLUSIVE} or Verdict.PASS not in verdicts:
        return RunVerdict.INCOMPLETE
    return RunVerdict.CONFORMANT


def conditional_fields(contract: Contract) -> frozenset[str]:
    """Requirements on the presence of fields below something that itself may be absent."""
    found: set[str] = set()
    for operation in contract.operations.values():
        for status, spec in operation.answers.items():
            optional = [f.path for f in spec.fields if f.presence == "optional"]
            optional = [path for path in optional if not path.endswith("[]")]
            for item in spec.fields:
                if any(item.path.startswith((f"{path}.", f"{path}[]")) for path in optional):
                    found.add(f"{operation.id}/{status}/{item.path}/required")
    return frozenset(found)


def verdicts(
    contract: Contract, ledger: Ledger, selection: Selection, plan: Plan, strict: bool
) -> dict[str, Said]:
    """The verdict on every requirement of the contract."""
    return {
        requirement.id: say(
            requirement, ledger.entries.get(requirement.id), selection, plan, strict
        )
        for requirement in contract.requirements.values()
    }
