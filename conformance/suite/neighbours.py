"""Other processes of the same run make and delete applications while a scenario looks on."""

from __future__ import annotations

from typing import Any

from conformance.model.exchange import Exchange
from conformance.suite.lab import RUNS_PREFIX
from conformance.suite.rules import Scenario


def without_neighbours(scenario: Scenario, exchange: Exchange) -> Any:
    """The body; of a list of applications only those that no other process of a run has made.

    Their number goes with them: it is judged where pages are (5.2).
    """
    body = exchange.json
    if exchange.request.operation != "ListApps" or not isinstance(body, dict):
        return body
    apps = body.get("apps")
    if not isinstance(apps, list):
        return body
    return {"apps": [app for app in apps if not _is_neighbours(scenario, app)]}


def _is_neighbours(scenario: Scenario, app: Any) -> bool:
    name = str(app.get("app_name")) if isinstance(app, dict) else ""
    return name.startswith(RUNS_PREFIX) and not name.startswith(scenario.lab.prefix)
