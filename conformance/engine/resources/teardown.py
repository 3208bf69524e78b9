"""Puts a target back as it was: deletes what a journal names, restores what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.access.cleanup import Presence
from conformance.access.journal import Changed, Created
from conformance.engine.resources.retirement import retire
from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab

_GONE = 404
_MOST_PAGES = 1000


class LabUndo:
    """How a lab looks at and undoes what a journal names (``target.cleanup.Undo``)."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._kinds = lab.contract.resources

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids of the applications of that name; what lies beneath an application goes with it."""
        if item.resource != "app":
            return ()
        return tuple(app["app_id"] for app in self._apps() if app.get("app_name") == item.name)

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Ours when the application that it is, or lies in, has a name with the run's prefix.

        So is one whose id our own create was answered with, while it has the name given then: not
        every name has room for a prefix.
        """
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
        ours = isinstance(name, str) and _carries(name, prefix)
        given = item.resource == "app" and item.id == identifier and name == item.name
        return Presence.OURS if ours or given else Presence.FOREIGN

    def delete(self, item: Created, identifier: str) -> None:
        """Delete it; what is finished or gone already is fine."""
        spec = self._kinds[item.resource]
        answer = retire(self._lab, spec, {**item.path, spec["id"]: identifier})
        if answer.status != _GONE and not self._is_finished_job(answer):
            self._must_succeed(answer)

    def restore(self, item: Changed) -> None:
        """Send the settings that were there before."""
        self._must_succeed(self._ask(item.operation, dict(item.path), item.before))

    def _apps(self) -> Iterator[dict[str, Any]]:
        """Every application of the project, page by page (5.2); one that came before ends it."""
        seen: set[str] = set()
        for page in range(_MOST_PAGES):
            listed = self._lab.send(Template("ListApps", query={"offset": page}), judge=False)
            self._must_succeed(listed)
            rows = listed.json.get("apps") if isinstance(listed.json, dict) else None
            new = [row for row in rows or () if isinstance(row, dict) and _id_of(row) not in seen]
            if not new:
                return
            seen.update(map(_id_of, new))
            yield from (row for row in new if _id_of(row))

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


def _carries(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix; one case writes it in capitals, behind a space."""
    return name.strip().lower().startswith(prefix.lower())


def _id_of(row: dict[str, Any]) -> str:
    identifier = row.get("app_id")
    return identifier if isinstance(identifier, str) else ""
