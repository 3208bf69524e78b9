"""Provides the resources that cases need.

They are created once, shared where cases cannot change them, and deleted at the end. Which
operation creates what, and from which example, is the contract's ``x-resources``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.cases.requests import bases, with_input
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.resources import MadeKind
from conformance.engine.answer_excerpt import answer_excerpt
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.engine.resources.existing import ExistingResources
from conformance.engine.resources.expiry import Lifetimes
from conformance.engine.resources.journaling import Intents
from conformance.engine.resources.names import can_name, id_in
from conformance.engine.resources.ownership import Ownership
from conformance.engine.resources.retirement import retire
from conformance.engine.sender import Sender
from conformance.engine.wire.polling import Waiting
from conformance.model.case import Template
from conformance.model.exchange import Exchange

_NOT_FOUND = 404
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


@dataclass(frozen=True, slots=True)
class Providing:
    """What a pool works with: names, permissions, clock, waits and journal of its run.

    ``named`` are ids of existing resources by the setting that names them; ``prefix`` starts every
    name that the run gives; ``clock`` counts the seconds of the target's time.
    """

    named: Mapping[str, str | None]
    prefix: str
    allow_writes: bool
    clock: Callable[[], float]
    waiting: Waiting
    intents: Intents
    ownership: Ownership


class ResourcePool:
    """Provides ids by kind, and remembers what has to be deleted."""

    def __init__(self, contract: Contract, sender: Sender, providing: Providing) -> None:
        self._contract = contract
        self._kinds = contract.resources.made
        self._sender = sender
        self._providing = providing
        self._shared: dict[str, str] = {}
        self._made: list[Made] = []
        self._spare: dict[str, list[Made]] = {}
        self._kept: set[str] = set()
        """Shared ones and spares: they outlive the case that made them."""
        self._lent: set[str] = set()
        """Spares that have been handed out: they go with the case that got them."""
        self._lifetimes = Lifetimes(
            {k.kind: tuple(k.change) for k in self._kinds.values()}, providing.clock
        )
        self._undeletable: set[str] = set()
        """What the target has refused to delete: tried again at the end, not after every case."""
        self._afterwards: dict[Hashable, Callable[[], object]] = {}
        """What is undone when a case ends, before what it created is deleted."""
        self._count = 0
        self._failed: dict[str, tuple[str, int]] = {}
        self._existing = ExistingResources(
            contract, sender, providing.named, providing.prefix, self.get, self._ids
        )

    def get(self, kind: str, *, reading: bool = False) -> str:
        """The id of the shared resource of that kind; for ``reading``, one that has ended will do.

        Raises Blocked when it cannot be had.
        """
        if kind not in self._kinds:
            return self._existing.get(kind, reading=reading)
        if not self._sender.offers(self._kinds[kind].create):
            return self._borrowed(self._kinds[kind])
        if kind not in self._shared or not self._lifetimes.lasts(self._shared[kind]):
            self._shared[kind] = self._make(self._kinds[kind], fresh=False)
        return self._shared[kind]

    def instead_of_shared(self, kind: str, body: Any) -> str | None:
        """A new one where a change by that body would end what is shared; else None."""
        shared = self._shared.get(kind)
        if shared is None or not self._lifetimes.ends(kind, shared, body):
            return None
        return self._make(self._kinds[kind], fresh=True)

    def fresh(self, kind: str) -> str:
        """A resource of that kind that no other case uses. Raises Blocked when it cannot be had."""
        if kind not in self._kinds:
            return self._existing.fresh(kind)
        create = self._kinds[kind].create
        if not self._sender.offers(create):
            reason = f"it needs {kind} of its own, and the target does not offer {create}"
            raise NotOffered(reason)
        spare = self._spare.get(kind)
        made = spare.pop() if spare else None
        if made is not None:
            self._kept.discard(made.id)
        if made is not None and self._lifetimes.lasts(made.id):
            self._lent.add(made.id)
            self._wait(made)
            if self._lifetimes.lasts(made.id):  # the wait may have taken what was left of it
                return made.id
        return self._make(self._kinds[kind], fresh=True)

    def _borrowed(self, kind: MadeKind) -> str:
        """The id of somebody else's resource. Raises NotOffered when there is none."""
        named = self._existing.named_instead_of(kind.kind)
        identifier = named or self._existing.instead_of(kind)
        self._providing.ownership.borrow(kind, identifier, named=named is not None)
        return identifier

    def lent_by_user(self, kind: str) -> str | None:
        """What the target file names of a kind that is otherwise created.

        It may be changed, to be put back, and is never deleted. None where the file names none, or
        where the account is in real use.
        """
        identifier = self._existing.named_instead_of(kind)
        if identifier is None or self._providing.ownership.careful:
            return None
        self._providing.ownership.borrow(self._kinds[kind], identifier, named=True)
        return identifier

    def _ids(self) -> set[str]:
        """Ids of everything that the run has made."""
        return {made.id for made in self._made}

    def note(self, operation: Operation, filled: Template, exchange: Exchange) -> None:
        """Note what an exchange created or deleted, whoever sent it."""
        if exchange.response is None or not 200 <= exchange.response.status < 300:
            return
        kind = self._contract.resources.created_by(operation.id)
        if kind is not None:
            identifier = id_in(exchange.legible, kind.id)
            if can_name(identifier) and identifier not in self._ids():
                self._count += 1
                self._made.append(Made(kind.kind, identifier, dict(filled.path), self._count))
                self._lifetimes.created(kind.kind, identifier, filled.body)
        for touched in self._kinds.values():
            if touched.id in filled.path:
                self._lifetimes.changed(touched.kind, str(filled.path[touched.id]), filled.body)
        self._existing.ended(operation.id, filled.path)
        gone = self._contract.resources.deleted_by(operation.id)
        if gone is not None:
            identifier = str(filled.path.get(gone.id, ""))
            self._forget(gone, identifier, proved=self._proves(gone, exchange))

    def afterwards(self, key: Hashable, action: Callable[[], object]) -> None:
        """Undo something that no deletion undoes when the case ends, the newest first."""
        self._afterwards[key] = action

    def undone(self, key: Hashable) -> None:
        """What was put under this key is undone already."""
        self._afterwards.pop(key, None)

    def _undo(self) -> None:
        while self._afterwards:
            _, action = self._afterwards.popitem()
            with suppress(Blocked):
                action()

    def release(self, mark: int, *, spares: bool = True) -> None:
        """Undo what is to be undone, and delete what was created or handed out since ``mark``.

        One of each kind is kept for later when ``spares`` says that nothing was done to it.
        """
        self._undo()
        for made in reversed(self._made[:]):
            if made not in self._made or made.id in self._kept | self._undeletable:
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
        """Whether a resource that a case used is kept for another case."""
        return not self._kinds[made.kind].alone and self._lifetimes.lasts(made.id)

    @property
    def mark(self) -> int:
        """A position for ``release`` to start from."""
        return self._count

    def clean(self) -> list[str]:
        """Delete everything that this run created, the newest first; return what could not be."""
        self._undo()
        for made in reversed(self._made[:]):
            if made in self._made:
                self._delete(made)
        return self.left

    @property
    def left(self) -> list[str]:
        """Everything that this run has created and not deleted."""
        return [f"{made.kind} {made.id}" for made in self._made]

    def _make(self, kind: MadeKind, *, fresh: bool) -> str:
        if not self._providing.allow_writes:
            raise Blocked(
                f"it needs {kind.kind} to be created, and the target does not allow writes"
            )
        if self._failed.get(kind.kind, ("", 0))[1] >= TRIES:
            raise Blocked(self._failed[kind.kind][0])
        exchange = self._sender.send(self._request(kind, fresh=fresh), judge=False)
        identifier = id_in(exchange.legible, kind.id)
        # Another success than the documented one is a finding of its own, and the id is there.
        if not exchange.succeeded or not can_name(identifier):
            said = self._sender.prose(answer_excerpt(exchange))
            reason = f"no {kind.kind} could be created: {kind.create} answered {said}"
            self._failed[kind.kind] = reason, self._failed.get(kind.kind, ("", 0))[1] + 1
            raise Blocked(reason)
        if self._providing.ownership.is_foreign(identifier):
            raise Blocked(f"{kind.create} answered {identifier}, which was there before")
        made = next((m for m in self._made if m.id == identifier), None)
        if made is not None:
            (self._lent if fresh else self._kept).add(made.id)
            self._wait(made)
        return identifier

    def _request(self, kind: MadeKind, *, fresh: bool) -> Template:
        """What creates one of that kind, from the example of the contract."""
        known = bases(self._contract.operation(kind.create))
        template = next((b.template for b in known if b.name == kind.example), known[0].template)
        for path, value in kind.change.items():
            template = with_input(template, "body", path, value)
        if fresh and kind.alone and kind.within is not None:
            template = template.with_fresh(frozenset({kind.within}))
        return template

    def path_of(self, kind: str, identifier: str) -> dict[str, Any]:
        """Path parameters that lead to a resource that this run has made."""
        made = next((m for m in self._made if m.kind == kind and m.id == identifier), None)
        if made is None and self._providing.ownership.is_borrowed(identifier):
            return {self._kinds[kind].id: identifier}
        if made is None:
            return {}
        return {**made.path, self._kinds[kind].id: identifier}

    def _wait(self, made: Made) -> None:
        """Poll until a new resource is ready, where the contract says how to see that."""
        kind = self._kinds[made.kind]
        ready = kind.ready
        if ready is None or not self._providing.waiting.patient:
            return
        if not self._sender.offers(kind.show):
            return
        template = Template(kind.show, path={**made.path, kind.id: made.id})

        def there(exchange: Exchange) -> bool:
            shown = exchange.json.get(ready.field) if isinstance(exchange.json, dict) else None
            settled = isinstance(shown, str) and shown in {ready.value, ready.over}
            return settled or exchange.status != 200

        self._providing.waiting.until(
            f"{made.kind} {ready.value}",
            lambda: self._sender.send(template, judge=False),
            there,
            ready.seconds,
        )

    def _delete(self, made: Made) -> bool:
        kind = self._kinds[made.kind]
        try:
            exchange = retire(self._sender, kind, {**made.path, kind.id: made.id})
        except Blocked:
            return False
        gone = exchange.status in {200, 202, 204, 404}
        if gone:
            self._forget(kind, made.id, proved=self._proves(kind, exchange))
        else:
            self._undeletable.add(made.id)
        return gone

    def _proves(self, kind: MadeKind, exchange: Exchange) -> bool:
        """Whether an answer to a deletion is one of those that the document has."""
        documented = self._contract.operation(kind.delete).successes
        return exchange.status in {_NOT_FOUND, *documented}

    def _forget(self, kind: MadeKind, identifier: str, *, proved: bool) -> None:
        """Forget a deleted resource, and everything inside it.

        Not ``proved``: the answer is none that the document has; the journal keeps what it was
        about, and the end of the run looks whether it is gone.
        """
        gone = [
            made
            for made in self._made
            if (made.kind == kind.kind and made.id == identifier)
            or made.path.get(kind.id) == identifier
        ]
        for made in gone:
            self._made.remove(made)
            if proved:
                self._providing.intents.deleted(made.id)
            self._lent.discard(made.id)
            self._kept.discard(made.id)
            if self._shared.get(made.kind) == made.id:
                del self._shared[made.kind]
            for spare in self._spare.values():
                if made in spare:
                    spare.remove(made)
