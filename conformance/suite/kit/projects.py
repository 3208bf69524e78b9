"""The other projects of the tenant, which the user of the target file has a token for too."""

from __future__ import annotations

from typing import Final

from conformance.access.auth import TokenAuth
from conformance.engine.scenario import Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part

ELSEWHERE: Final = "elsewhere"
"""The name of the credentials in another project."""
_PROJECT: Final = "auth.scope.project.name"


def lists_something(exchange: Exchange) -> bool:
    """Whether an answer has a list with something in it."""
    body = exchange.json if isinstance(exchange.json, dict) else {}
    return any(value for value in body.values() if isinstance(value, list))


def enter_another_project(scenario: Scenario) -> bool:
    """Get a token for another project that is listed (14.3); whether there is one."""
    own = scenario.lab.settings.project_id
    listed = part(scenario.make("ListProjects").json, "projects")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    others = [row for row in rows if row.get("id") != own and row.get("enabled", True)]
    for row in others[:1]:
        change = {_PROJECT: row.get("name")}
        given = scenario.send("CreateToken", credentials="none", change=change)
        token = given.response.header("x-subject-token") if given.response else None
        if given.succeeded and token:
            scenario.lab.adopt(ELSEWHERE, TokenAuth(token), token)
            return True
    return False
