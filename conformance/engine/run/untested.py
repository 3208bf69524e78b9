"""Finds rules of a contract that no test of the suite judges: a draft may add some."""

from __future__ import annotations

from conformance.checks.exchange import every_exchange
from conformance.contract.document import Contract
from conformance.engine.run.cost_estimate import judged_by_tests
from conformance.model.requirement import Level


def rules_without_test(contract: Contract) -> list[str]:
    """Ids of the rules that nothing would judge; rules that are only a MAY are left out."""
    known = judged_by_tests() | every_exchange(contract)
    return [
        rule.id
        for rule in contract.requirements.values()
        if rule.kind == "rule" and rule.level is not Level.MAY and rule.id not in known
    ]
