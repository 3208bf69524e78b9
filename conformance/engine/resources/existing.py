"""Finds resources that a run cannot create: in the target file, or in a list of the target.

Which kinds these are, and which list shows them, is the contract's ``x-resources``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from conformance.contract.document import Contract
from conformance.contract.resources import GivenKind, Listing, MadeKind
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.engine.resources.rows import rows_of
from conformance.engine.sender import Sender
from conformance.model.case import Given, Template
from conformance.model.exchange import Exchange

_INSTEAD_TRIED = 3
"""In how many others it is looked for, where the one that it was looked for in has ended."""


class ExistingResources:
    """Provides ids of existing resources by kind; each lookup is remembered.

    ``named`` are ids by the setting of the target file that names them (``fixtures.bucket``);
    ``prefix`` starts the ids of resources that no list shows. ``provide`` gives an id of any kind,
    created or existing; ``ours`` are the ids that the run has created.
    """

    def __init__(
        self,
        contract: Contract,
        sender: Sender,
        named: Mapping[str, str | None],
        prefix: str,
        provide: Callable[[str], str],
        ours: Callable[[], Collection[str]],
    ) -> None:
        self._contract = contract
        self._kinds = contract.resources.given
        self._sender = sender
        self._named = named
        self._prefix = prefix
        self._provide = provide
        self._ours = ours
        self._found: dict[str, str] = {}
        self._gone: set[str] = set()
        self._over: dict[str, str] = {}
        """By kind, what has been: good enough for who only looks."""
        self._seen: set[str] = set()

    def get(self, kind: str, *, reading: bool = False) -> str:
        """The id of a resource of that kind; for ``reading``, one that has ended will do.

        Raises Blocked when none is known.
        """
        if reading and kind in self._over and kind not in self._found:
            return self._over[kind]
        named = self._name(kind)
        if named is not None and named not in self._gone:
            if not reading:
                self._must_go_on(self._kinds[kind], named)
            return named
        if kind not in self._found:
            self._found[kind] = self._look_up(self._kinds[kind])
        return self._found[kind] or self._provide(self._kinds[kind].others or kind)

    def fresh(self, kind: str) -> str:
        """The id of one that the list shows right now. Raises Blocked when none is known."""
        listed = self._kinds[kind].listing is not None and self._name(kind) is None
        return self._look_up(self._kinds[kind]) if listed else self.get(kind)

    def instead_of(self, made: MadeKind) -> str:
        """The id of somebody else's resource, where the target offers no way to create one.

        Raises NotOffered when none is named nor listed.
        """
        found = self.named_instead_of(made.kind) or self._of_others(made.kind)
        if found:
            return found
        settings = (given.setting for given in self._kinds.values() if given.others == made.kind)
        named = next((f"; {setting} may name one" for setting in settings if setting), "")
        raise NotOffered(
            f"it needs {made.kind}, and the target does not offer {made.create}{named}"
        )

    def named_instead_of(self, made: str) -> str | None:
        """The id in the target file for a kind that the run would otherwise create."""
        stand_ins = (given.kind for given in self._kinds.values() if given.others == made)
        return next((name for kind in stand_ins if (name := self._name(kind))), None)

    def ended(self, operation: str, path: Mapping[str, object]) -> None:
        """Forget what a successful operation has ended, and everything inside it."""
        for kind in self._kinds.values():
            if kind.ended_by is not None and kind.ended_by.operation == operation:
                self._leave(kind.kind, str(path.get(kind.ended_by.id)))

    def _leave(self, kind: str, identifier: str) -> None:
        self._gone.add(identifier)
        self._over[kind] = identifier
        for other in self._kinds.values():
            if other.kind == kind or kind in other.inside:
                found = self._found.pop(other.kind, None) or self._name(other.kind)
                if other.kind != kind and found:
                    self._over[other.kind] = found

    def _must_go_on(self, kind: GivenKind, named: str) -> None:
        """Raise Blocked where the list shows that the named resource has ended, maybe long ago.

        What the list does not show, or cannot be asked for, is assumed to exist.
        """
        listing = kind.listing
        if kind.ended_by is None or listing is None or named in self._seen:
            return
        self._seen.add(named)
        asked = {name: self._filled(value) for name, value in listing.query.items()}
        lasting = {n: v for n, v in asked.items() if not listing.query[n].startswith("{")}
        others = {name: value for name, value in asked.items() if name not in lasting}
        try:
            exchange = self._list(listing, {**others, listing.field: named})
        except (Blocked, NotOffered):
            return
        rows = [r for r in rows_of(exchange.json, listing.items) if r.get(listing.field) == named]
        if rows and not any(r.get(n, v) == v for r in rows for n, v in lasting.items()):
            self._seen.discard(named)
            raise Blocked(
                f"the {kind.kind} {named} is over, as {listing.operation} shows it;"
                f" let {kind.setting} name one that is not"
            )

    def _name(self, kind: str) -> str | None:
        setting = self._kinds[kind].setting
        return self._named.get(setting) or None if setting else None

    def _look_up(self, kind: GivenKind) -> str:
        """Find a given thing in the list that shows it; empty where one of ours must do.

        What is not in one thing (a user in a room) is looked for in another: the first may have
        ended by now, by another process of the run.
        """
        if kind.others is not None:
            return self._of_others(kind.others)
        if kind.variable is not None:
            raise Blocked(f"the {kind.kind} id is not known; set {kind.variable}")
        if kind.listing is None:
            return f"{self._prefix}{kind.kind}"
        for _ in range(_INSTEAD_TRIED):
            try:
                found = self._listed(kind.listing)
            except NotOffered as absent:
                where = f"; {kind.setting} may name it" if kind.setting else ""
                raise NotOffered(f"no {kind.kind} is known: {absent.reason}{where}") from None
            if found is not None:
                return found
            if not self._look_elsewhere(kind):
                break
        named = self._name(kind.kind)
        why = f"this run has dismissed {named}" if named else "the target file names none"
        raise Blocked(f"no {kind.kind} is known: {kind.listing.operation} shows none, {why}")

    def _of_others(self, kind: str) -> str:
        """The id of a listed resource that the run has not created; empty where there is none."""
        listing = self._contract.resources.made[kind].listing
        if listing is None:
            return ""
        try:
            exchange = self._sender.send(Template(listing.operation), judge=False)
        except NotOffered:
            return ""
        ids = (row.get(listing.field) for row in rows_of(exchange.json, listing.items))
        ours = self._ours()
        return next((i for i in ids if isinstance(i, str) and i not in ours), "")

    def _listed(self, listing: Listing) -> str | None:
        """Of several rows, the first whose ``where`` fields hold the ids of other given things."""
        query = {name: self._filled(value) for name, value in listing.query.items()}
        wanted = {field: self.get(other) for field, other in listing.where.items()}
        for row in rows_of(self._list(listing, query).json, listing.items):
            if any(row.get(field) != value for field, value in wanted.items()):
                continue
            if any(row.get(name, value) != value for name, value in query.items()):
                continue
            found = row.get(listing.field)
            if isinstance(found, str) and found and found not in self._gone:
                return found
        return None

    def _list(self, listing: Listing, query: Mapping[str, str]) -> Exchange:
        """The list that shows a kind; without its filters where it refuses those."""
        operation = self._contract.operation(listing.operation)
        places = (p for p in operation.parameters if p.place == "path")
        path = {p.name: Given(p.field.given) for p in places if p.field.given}
        exchange = self._sender.send(Template(operation.id, path=path, query=query), judge=False)
        needed = {
            name: value
            for name, value in query.items()
            if (parameter := operation.parameter(name)) is not None and parameter.required
        }
        if exchange.status < 400 or needed == query:
            return exchange
        return self._sender.send(Template(operation.id, path=path, query=needed), judge=False)

    def _look_elsewhere(self, kind: GivenKind) -> bool:
        """Forget the containers that a kind was looked up in, if they can end; whether any did."""
        inside = [k for k in kind.inside & self._found.keys() if self._kinds[k].ended_by]
        for other in inside:
            self._leave(other, self._found[other])
        return bool(inside)

    def _filled(self, value: str) -> str:
        """A query value of a lookup; ``{kind}`` stands for the id of another resource."""
        return self._provide(value.strip("{}")) if value.startswith("{") else value
