"""Chapter 5: the quota of applications (14.2). Last, since a full tenant blocks everything else."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.applications import part
from conformance.suite.kit.paged_lists import APPS

DEFAULT = 20
"""The quota of an account that nobody has raised."""

pytestmark = pytest.mark.sparkrtc_phase("last")


@rules("CreateApp/rule/at-most-20")
def test_twenty_applications_are_the_most(scenario: Scenario) -> None:
    """Section 14.2, RTC.00001017: the default quota of a tenant is 20 applications.

    It may have been raised, which the target file then says. What is shown as DELETED is none.
    """
    rule = scenario.rule("CreateApp/rule/at-most-20")
    most = scenario.lab.settings.fixtures.app_quota or DEFAULT
    last = scenario.send("CreateApp")
    for _ in range(max(0, most + 1 - len(_kept(scenario)))):
        if last.status != 201:
            break
        last = scenario.send("CreateApp")
    if not rule.refused(last):
        return
    after = len(_kept(scenario))
    rule.that(
        after >= most,
        f"refused with {after} applications in the tenant",
        expected=f"{most} applications before one is refused (fixtures.app_quota)",
        actual=after,
        exchange=last,
    )


def _kept(scenario: Scenario) -> list[dict[str, Any]]:
    """The applications that are listed and not deleted."""
    rows = APPS.whole(scenario).rows
    return [row for row in rows if part(row, "state", "state") != "DELETED"]
