"""The room of a target in which people already are, where nobody can be made to join one.

It is used at targets that are no account in real use, in the application that their file names.
What is changed of the application is put back when the case ends.
"""

from __future__ import annotations

from typing import Final

from conformance.engine.scenario import Blocked, NotApplicable, Scenario
from conformance.model.case import Template
from conformance.suite.kit.applications import ACTIVE, part, show

PARTICIPANTS: Final = "participants"
_RUNNING: Final = "running-room"
_MASK: Final = "*"


def running_app(scenario: Scenario) -> str:
    """The application of the target file, in a room of which people are.

    Raises NotApplicable where the file names none or may not be used so.
    """
    lent = None
    if scenario.lab.settings.allows(_RUNNING):
        lent = scenario.lab.resources.lent_by_user("app")
    if lent is None:
        raise NotApplicable(
            "nobody can be made to join a room (participants), and no room that is running may be "
            "recorded: a target that is not live, running-room, and fixtures.app_id"
        )
    return lent


def somebody_there(scenario: Scenario) -> tuple[str, str]:
    """A room that is running, and a user in it. Raises NotApplicable where there is none."""
    try:
        return scenario.given("room"), scenario.given("user")
    except Blocked as nobody:
        raise NotApplicable(
            f"nobody is in a room that could be recorded: {nobody.reason}"
        ) from None


def enable_again(scenario: Scenario, app: str) -> None:
    """Enable an application when the case ends. Raises NotApplicable if it is not enabled now."""
    if part(show(scenario, app).json, "state", "state") != ACTIVE:
        raise NotApplicable("the application of the target file is not enabled")
    enable = Template("StartApp", path={"app_id": app})
    scenario.lab.resources.afterwards(
        ("state", app), lambda: scenario.lab.send(enable, judge=False)
    )


def put_back_callback(scenario: Scenario, app: str) -> None:
    """Let the callback of an application be what it is now again when the case ends."""
    path = {"app_id": app}
    shown = scenario.make("ShowRecordCallback", path=path)
    url = part(shown.json, "record_callback", "url")
    key = part(shown.json, "record_callback", "auth_key")
    body = {"url": url or ""}
    if isinstance(key, str) and _MASK not in key:
        body["auth_key"] = key

    def restore() -> None:
        scenario.lab.send(Template("UpdateRecordCallback", path=path, body=body), judge=False)

    scenario.lab.resources.afterwards(("record_callback", app), restore)
