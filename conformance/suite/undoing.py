"""Puts a target back as it was: deletes what a journal names, restores what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model.case import Template
from conformance.model.exchange import Exchange
from conformance.target.cleanup import Presence
from conformance.target.journal import Changed, Created

if TYPE_CHECKING:
    from conformance.suite.lab import Lab

_GONE = 404


class LabUndo:
    """How a lab looks at and undoes what a journal names (``target.cleanup.Undo``)."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._kinds = lab.contract.resources

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids of the applications of that name; what lies beneath an application goes with it."""
        if item.resource != "app":
            return ()
        rows = self._ask("ListApps", {}).json
        apps = rows.get("apps", []) if isinstance(rows, dict) else []
        return tuple(app["app_id"] for app in apps if app.get("app_name") == item.name)

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Ours when the application that it is, or lies in, has a name with the run's prefix."""
        spec = self._kinds[item.resource]
        shown = self._ask(spec["show"], {**item.path, spec["id"]: identifier})
        if shown.status == _GONE:
            return Presence.GONE
        self._must_succeed(shown)
        if item.resource != "app":
            shown = self._ask("ShowApp", {"app_id": item.path["app_id"]})
            if shown.status == _GONE:
                return Presence.GONE
            self._must_succeed(shown)
        name = shown.json.get("app_name") if isinstance(shown.json, dict) else None
        ours = isinstance(name, str) and name.startswith(prefix)
        return Presence.OURS if ours else Presence.FOREIGN

    def delete(self, item: Created, identifier: str) -> None:
        """Delete it; what is finished or gone already is fine."""
        spec = self._kinds[item.resource]
        answer = self._ask(spec["delete"], {**item.path, spec["id"]: identifier})
        if answer.status != _GONE and not self._is_finished_job(answer):
            self._must_succeed(answer)

    def restore(self, item: Changed) -> None:
        """Send the settings that were there before."""
        self._must_succeed(self._ask(item.operation, dict(item.path), item.before))

    def _is_finished_job(self, answer: Exchange) -> bool:
        body = answer.json if isinstance(answer.json, dict) else {}
        return answer.status == 400 and body.get("error_code") == "RTC.00001009"

    def _ask(self, operation: str, path: dict[str, Any], body: Any = None) -> Exchange:
        template = Template(operation, path=path)
        if body is not None:
            template = Template(operation, path=path, body=body)
        return self._lab.send(template, judge=False)

    def _must_succeed(self, exchange: Exchange) -> None:
        if not 200 <= exchange.status < 300:
            failure = exchange.failure
            said = f"{failure.stage}: {failure.message}" if failure else str(exchange.status)
            raise LookupError(f"{exchange.request.method} {exchange.request.url}: {said}")
