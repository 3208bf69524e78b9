"""Excuses a target for what its own, other edition of the document does not require.

Only the embedded reference says which edition it implements. Any other target is judged by
everything that the contract says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.contract.document import Contract
from conformance.contract.offered import offered_operations
from conformance.contract.operations import Operation
from conformance.model.requirement import Requirement
from conformance.model.verdict import Verdict
from conformance.verdicts.decision import Decision

_MISSED = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE})


@dataclass(frozen=True, slots=True)
class EditionGap:
    """The difference between the contract judged by and the edition that the target implements.

    ``present`` and ``absent`` are the operations that the implemented edition has, and lacks, at
    the same method and path; ``changed`` are ids of requirements that it does not state, or states
    differently.
    """

    edition: str
    present: tuple[str, ...]
    absent: frozenset[str]
    changed: frozenset[str]

    def decide(
        self, decisions: Mapping[str, Decision], requirements: Iterable[Requirement]
    ) -> dict[str, Decision]:
        """The decisions, with everything that the implemented edition cannot satisfy left unjudged.

        Requirements that were not to be judged keep their decision.
        """
        return {one.id: self._decide(one, decisions[one.id]) for one in requirements}

    def _decide(self, requirement: Requirement, decision: Decision) -> Decision:
        if decision.verdict is Verdict.NOT_SELECTED:
            return decision
        missed = requirement.id in self.changed and decision.verdict in _MISSED
        if requirement.operation not in self.absent and not missed:
            return decision
        reason = f"not implemented by the reference, which keeps the edition of {self.edition}"
        return Decision(Verdict.BLOCKED, reason)


def edition_gap(
    judged: Contract, kept: Contract, operations: Iterable[str] = ()
) -> EditionGap | None:
    """What sets the edition ``kept`` apart from the contract ``judged``; None if nothing does.

    ``operations`` are those asked for, if not all. Raises UsageError for an unknown one.
    """
    if judged.sha256 == kept.sha256:
        return None
    asked = offered_operations(judged, operations)
    at_home = {o.id for o in judged.operations.values() if _is_at_its_place(o, kept)}
    present = tuple(name for name in judged.operations if name in asked & at_home)
    absent = asked - at_home
    others = {o.id for o in judged.operations.values() if _is_changed(o, judged, kept)}
    changed = frozenset(
        one.id
        for one in judged.requirements.values()
        if one.operation in others
        or (one.operation is None and one != kept.requirements.get(one.id))
    )
    return EditionGap(kept.revision, present, absent, changed)


def _is_at_its_place(operation: Operation, kept: Contract) -> bool:
    known = kept.operations.get(operation.id)
    return known is not None and _place(known) == _place(operation)


def _place(operation: Operation) -> tuple[str, str, str | None]:
    return operation.method, operation.path, operation.server


def _is_changed(operation: Operation, judged: Contract, kept: Contract) -> bool:
    families = judged.refusals.families, kept.refusals.families
    mine, theirs = (family.get(operation.error_family) for family in families)
    return operation != kept.operations.get(operation.id) or mine != theirs
