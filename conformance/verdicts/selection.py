"""Selects the requirements that a run judges, and the cases that it needs for them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.access.capability import CLOCK
from conformance.checks.exchange import every_exchange
from conformance.contract.document import Contract
from conformance.contract.offered import offered_operations
from conformance.errors import UsageError
from conformance.model.case import Case
from conformance.model.requirement import Requirement, glob_to_pattern

STATELESS = "stateless"
"""The profile of a mock that keeps no state."""

STATELESS_KEYWORDS = frozenset({"known", "default", "wrong-token", "malformed-token"})
"""What a mock that keeps no state is not asked for, besides the rules: it knows neither ids nor
tokens."""


@dataclass(frozen=True)
class Selection:
    """The ids that a run judges, and why the others are left out.

    ``claimed`` are the operations that the target offers; ``excused`` the ids that its profile
    exempts it from, even where an answer shows them broken; ``everywhere`` the ids that every
    exchange judges; ``known`` the operations of the contract.
    """

    wanted: frozenset[str]
    left_out: Mapping[str, str]
    not_applicable: Mapping[str, str]
    claimed: frozenset[str]
    excused: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    @cached_property
    def judged(self) -> frozenset[str]:
        """The ids that are selected and that the target claims to support."""
        return self.wanted - self.not_applicable.keys()

    @cached_property
    def operations(self) -> frozenset[str] | None:
        """The operations that the selected requirements concern; None where they concern all."""
        owners = {identifier.partition("/")[0] for identifier in self.wanted}
        return None if owners - self.known else frozenset(owners)

    @cached_property
    def _reached(self) -> frozenset[str]:
        """Operation and place of every judged requirement (``ShowBook/200/``)."""
        parts = (identifier.split("/", 2) for identifier in self.judged)
        return frozenset(f"{part[0]}/{part[1]}/" for part in parts if len(part) > 2)

    def needs(self, case: Case) -> bool:
        """Whether the target offers the operation and the case judges a selected requirement."""
        if case.operation not in self.claimed:
            return False
        judged = self.judged
        if any(r in judged or f"{r}-code" in judged for r in case.requirements):
            return True
        prefixes = tuple(f"{case.operation}/{status}/" for status in case.expectation.statuses)
        if case.kind in {"positive", "auth"}:
            # A refusal that no violation calls for can only come unasked.
            prefixes = (*prefixes, f"{case.operation}/400/", f"{case.operation}/500/")
        if not self._reached.isdisjoint(prefixes):
            return True
        status = f"{case.operation}/answer/status/documented"
        if case.kind == "positive" and status in self.judged:
            return True
        return case.kind in {"positive", "auth"} and bool(self.judged & self.everywhere)


def select(
    contract: Contract,
    only: Iterable[str],
    exclude: Iterable[str],
    capabilities: frozenset[str],
    profile: str,
    *,
    operations: Iterable[str] = (),
    alone: bool = True,
) -> Selection:
    """Apply the globs and the target's claims; ``operations`` are those that it offers, if not all.

    Raises UsageError for a glob that matches neither a requirement nor an operation.
    """
    requirements = contract.requirements
    only, exclude = tuple(only), tuple(exclude)
    kept = _matching(contract, only) if only else set(requirements)
    dropped = _matching(contract, exclude) if exclude else set()
    left_out = {
        **{r: "not among --only" for r in requirements if r not in kept},
        **dict.fromkeys(sorted(dropped), "excluded by --exclude"),
    }
    wanted = frozenset(kept - dropped)
    everywhere = every_exchange(contract)
    offered = offered_operations(contract, operations)
    silent = {
        r.id: reason
        for r in requirements.values()
        if (reason := _not_offered(r, offered))
        or (reason := _not_claimed(r, capabilities, profile, everywhere, alone=alone))
    }
    claimed = frozenset(
        operation.id
        for operation in contract.operations.values()
        if operation.capabilities <= capabilities and operation.id in offered
    )
    excused = frozenset(r.id for r in requirements.values() if _is_excused(r, profile, everywhere))
    known = frozenset(contract.operations)
    return Selection(wanted, left_out, silent, claimed, excused, everywhere, known)


def _not_offered(requirement: Requirement, offered: frozenset[str]) -> str:
    absent = requirement.operation is not None and requirement.operation not in offered
    return f"the target does not offer {requirement.operation}" if absent else ""


def _not_claimed(
    requirement: Requirement,
    capabilities: frozenset[str],
    profile: str,
    everywhere: frozenset[str],
    *,
    alone: bool,
) -> str:
    if not alone and CLOCK in requirement.capabilities:
        return "several processes share the target, and one of them would move its clock"
    missing = sorted(requirement.capabilities - capabilities)
    if missing:
        return f"the target does not claim {', '.join(missing)}"
    return (
        f"the profile {profile} does not include it"
        if _is_excused(requirement, profile, everywhere)
        else ""
    )


def _is_excused(requirement: Requirement, profile: str, everywhere: frozenset[str]) -> bool:
    """Whether the profile exempts the target: a stateless mock may even repeat request ids."""
    one_answer = requirement.id in everywhere and not requirement.id.endswith("/unique")
    rule = requirement.kind == "rule" and not one_answer
    stateful = rule or requirement.keyword in STATELESS_KEYWORDS
    return profile == STATELESS and stateful


def _matching(contract: Contract, globs: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for glob in globs:
        pattern = glob_to_pattern(glob)
        hits = {r for r in contract.requirements if pattern.match(r)}
        for operation in contract.operations:
            if pattern.match(operation):
                hits |= {r.id for r in contract.requirements.values() if r.operation == operation}
        if not hits:
            raise UsageError(f"pattern {glob!r}", "matches nothing", _hint(contract, glob))
        found |= hits
    return found


def _hint(contract: Contract, glob: str) -> str:
    near = difflib.get_close_matches(glob, [*contract.operations, *contract.requirements], n=1)
    return f"did you mean {near[0]}?" if near else "see sparkrtc-conformance requirements"
