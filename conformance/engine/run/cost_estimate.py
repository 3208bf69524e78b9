"""Estimates how many requests a run sends, before it starts.

Generated cases are one request each. What a rule's test sends is measured, not guessed: the numbers
in ``costs.json`` are those of a full run against the reference (``benchmarks/measure_costs.py``
writes them).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from conformance.contract.document import Contract, load_contract
from conformance.engine.run.session import Session
from conformance.model.case import EFFORTS

MEASURED = "costs.json"


@dataclass(slots=True)
class Cost:
    """Cases of one operation (or rule file), and their requests per flow group."""

    cases: int = 0
    requests: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Measured:
    """One rule's test: its requirements, its lowest level, and its requests per flow group."""

    test: str
    effort: str
    judges: tuple[str, ...]
    requests: Mapping[str, int]


def measured_costs() -> tuple[Measured, ...]:
    """The last measured costs of the rules' tests."""
    text = resources.files("conformance.engine.run").joinpath(MEASURED).read_text(encoding="utf-8")
    return tuple(
        Measured(row["test"], row["effort"], tuple(row["judges"]), row["requests"])
        for row in json.loads(text)
    )


def judged_by_tests() -> frozenset[str]:
    """Every rule that some test of the suite judges."""
    return frozenset(rule for test in measured_costs() for rule in test.judges)


def planned_requests(session: Session) -> Mapping[str, Cost]:
    """What the cases of this run will send, by operation; rules by the name of their test."""
    plan: dict[str, Cost] = {}
    for case in session.selected_cases:
        operation = session.contract.operation(case.operation)
        cost = plan.setdefault(case.operation, Cost())
        cost.cases += 1
        cost.requests[operation.flow_group] += 1
    limit = EFFORTS.index(session.config.level)
    gone = _groups_gone(session.contract)
    for rule in measured_costs():
        if EFFORTS.index(rule.effort) <= limit and session.selection.judged & set(rule.judges):
            cost = plan.setdefault(rule.test.partition("::")[0], Cost())
            cost.cases += 1
            cost.requests.update(
                {group: n for group, n in rule.requests.items() if group not in gone}
            )
    return plan


def _groups_gone(contract: Contract) -> frozenset[str]:
    """Flow groups of the newest edition that an earlier edition does not have."""
    return frozenset(load_contract().flow_groups.keys() - contract.flow_groups.keys())
