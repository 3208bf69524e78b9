"""Resources that cases need: made once, shared by all that cannot change them, deleted at the end.

Which operation makes what, and from which example, is the contract's ``x-resources``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.cases.requests import bases, put
from conformance.contract.operations import Operation
from conformance.engine.outcomes import Blocked
from conformance.engine.resources.existing import POPULATED, Givens
from conformance.engine.resources.expiry import Lifetimes
from conformance.engine.resources.retirement import retire
from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab

TRIES = 3
"""How often a kind is tried in vain before all that need it are blocked without a request."""


@dataclass(frozen=True, slots=True)
class Made:
    """One resource that this run has created: its kind, its id, and the path that leads to it.

    ``number`` counts everything that the run has created, in order.
    """

    kind: str
    id: str
    path: Mapping[str, Any]
    number: int


class Resources:
    """Provides ids by kind, and remembers what has to be deleted."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._shared: dict[str, str] = {}
        self._made: list[Made] = []
        self._spare: dict[str, list[Made]] = {}
        self._kept: set[str] = set()
        """Shared ones and spares: they outlive the case that made them."""
        self._lent: set[str] = set()
        """Spares that have been handed out: they go with the case that got them."""
        self._lifetimes = Lifetimes(lab.contract.resources, lambda: lab.now().timestamp())
        self._count = 0
        self._entries: dict[str, str] = {}
        self._failed: dict[str, tuple[str, int]] = {}
        self._kinds = lab.contract.resources
        self._givens = Givens(lab)
        self._creators = {
            spec["create"]: kind for kind, spec in self._kinds.items() if "create" in spec
        }
        self._deleters = {
            spec["delete"]: kind for kind, spec in self._kinds.items() if "delete" in spec
        }

    def get(self, kind: str) -> str:
        """The shared resource of that kind. Raises Blocked when it cannot be had."""
        if kind == POPULATED:
            return self._givens.populated({made.id for made in self._made}) or self.get("app")
        if self._kinds[kind].get("given"):
            return self._givens.get(kind)
        if kind not in self._shared or not self._lifetimes.lasts(self._shared[kind]):
            self._shared[kind] = self._make(kind, fresh=False)
        return self._shared[kind]

    def fresh(self, kind: str) -> str:
        """A resource of that kind that no other case uses. Raises Blocked when it cannot be had."""
        if kind == POPULATED:
            return self.get(kind)
        if self._kinds[kind].get("given"):
            return self._givens.fresh(kind)
        spare = self._spare.get(kind)
        made = spare.pop() if spare else None
        if made is not None:
            self._kept.discard(made.id)
        if made is not None and self._lifetimes.lasts(made.id):
            self._lent.add(made.id)
            self._wait(made, self._kinds[kind])
            return made.id
        return self._make(kind, fresh=True)

    def creates(self, operation: Operation) -> str | None:
        """Kind of resource that an operation creates, if any."""
        return self._creators.get(operation.id)

    def journaled(self, identifier: str, entry: str) -> None:
        """What was created under this id stands in the journal under that entry."""
        self._entries[identifier] = entry

    def note(self, operation: Operation, filled: Template, exchange: Exchange) -> None:
        """Remember what an exchange created or deleted, whoever sent it."""
        if exchange.response is None or not 200 <= exchange.response.status < 300:
            return
        kind = self._creators.get(operation.id)
        if kind is not None and isinstance(exchange.json, dict):
            identifier = exchange.json.get(self._kinds[kind]["id"])
            known = {made.id for made in self._made}
            if isinstance(identifier, str) and identifier and identifier not in known:
                self._count += 1
                self._made.append(Made(kind, identifier, dict(filled.path), self._count))
                self._lifetimes.created(kind, identifier, filled.body)
        for touched, spec in self._kinds.items():
            if spec.get("id") in filled.path:
                self._lifetimes.changed(touched, str(filled.path[spec["id"]]), filled.body)
        if operation.id == "RemoveRoom":
            self._givens.left(str(filled.path["room_id"]))
        gone = self._deleters.get(operation.id)
        if gone is not None:
            self._forget(gone, str(filled.path.get(self._kinds[gone]["id"], "")))

    def release(self, mark: int, *, spares: bool = True) -> None:
        """Delete what was created or lent since ``mark``.

        One of each kind is kept for later when ``spares`` says that nothing was done to it.
        """
        for made in reversed(self._made[:]):
            if made not in self._made or made.id in self._kept:
                continue
            if made.id in self._lent:
                self._delete(made)
            elif made.number > mark:
                spare = self._spare.setdefault(made.kind, [])
                if spares and not spare and self._keeps(made):
                    spare.append(made)
                    self._kept.add(made.id)
                else:
                    self._delete(made)

    def _keeps(self, made: Made) -> bool:
        """Whether one that a case made will do for another."""
        return not self._kinds[made.kind].get("alone") and self._lifetimes.lasts(made.id)

    @property
    def mark(self) -> int:
        """Where ``release`` may start from later."""
        return self._count

    def clean(self) -> list[str]:
        """Delete everything that this run created, the newest first; what is left is returned."""
        for made in reversed(self._made[:]):
            if made in self._made:
                self._delete(made)
        return self.left

    @property
    def left(self) -> list[str]:
        """What this run has created and not deleted."""
        return [f"{made.kind} {made.id}" for made in self._made]

    def _make(self, kind: str, *, fresh: bool) -> str:
        spec = self._kinds[kind]
        if not self._lab.settings.allow_writes:
            raise Blocked(f"it needs {kind} to be created, and the target does not allow writes")
        if self._failed.get(kind, ("", 0))[1] >= TRIES:
            raise Blocked(self._failed[kind][0])
        operation = self._lab.contract.operation(spec["create"])
        template = next(
            (b.template for b in bases(operation) if b.name == spec["example"]),
            bases(operation)[0].template,
        )
        for path, value in spec.get("change", {}).items():
            template = put(template, "body", path, value)
        if fresh and spec.get("alone"):
            template = template.with_fresh(frozenset({"app"}))
        exchange = self._lab.send(template, judge=False)
        identifier = exchange.json.get(spec["id"]) if isinstance(exchange.json, dict) else None
        if exchange.status != operation.success.status or not isinstance(identifier, str):
            said = self._lab.prose(_said(exchange))
            reason = f"no {kind} could be created: {operation.id} answered {said}"
            self._failed[kind] = reason, self._failed.get(kind, ("", 0))[1] + 1
            raise Blocked(reason)
        made = next((m for m in self._made if m.id == identifier), None)
        if made is not None:
            (self._lent if fresh else self._kept).add(made.id)
            self._wait(made, spec)
        return identifier

    def path_of(self, kind: str, identifier: str) -> dict[str, Any]:
        """Path parameters that lead to a resource that this run has made."""
        made = next((m for m in self._made if m.kind == kind and m.id == identifier), None)
        if made is None:
            return {}
        return {**made.path, self._kinds[kind]["id"]: identifier}

    def _wait(self, made: Made, spec: Mapping[str, Any]) -> None:
        """Poll until a new resource can be worked with, where the contract says how to see it."""
        ready = spec.get("ready")
        if ready is None:
            return
        if not self._lab.waiting.patient:
            return
        template = Template(spec["show"], path={**made.path, spec["id"]: made.id})

        def there(exchange: Exchange) -> bool:
            shown = exchange.json.get(ready["field"]) if isinstance(exchange.json, dict) else None
            return shown == ready["value"] or exchange.status != 200

        self._lab.waiting.until(
            f"{made.kind} {ready['value']}",
            lambda: self._lab.send(template, judge=False),
            there,
            float(ready["seconds"]),
        )

    def _delete(self, made: Made) -> bool:
        spec = self._kinds[made.kind]
        path = {**made.path, spec["id"]: made.id}
        exchange = retire(self._lab, spec, path)
        gone = exchange.status in {200, 202, 204, 404}
        if gone:
            self._forget(made.kind, made.id)
        return gone

    def _forget(self, kind: str, identifier: str) -> None:
        """A resource is gone, and everything that was beneath it."""
        name = self._kinds[kind]["id"]
        gone = [
            made
            for made in self._made
            if (made.kind == kind and made.id == identifier) or made.path.get(name) == identifier
        ]
        for made in gone:
            self._made.remove(made)
            self._lab.intents.undone(self._entries.pop(made.id, None))
            self._lent.discard(made.id)
            self._kept.discard(made.id)
            if self._shared.get(made.kind) == made.id:
                del self._shared[made.kind]
            for spare in self._spare.values():
                if made in spare:
                    spare.remove(made)


__all__ = ["POPULATED", "TRIES", "Made", "Resources"]


def _said(exchange: Exchange) -> str:
    if exchange.response is None:
        failure = exchange.failure
        return f"nothing ({failure.stage}: {failure.message})" if failure else "nothing"
    text = exchange.response.body[:160].decode("utf-8", "replace")
    return f"{exchange.response.status} {text}".strip()
