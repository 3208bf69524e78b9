"""Compares two contracts: classified changes with the requirements that they touch.

Every requirement that is added, removed or changed belongs to at least one change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conformance.comparison.contract_change import (
    IMPACTS,
    ContractChange,
    Impact,
    Observation,
    id_is_within,
)
from conformance.comparison.contract_operations import observe
from conformance.comparison.contract_source import read_contract
from conformance.contract.document import Contract
from conformance.model.report import Report
from conformance.model.requirement import Level, Requirement
from conformance.model.requirement_id import RequirementId


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """The changes from contract A to contract B.

    ``added``, ``removed`` and ``changed`` are all requirement ids touched by any of ``changes``.
    ``a`` and ``b`` are what the user named, ``revision_*`` and ``sha256_*`` what that was.
    """

    a: str
    b: str
    revision_a: str
    revision_b: str
    sha256_a: str
    sha256_b: str
    changes: tuple[ContractChange, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def worst(self, side: str) -> Impact:
        """The most severe impact on ``client`` or ``server``; compatible without changes."""
        impacts: list[Impact] = [getattr(change, side) for change in self.changes]
        return max(impacts, key=lambda impact: impact.weight, default=Impact.COMPATIBLE)

    def count(self, side: str) -> dict[str, int]:
        """The number of changes per impact on ``client`` or ``server``."""
        counts = Counter(getattr(change, side) for change in self.changes)
        return {impact.value: counts[impact] for impact in Impact}

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain JSON data, counts per side included."""
        sides = {side: self.count(side) for side in ("client", "server")}
        return {**asdict(self), "impact": sides}


@dataclass(frozen=True, slots=True)
class BaselineLoss:
    """The verdicts of a report by contract A that are still valid under contract B.

    ``gone`` counts verdicts on requirements that B no longer has, ``stale`` those on changed
    requirements, ``kept`` the rest. ``unjudged`` are ids of B without a verdict, ``waivers`` the
    waived ids that are gone or stale. ``foreign``: the report is not by contract A at all.
    """

    gone: dict[str, int]
    stale: dict[str, int]
    kept: dict[str, int]
    unjudged: tuple[str, ...]
    waivers: tuple[str, ...]
    foreign: bool


def diff_contracts(
    a: str, b: str, *, repository: Path | None = None, base: str | None = None
) -> ContractDiff:
    """Compare two contracts: revisions, files, folders or git references of ``repository``.

    ``base`` is what an overlay among them changes (None: the newest edition).

    Raises UsageError when one of them is none of these, ContractError when it cannot be read.
    """
    old, new = (read_contract(name, repository, base) for name in (a, b))
    return diff(old, new, a, b)


def diff(old: Contract, new: Contract, a: str = "A", b: str = "B") -> ContractDiff:
    """Compare two contracts that have been read; ``a`` and ``b`` are their names."""
    delta = _Delta(old, new)
    changes = [delta.change(observation) for observation in observe(old, new)]
    changes += [delta.change(observation) for observation in delta.untold(changes)]
    changes.sort(key=lambda change: -change.worst.weight)
    return ContractDiff(
        a=a,
        b=b,
        revision_a=old.revision,
        revision_b=new.revision,
        sha256_a=old.sha256,
        sha256_b=new.sha256,
        changes=tuple(changes),
        added=tuple(i for i in new.requirements if i in delta.added),
        removed=tuple(i for i in old.requirements if i in delta.removed),
        changed=_union(change.changed for change in changes),
    )


def baseline_loss(difference: ContractDiff, report: Report) -> BaselineLoss:
    """Which verdicts of a report lose their value when contract B replaces contract A."""
    removed, changed = set(difference.removed), set(difference.changed)
    groups: dict[str, Counter[str]] = {"gone": Counter(), "stale": Counter(), "kept": Counter()}
    waivers: list[str] = []
    for item in report.requirements:
        group = "gone" if item.id in removed else "stale" if item.id in changed else "kept"
        groups[group][item.verdict.value] += 1
        if item.waiver is not None and group != "kept":
            waivers.append(item.id)
    told = {item.id for item in report.requirements}
    return BaselineLoss(
        gone=dict(groups["gone"]),
        stale=dict(groups["stale"]),
        kept=dict(groups["kept"]),
        unjudged=tuple(i for i in difference.added if i not in told),
        waivers=tuple(waivers),
        foreign=report.contract["sha256"] != difference.sha256_a,
    )


class _Delta:
    """The requirements of both contracts, and which of them an observation concerns."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self.old, self.new = old.requirements, new.requirements
        self.added = {i for i in self.new if i not in self.old}
        self.removed = {i for i in self.old if i not in self.new}
        both = (i for i in self.new if i in self.old)
        self.restated = {i for i in both if _statement(self.old[i]) != _statement(self.new[i])}

    def change(self, seen: Observation) -> ContractChange:
        """The observation with its requirements and its impact.

        Changes that only concern a SHOULD or MAY break nobody.
        """
        exact = {i for i in seen.exact if i in self.old and i in self.new}
        added = self._about(seen, self.added)
        removed = self._about(seen, self.removed)
        changed = tuple(sorted(exact | set(self._about(seen, self.restated))))
        client, server = IMPACTS[seen.kind]
        touched = [self.new.get(i) or self.old[i] for i in (*added, *removed, *changed)]
        if touched and all(item.level is not Level.MUST for item in touched):
            client, server = (min(x, Impact.RISKY, key=_weight) for x in (client, server))
        return ContractChange(
            seen.kind, seen.place, seen.text, client, server, added, removed, changed
        )

    def untold(self, changes: Iterable[ContractChange]) -> Iterator[Observation]:
        """Changed requirements that no observation covers: their text or level differs."""
        told = {i for change in changes for i in (*change.added, *change.removed, *change.changed)}
        for identifier in sorted((self.added | self.removed | self.restated) - told):
            place = RequirementId.parse(identifier).operation
            if identifier in self.added:
                kind, text = "requirement-added", self.new[identifier].text
            elif identifier in self.removed:
                kind, text = "requirement-removed", self.old[identifier].text
            else:
                kind, text = _restatement(self.old[identifier], self.new[identifier])
            yield Observation(kind, place, f"{identifier}: {text}", exact=(identifier,))

    def _about(self, seen: Observation, ids: set[str]) -> tuple[str, ...]:
        return tuple(
            sorted(
                i
                for i in ids
                if i in seen.exact or any(id_is_within(i, start) for start in seen.scope)
            )
        )


def _statement(requirement: Requirement) -> tuple[Any, ...]:
    source, claimed = str(requirement.source), sorted(requirement.capabilities)
    return requirement.text, requirement.level, source, claimed


def _restatement(old: Requirement, new: Requirement) -> tuple[str, str]:
    if old.level is not new.level:
        weights = (Level.MAY, Level.SHOULD, Level.MUST)
        raised = weights.index(new.level) > weights.index(old.level)
        return f"level-{'raised' if raised else 'lowered'}", f"was {old.level}, is {new.level}"
    if old.text != new.text:
        return "wording", f"was {old.text!r}, is {new.text!r}"
    if old.source != new.source:
        return "wording", f"stands in {new.source}, was in {old.source}"
    claimed = ", ".join(sorted(new.capabilities)) or "nothing"
    return "wording", f"is asked of targets that claim {claimed}"


def _weight(impact: Impact) -> int:
    return impact.weight


def _union(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({identifier for group in groups for identifier in group}))
