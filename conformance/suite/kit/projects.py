"""Projects that callers are shown (14.3), and tokens for those beside the target's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conformance.access.auth import TokenAuth
from conformance.engine.scenario import Scenario
from conformance.suite.kit.applications import part

ELSEWHERE: Final = "elsewhere"
"""The name of the credentials in another project."""
_PROJECT: Final = "auth.scope.project.name"
_MOST: Final = 3
"""Projects that are tried: a user may be listed some that he has no token for."""


def enter_another_project(scenario: Scenario) -> bool:
    """Get a token for another project that is listed (14.3); whether there is one."""
    return any(enter(scenario, row) for row in other_projects(scenario)[:_MOST])


def other_projects(scenario: Scenario) -> list[Mapping[str, Any]]:
    """The projects that are listed beside that of the target file, but for disabled ones."""
    own = scenario.lab.settings.project_id
    rows = _listed(scenario, "valid")
    return [row for row in rows if row.get("id") != own and row.get("enabled", True)]


def project_names(scenario: Scenario, credentials: str) -> dict[str, str]:
    """The names of the projects that these credentials are shown, by their ids."""
    rows = _listed(scenario, credentials)
    return {str(row.get("id")): str(row["name"]) for row in rows if row.get("name")}


def _listed(scenario: Scenario, credentials: str) -> list[Mapping[str, Any]]:
    listed = part(scenario.make("ListProjects", credentials=credentials).json, "projects")
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def enter(scenario: Scenario, project: Mapping[str, Any]) -> bool:
    """Take a token for that project as the credentials ``ELSEWHERE``; whether one is given."""
    change = {_PROJECT: project.get("name")}
    given = scenario.send("CreateToken", credentials="none", change=change)
    token = given.response.header("x-subject-token") if given.response else None
    if not given.succeeded or not token:
        return False
    scenario.lab.adopt(ELSEWHERE, TokenAuth(token), token)
    return True
