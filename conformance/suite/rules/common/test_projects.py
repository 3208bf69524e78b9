"""Section 14.3: the projects of the credentials are listed, with the ids that paths need.

The notifications of section 14.6 are sent by the service to a listener of the user's: they are
described in the contract (``webhooks``), and no request of ours can ask for one.
"""

from __future__ import annotations

from typing import Any

from conformance.engine.outcomes import Blocked
from conformance.engine.scenario import Scenario, rules
from conformance.model.exchange import Exchange


@rules(
    "ListProjects/rule/own-project-listed",
    "ListProjects/rule/ids-unique",
    "ListProjects/rule/same-query-same-answer",
)
def test_the_own_project_is_listed(scenario: Scenario) -> None:
    """Once, under the id that serves in paths, and again when asked again (14.3)."""
    first, second = scenario.make("ListProjects"), scenario.make("ListProjects")
    ids = _ids(first)
    own = scenario.given("project")
    listed = scenario.rule("ListProjects/rule/own-project-listed")
    if listed.that(
        own in ids,
        f"project {own}, which the credentials are for, is not listed",
        expected=own,
        actual=", ".join(ids),
        exchange=first,
    ) and scenario.lab.settings.allows("statistics"):
        query = {"app": scenario.given("populated_app")}
        served = scenario.send("ListRtcRoomList", path={"project_id": own}, query=query)
        listed.succeeded(served)
    twice = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    scenario.rule("ListProjects/rule/ids-unique").that(
        not twice,
        "projects are listed more than once",
        expected="each project once",
        actual=", ".join(twice),
        exchange=first,
    )
    scenario.rule("ListProjects/rule/same-query-same-answer").equal(
        _by_id(second), _by_id(first), "the list of projects, asked for again", second
    )


@rules("ListProjects/rule/foreign-project-not-listed")
def test_projects_of_another_tenant_are_not_listed(scenario: Scenario) -> None:
    """Each tenant sees its own, and not the other's (14.3)."""
    foreign = scenario.lab.reach.second
    if foreign is None:
        raise Blocked("no second tenant is known; set SPARKRTC_SECOND_PROJECT_ID")
    rule = scenario.rule("ListProjects/rule/foreign-project-not-listed")
    own = scenario.given("project")
    for exchange, hidden in (
        (scenario.make("ListProjects"), foreign.project_id),
        (scenario.make("ListProjects", credentials="second"), own),
    ):
        rule.that(
            hidden not in _ids(exchange),
            f"project {hidden} of another tenant is listed",
            expected="the projects of the caller's tenant alone",
            actual=", ".join(_ids(exchange)),
            exchange=exchange,
        )


def _projects(exchange: Exchange) -> list[dict[str, Any]]:
    return [row for row in exchange.json.get("projects") or () if isinstance(row, dict)]


def _ids(exchange: Exchange) -> list[str]:
    return [str(row.get("id")) for row in _projects(exchange)]


def _by_id(exchange: Exchange) -> list[dict[str, Any]]:
    return sorted(_projects(exchange), key=lambda row: str(row.get("id")))
