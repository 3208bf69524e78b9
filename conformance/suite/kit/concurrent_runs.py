"""Ignores changes to the list of applications by other processes of the run."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Scenario
from conformance.model.exchange import Exchange


def without_neighbours(scenario: Scenario, exchange: Exchange) -> Any:
    """The body; a list of applications keeps only those of this run and the given one.

    The account belongs to others as well, to people and to other processes of a run: what they
    create, rename or delete meanwhile says nothing about the requests of this one.

    The count is removed too: the tests of paging judge it (5.2).
    """
    body = exchange.json
    if exchange.request.operation != "ListApps" or not isinstance(body, dict):
        return body
    apps = body.get("apps")
    if not isinstance(apps, list):
        return body
    return {"apps": [app for app in apps if not _is_neighbours(scenario, app)]}


def _is_neighbours(scenario: Scenario, app: Any) -> bool:
    if not isinstance(app, dict):
        return False
    own = str(app.get("app_name")).startswith(scenario.lab.prefix)
    return not own and app.get("app_id") != scenario.lab.settings.fixtures.app_id
