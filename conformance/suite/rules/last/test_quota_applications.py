"""Chapter 5: the quota of applications (14.2). Last, since a full tenant blocks everything else."""

from __future__ import annotations

import pytest

from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.paged_lists import APPS

pytestmark = pytest.mark.sparkrtc_phase("last")


@rules("CreateApp/rule/at-most-20")
def test_twenty_applications_are_the_most(scenario: Scenario) -> None:
    """Section 14.2, RTC.00001017: the default quota of a tenant is 20 applications."""
    rule = scenario.rule("CreateApp/rule/at-most-20")
    before = APPS.whole(scenario)
    last = scenario.send("CreateApp")
    for _ in range(max(0, 20 - len(before.rows))):
        if last.status != 201:
            break
        last = scenario.send("CreateApp")
    if not rule.refused(last):
        return
    after = APPS.whole(scenario)
    rule.that(
        len(after.rows) >= 20,
        f"refused with {len(after.rows)} applications in the tenant",
        expected="20 applications before one is refused",
        actual=len(after.rows),
        exchange=last,
    )
