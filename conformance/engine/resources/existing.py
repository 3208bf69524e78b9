"""What a run cannot make: named in the target file, or found in the list that shows it.

Which kinds are given, and which list shows them, is the contract's ``x-resources``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.engine.outcomes import Blocked
from conformance.model.case import Given, Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab

POPULATED = "populated_app"
"""The kind of an application that has rooms and statistics; it is never changed."""

_IN_ROOMS = ("room", "user")

_ROOMS_TRIED = 3


class Givens:
    """Provides the ids of given things by kind; what was looked up once is remembered."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._kinds = lab.contract.resources
        self._found: dict[str, str] = {}
        self._gone: set[str] = set()

    def get(self, kind: str) -> str:
        """One of that kind. Raises Blocked when none is known."""
        named = self._named().get(kind)
        if named is not None and named not in self._gone:
            return named
        if kind not in self._found:
            self._found[kind] = self._look_up(kind)
        return self._found[kind]

    def fresh(self, kind: str) -> str:
        """One of that kind as the list shows it now. Raises Blocked when none is known."""
        listed = "list" in self._kinds[kind] and self._named().get(kind) is None
        return self._look_up(kind) if listed else self.get(kind)

    def populated(self, ours: Collection[str]) -> str | None:
        """An application that others have filled with rooms; None when there are only ``ours``."""
        named = self._lab.settings.fixtures.app_id
        if named:
            return named
        if POPULATED not in self._found:
            exchange = self._lab.send(Template("ListApps"), judge=False)
            ids = (row.get("app_id") for row in _rows(exchange.json, "apps"))
            theirs = [found for found in ids if isinstance(found, str) and found not in ours]
            self._found[POPULATED] = theirs[0] if theirs else ""
        return self._found[POPULATED] or None

    def left(self, room: str) -> None:
        """A room has ended, and whoever was in it has gone."""
        self._gone.add(room)
        for kind in _IN_ROOMS:
            self._found.pop(kind, None)

    def _named(self) -> dict[str, str | None]:
        fixtures = self._lab.settings.fixtures
        return {
            "project": self._lab.settings.project_id,
            "bucket": fixtures.bucket,
            "bucket_location": fixtures.bucket_location,
            "room": fixtures.room_id,
            "user": fixtures.user_id,
            "project_name": self._lab.settings.project_name,
            **(asdict(self._lab.reach.account) if self._lab.reach.account else {}),
        }

    def _look_up(self, kind: str) -> str:
        """Find a given thing in the list that shows it (``list``, ``items``, ``field``).

        Whoever is not in one room is looked for in another: the first may be dismissed by now,
        by another process of the run.
        """
        if kind == "project":
            raise Blocked("the project id is not known; set SPARKRTC_PROJECT_ID")
        if "list" not in self._kinds[kind]:
            return f"{self._lab.prefix}{kind}"
        for _ in range(_ROOMS_TRIED):
            found = self._listed(kind)
            if found is not None:
                return found
            if not self._leaves_room(kind):
                break
        named = self._named().get(kind)
        why = f"this run has dismissed {named}" if named else "the target file names none"
        raise Blocked(f"no {kind} is known: {self._kinds[kind]['list']} shows none, {why}")

    def _listed(self, kind: str) -> str | None:
        """Of several rows, the first whose ``where`` fields hold the ids of other given things."""
        spec = self._kinds[kind]
        query = {name: self._where(value) for name, value in spec.get("query", {}).items()}
        wanted = {field: self.get(other) for field, other in spec.get("where", {}).items()}
        for row in _rows(self._list(spec, query).json, spec["items"]):
            if any(row.get(field) != value for field, value in wanted.items()):
                continue
            if any(row.get(name, value) != value for name, value in query.items()):
                continue
            found = row.get(spec["field"])
            if isinstance(found, str) and found and found not in self._gone:
                return found
        return None

    def _list(self, spec: Mapping[str, Any], query: dict[str, str]) -> Exchange:
        """The list that shows a kind; without its filters where it refuses those."""
        path = {"project_id": Given("project")} if spec.get("in_project") else {}
        operation = self._lab.contract.operation(spec["list"])
        exchange = self._lab.send(Template(operation.id, path=path, query=query), judge=False)
        needed = {
            name: value
            for name, value in query.items()
            if (parameter := operation.parameter(name)) is not None and parameter.required
        }
        if exchange.status < 400 or needed == query:
            return exchange
        return self._lab.send(Template(operation.id, path=path, query=needed), judge=False)

    def _leaves_room(self, kind: str) -> bool:
        """Give up the room that was looked up, where the kind is looked for inside of one."""
        spec = self._kinds[kind]
        inside = (
            "{room}" in spec.get("query", {}).values() or "room" in spec.get("where", {}).values()
        )
        room = self._found.get("room") if inside else None
        if room is not None:
            self.left(room)
        return room is not None

    def _where(self, value: str) -> str:
        """A query value of a lookup; ``{kind}`` stands for the id of another resource."""
        return self._lab.resources.get(value.strip("{}")) if value.startswith("{") else value


def _rows(answer: Any, field: str) -> list[dict[str, Any]]:
    """The rows of a list that an answer shows; none where it shows something else."""
    rows = answer.get(field) if isinstance(answer, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
