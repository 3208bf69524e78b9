"""Plays a script to a reference that was served with ``--control``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from conformance.errors import TargetUnreachable, UsageError
from conformance.reference.simulation.script import Script, Step, after

_SECONDS = 30.0
_REMEDY = "start one: sparkrtc-conformance serve --control"


@dataclass(slots=True)
class Stage:
    """A reference through its door; use it in a ``with`` statement.

    ``moves``: its clock is moved from step to step; else the time is waited for, ``speed`` times
    faster than the script says.
    """

    base_url: str
    moves: bool = True
    speed: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    _people: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _client: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=_SECONDS, trust_env=False)
    )

    def play(self, script: Script, tell: Callable[[float, Step, str], None]) -> str:
        """Play it to its end; the id of the application. ``tell`` hears of every step.

        Raises TargetUnreachable where there is no such door, UsageError for an application that
        is not there.
        """
        app_id = self._find(script.app)
        now = 0.0
        for step, room in script.steps:
            self._pass(step.at - now)
            now = step.at
            self._carry_out(app_id, step, room)
            tell(now, step, room)
        self._pass(script.until - now)
        return app_id

    def deliveries(self, app_id: str) -> list[dict[str, Any]]:
        """What was told to the callback of an application."""
        answer = self._ask("GET", f"/_control/deliveries?app_id={quote(app_id)}")
        told: list[dict[str, Any]] = answer.json()["deliveries"]
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def _find(self, wanted: str) -> str:
        names: dict[str, str] = {}
        for tenant in self._ask("GET", "/_control/snapshot").json()["tenants"]:
            names |= {app_id: app["name"] for app_id, app in tenant["apps"].items()}
        if wanted in names:
            return wanted
        found = [app_id for app_id, name in names.items() if name == wanted]
        if not found:
            known = ", ".join(sorted(set(names.values()))) or "none"
            raise UsageError(f"application {wanted!r}", "is not there", f"there is: {known}")
        return found[0]

    def _carry_out(self, app_id: str, step: Step, room: str) -> None:
        parts = (app_id, room, "users", step.who)
        path = "/_control/rooms/" + "/".join(quote(part, safe="") for part in parts)
        content = after(step, self._people.get((room, step.who)))
        if content is None:
            self._people.pop((room, step.who), None)
            self._ask("DELETE", path)
            return
        self._people[room, step.who] = content
        self._ask("PUT", path, content)

    def _pass(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if self.moves:
            self._ask("POST", "/_control/advance", {"seconds": seconds})
        else:
            self.sleep(seconds / self.speed)

    def _ask(self, method: str, path: str, content: object = None) -> httpx.Response:
        url = f"{self.base_url.rstrip('/')}{path}"
        try:
            answer = self._client.request(method, url, json=content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TargetUnreachable(
                self.base_url, f"cannot be reached ({error})", _REMEDY
            ) from None
        if not answer.is_success:
            problem = f"answered {answer.status_code} to {method} {path.partition('?')[0]}"
            raise TargetUnreachable(self.base_url, problem, _REMEDY)
        return answer
