"""Chapter 5: the quota of applications (14.2). Last, since a full tenant blocks everything else."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engine.scenario import Scenario, rules
from conformance.suite.kit.applications import part
from conformance.suite.kit.paged_lists import APPS
from conformance.suite.kit.projects import ELSEWHERE, enter, other_projects

DEFAULT = 20
"""The quota of an account that nobody has raised."""

pytestmark = pytest.mark.sparkrtc_phase("last")


@rules("CreateApp/rule/at-most-20")
def test_twenty_applications_are_the_most(scenario: Scenario) -> None:
    """Section 14.2, RTC.00001017: the default quota of a tenant is 20 applications.

    It may have been raised, which the target file then says. What is shown as DELETED is none, and
    what is in another project of the tenant may be listed there alone.
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
    kept = _kept(scenario)
    after, closed = len(kept), ""
    if after < most:
        own = {row.get("app_id") for row in kept}
        more, closed = _elsewhere(scenario)
        after += len(more - own)
    if after < most and closed:
        rule.inconclusive(f"what project {closed} holds counts too, and no token for it is given")
        return
    rule.that(
        after >= most,
        f"refused with {after} applications in the tenant",
        expected=f"{most} applications before one is refused (fixtures.app_quota)",
        actual=after,
        exchange=last,
    )


def _elsewhere(scenario: Scenario) -> tuple[set[Any], str]:
    """The applications of the tenant's other projects, and a project that cannot be looked into."""
    found: set[Any] = set()
    closed = ""
    for project in other_projects(scenario):
        listed = (
            scenario.send("ListApps", credentials=ELSEWHERE) if enter(scenario, project) else None
        )
        if listed is None or not listed.succeeded:
            closed = str(project.get("name"))
        else:
            found |= {row.get("app_id") for row in APPS.rows(listed) if _is_kept(row)}
    return found, closed


def _kept(scenario: Scenario) -> list[dict[str, Any]]:
    """The applications that are listed and not deleted."""
    return [row for row in APPS.whole(scenario).rows if _is_kept(row)]


def _is_kept(row: dict[str, Any]) -> bool:
    return bool(part(row, "state", "state") != "DELETED")
