"""What a run will send is known beforehand: every rule's test has been measured."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.contract.document import Contract
from conformance.engine.run.config import RunConfig
from conformance.engine.run.cost_estimate import measured_costs, planned_requests
from conformance.engine.run.session import Session
from conformance.engine.wire.endpoint import Reach
from conformance.suite.declared import every_test, rules_of

if TYPE_CHECKING:
    from tests.labs import MakeLab

REGENERATE = "regenerate conformance/engine/run/costs.json: python benchmarks/measure_costs.py"


def test_every_rules_test_is_measured() -> None:
    """A test that is not listed, or is gone, makes the plan of --dry-run wrong."""
    listed = {row.test.partition("[")[0].replace("::", ".") for row in measured_costs()}
    judging = {name for name, test in every_test() if set(rules_of(test))}
    assert judging - listed == set(), REGENERATE
    assert listed - judging == set(), REGENERATE


def test_what_is_measured_is_of_the_contract(contract: Contract) -> None:
    """Requirements exist, flow groups exist, and nearly every test sends something."""
    rows = measured_costs()
    groups = {*contract.flow_groups, "identity", "clock", "steering"}
    for row in rows:
        assert set(row.judges) <= contract.requirements.keys(), REGENERATE
        assert row.requests.keys() <= groups, row.test
    assert sum(not row.requests for row in rows) < len(rows) / 4


def test_the_plan_grows_with_the_level(make_lab: MakeLab) -> None:
    """Quick sends less than standard; a selection less than everything; rules are in it."""
    reach: Reach = make_lab()[0].reach

    def requests(level: str, *only: str) -> Counter[str]:
        session = Session(RunConfig(level=level, only=only), reach)
        plan = planned_requests(session)
        return Counter({name: sum(cost.requests.values()) for name, cost in plan.items()})

    quick, standard = requests("quick"), requests("standard")
    assert 100 < quick.total() < standard.total()
    assert any("/test_" in name for name in standard)
    assert requests("standard", "ShowApp/path/*").keys() == {"ShowApp"}
