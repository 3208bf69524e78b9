"""Rules of a contract that no test of the suite knows: a draft may add some."""

from __future__ import annotations

from conformance.checks.exchange import every_exchange
from conformance.contract.document import Contract
from conformance.engine.run.cost_estimate import judged_by_tests
from conformance.model.requirement import Level


def rules_without_test(contract: Contract) -> list[str]:
    """Ids of rules, but for those that may be broken, that nothing would judge."""
    known = judged_by_tests() | every_exchange(contract)
    return [
        rule.id
        for rule in contract.requirements.values()
        if rule.kind == "rule" and rule.level is not Level.MAY and rule.id not in known
    ]
