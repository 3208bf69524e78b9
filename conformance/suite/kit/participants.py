"""People who join rooms and leave them, where the target lets us move them (``rooms_url``)."""

from __future__ import annotations

from urllib.parse import quote

from conformance.engine.scenario import Blocked, Scenario


def join(scenario: Scenario, app: str, room: str, user: str, content: object = None) -> None:
    """Put a user into a room, or change what the user sends; who is still there leaves at the end.

    Raises Blocked when that fails.
    """
    where = (app, room, user)
    scenario.lab.resources.afterwards(where, lambda: leave(scenario, *where))
    _steer(scenario, "PUT", where, {} if content is None else content)


def leave(scenario: Scenario, app: str, room: str, user: str) -> None:
    """Take a user out of a room. Raises Blocked when that fails."""
    where = (app, room, user)
    scenario.lab.resources.undone(where)
    _steer(scenario, "DELETE", where, None)


def _steer(scenario: Scenario, method: str, where: tuple[str, str, str], content: object) -> None:
    app, room, user = where
    base = (scenario.lab.settings.fixtures.rooms_url or "").rstrip("/")
    path = "/".join(quote(part, safe="") for part in (app, room, "users", user))
    answer = scenario.lab.steer(method, f"{base}/{path}", content)
    if answer is None or not 200 <= answer.status < 300:
        status = "nothing" if answer is None else answer.status
        raise Blocked(f"{user} could not be moved in {room}: {status} was answered")
