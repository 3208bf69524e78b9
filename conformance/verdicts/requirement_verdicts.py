"""From judgements to a decision on each requirement of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.document import Contract
from conformance.contract.fields import Field
from conformance.model.case import EFFORTS
from conformance.model.requirement import Level, Requirement
from conformance.model.verdict import UNTESTED, Outcome, Verdict
from conformance.verdicts.decision import Decision
from conformance.verdicts.ledger import Entry, Ledger
from conformance.verdicts.selection import Selection

NOT_PROVOKED = "no input that the document describes provokes this answer"


@dataclass(frozen=True, slots=True)
class Plan:
    """The requirements that the cases of a run can judge, and the level that each case needs."""

    effort_of: Mapping[str, str]
    planned: frozenset[str]
    level: str
    statuses: Mapping[str, int]
    conditional: frozenset[str]
    interrupted: bool = False

    def answered(self, requirement: Requirement) -> bool:
        """Whether any answer had the operation and status that an answer requirement belongs to."""
        return f"{requirement.operation} {requirement.place}" in self.statuses


def decide(
    requirement: Requirement, entry: Entry | None, selection: Selection, plan: Plan, strict: bool
) -> Decision:
    """The verdict on one requirement, before waivers."""
    if requirement.id in selection.left_out:
        return Decision(Verdict.NOT_SELECTED, selection.left_out[requirement.id])
    failed = entry is not None and entry.counts.get(Outcome.FAIL, 0) > 0
    if failed and requirement.id not in selection.excused:
        broken = requirement.level is Level.MUST or strict
        return Decision(Verdict.FAIL if broken else Verdict.WARN, _reason(entry, Outcome.FAIL))
    if requirement.id in selection.not_applicable:
        return Decision(Verdict.NOT_APPLICABLE, selection.not_applicable[requirement.id])
    if requirement.level is Level.MAY and entry is None:
        return Decision(Verdict.NOT_APPLICABLE, "the document allows it; nothing to be judged")
    if entry is not None:
        for outcome, verdict in (
            (Outcome.PASS, Verdict.PASS),
            (Outcome.BLOCKED, Verdict.BLOCKED),
            (Outcome.INCONCLUSIVE, Verdict.INCONCLUSIVE),
            (Outcome.NOT_APPLICABLE, Verdict.NOT_APPLICABLE),
        ):
            seen = outcome is Outcome.BLOCKED and plan.answered(requirement)
            if entry.counts.get(outcome, 0) and not (seen and requirement.kind == "answer"):
                reason = "" if verdict is Verdict.PASS else _reason(entry, outcome)
                return Decision(verdict, reason)
    tried = requirement.id in plan.planned and not plan.interrupted
    if tried and requirement.id in selection.everywhere:
        return Decision(Verdict.NOT_APPLICABLE, "no answer of this run contained any of it")
    return _unjudged(requirement, plan)


def _unjudged(requirement: Requirement, plan: Plan) -> Decision:
    """Explain why no case judged this requirement."""
    effort = plan.effort_of.get(requirement.id)
    if plan.interrupted and requirement.id in plan.planned:
        return Decision(Verdict.INCONCLUSIVE, "the run ended before a case had shown it")
    unanswered = requirement.kind == "answer" and not plan.answered(requirement)
    refusal = requirement.place.isdigit() and int(requirement.place) >= 400
    if unanswered and refusal and effort is None:
        return Decision(Verdict.NOT_APPLICABLE, NOT_PROVOKED)
    if requirement.id not in plan.planned:
        if effort is None:
            reason = UNTESTED if requirement.kind == "rule" else "no case yet"
            return Decision(Verdict.NOT_SELECTED, reason)
        if EFFORTS.index(effort) <= EFFORTS.index(plan.level):
            return Decision(Verdict.NOT_SELECTED, "none of its cases is part of this run")
        return Decision(
            Verdict.NOT_SELECTED, f"the level {plan.level} leaves it out; {effort} has it"
        )
    if unanswered and refusal:
        reason = f"no case of this run was answered {requirement.place}"
        return Decision(Verdict.NOT_APPLICABLE, reason)
    if requirement.kind == "answer" and (
        requirement.keyword != "required" or requirement.id in plan.conditional
    ):
        return Decision(Verdict.NOT_APPLICABLE, "no answer of this run carried the field")
    return Decision(Verdict.INCONCLUSIVE, "its cases ran, but no answer gave evidence of it")


def _reason(entry: Entry | None, outcome: Outcome) -> str:
    told = entry.told if entry else ()
    return next((j.message for j in told if j.outcome is outcome), "")


def _may_be_absent(field: Field) -> bool:
    """Whether no MUST says that the field is there."""
    implied = field.schema.get("x-levels", {}).get("required", "MUST") != "MUST"
    return field.presence != "required" or implied


def conditional_fields(contract: Contract) -> frozenset[str]:
    """Requirements on fields inside something that may itself be absent."""
    found: set[str] = set()
    for operation in contract.operations.values():
        for status, spec in operation.answers.items():
            optional = [f.path for f in spec.fields if _may_be_absent(f)]
            optional = [path for path in optional if not path.endswith("[]")]
            for item in spec.fields:
                if any(item.path.startswith((f"{path}.", f"{path}[]")) for path in optional):
                    found.add(f"{operation.id}/{status}/{item.path}/required")
    return frozenset(found)


def decide_all(
    contract: Contract, ledger: Ledger, selection: Selection, plan: Plan, strict: bool
) -> dict[str, Decision]:
    """The verdict on every requirement of the contract."""
    return {
        requirement.id: decide(
            requirement, ledger.entries.get(requirement.id), selection, plan, strict
        )
        for requirement in contract.requirements.values()
    }
