"""Decides which resources are the run's own: nothing else is changed or deleted.

A creation may be answered with an id that is somebody else's: by a gateway that caches, or a
service that creates by name only once. So what exists before the first creation is listed, and a
created resource is looked at once before the first request that changes it: it must carry the run's
prefix, which nobody can guess, or the very name that was sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.access.capability import TOUCHES_OTHERS
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.resources import MadeKind
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.engine.resources.names import can_name, carries, id_in
from conformance.engine.resources.rows import all_rows, id_of
from conformance.engine.sender import Sender
from conformance.model.case import Template
from conformance.model.exchange import Exchange, Request

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Ownership:
    """Prevents changes to what is not the run's own, for kinds that have a name and a list.

    ``prefix`` starts every name that the run gives. ``stateless``: the target claims to keep no
    state; the claim is believed once it shows an application that nobody can have created.
    ``careful``: the account is in real use. ``proved`` is called with each id that is found to be
    ours.
    """

    def __init__(
        self,
        contract: Contract,
        sender: Sender,
        prefix: str,
        *,
        careful: bool,
        stateless: bool = False,
        proved: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._contract = contract
        self._kinds = {
            kind.kind: kind
            for kind in contract.resources.made.values()
            if kind.listing and kind.name
        }
        self._sender = sender
        self._prefix = prefix
        self._stateless = stateless
        self.careful = careful
        self._resources = contract.resources
        self._borrowed: dict[str, bool] = {}
        """Ids of others' things in place of what cannot be made; whether they may be changed."""
        self._answered: dict[str, Mapping[str, Any]] = {}
        self._before: dict[str, frozenset[str] | None] = {}
        """Ids that were listed before the first creation; None where the list was refused."""
        self._foreign: set[str] = set()
        self._sent: dict[str, str] = {}
        """The name that the creation of an id was sent with."""
        self._proved: set[str] = set()
        self._tell = proved

    def survey(self, operation: Operation) -> None:
        """List what exists, before the first request that creates one of its kind."""
        kind = self._created_by(operation)
        if kind is None or kind.kind in self._before or kind.listing is None:
            return
        self._before[kind.kind] = frozenset()  # the list needs no survey of its own
        if self._keeps_nothing(kind):
            return
        listing = self._contract.operation(kind.listing.operation)
        try:
            self._before[kind.kind] = frozenset(
                id_of(row, kind) for row in all_rows(self._sender, listing, kind)
            )
        except (LookupError, NotOffered):
            self._before[kind.kind] = None

    def answered(self, operation: Operation, filled: Template, exchange: Exchange) -> str | None:
        """The id in a creation's answer if it existed before; any other id is noted as ours."""
        kind = self._created_by(operation)
        identifier = id_in(exchange.legible, kind.id) if kind else None
        if kind is None or identifier is None or not 200 <= exchange.status < 300:
            return None
        if self._stateless:
            return None
        if identifier in self._foreign or identifier in (self._before.get(kind.kind) or ()):
            self._foreign.add(identifier)
            return identifier
        body = filled.body if isinstance(filled.body, dict) else {}
        self._sent.setdefault(identifier, str(body.get(kind.name)))
        self._answered.setdefault(identifier, exchange.legible)
        return None

    def is_foreign(self, identifier: str) -> bool:
        """Whether the id is known to be somebody else's."""
        return identifier in self._foreign

    def borrow(self, kind: MadeKind, identifier: str, *, named: bool) -> None:
        """Use somebody else's resource, where the target offers no way to create one.

        It is only read; but what the target file names, at a target that is not live, may be
        changed like one of ours, and is never deleted.
        """
        if kind.kind in self._kinds:
            self._borrowed[identifier] = named and not self.careful

    def is_borrowed(self, identifier: str) -> bool:
        """Whether it is somebody else's, used in place of one that cannot be created."""
        return identifier in self._borrowed

    def guard(self, operation: Operation, path: Mapping[str, Any]) -> None:
        """Raise Blocked for a request that would change what is not proved to be ours.

        Operations with a capability of their own are meant for the resources of others: the target
        file has allowed them.
        """
        if operation.reads_only or operation.capabilities & TOUCHES_OTHERS:
            return
        self._must_be_deletable(operation)
        for kind in self._kinds.values():
            if kind.id in path:
                deletes = operation.id == kind.delete
                self._must_be_ours(kind, str(path[kind.id]), deletes=deletes)

    def guard_raw(self, request: Request) -> None:
        """Like ``guard``, for a request without template, by the ids in its path."""
        if request.method.upper() in _READING:
            return
        segments = {unquote(part) for part in urlsplit(request.url).path.split("/")}
        for kind in self._kinds.values():
            known = {*self._sent, *self._foreign, *(self._before.get(kind.kind) or ())}
            for identifier in segments & (known | self._borrowed.keys()):
                self._must_be_ours(kind, identifier, deletes=request.method.upper() == "DELETE")

    def _must_be_deletable(self, operation: Operation) -> None:
        """Raise NotOffered where a creation would leave something in an account of real use."""
        kind = self._resources.created_by(operation.id)
        if kind is None or not self.careful:
            return
        above: MadeKind | None = kind
        while above is not None and not self._sender.offers(above.delete):
            above = self._resources.made[above.within] if above.within else None
        if above is None:
            reason = (
                f"what it creates could not be deleted: the target does not offer {kind.delete}"
            )
            raise NotOffered(reason)

    def _must_be_ours(self, kind: MadeKind, identifier: str, *, deletes: bool) -> None:
        if identifier in self._proved or self._stateless:
            return
        if identifier in self._borrowed:
            if deletes or not self._borrowed[identifier]:
                reason = f"it would change {kind.kind} {identifier}, which this run did not create"
                raise NotOffered(f"{reason}: the target does not offer {kind.create}")
            return
        if identifier in self._sent and self._is_proved(kind, identifier):
            self._proved.add(identifier)
            self._tell(identifier)
            return
        known = self._foreign | (self._before.get(kind.kind) or frozenset())
        if identifier in self._sent or identifier in known:
            raise Blocked(f"not sent: {kind.kind} {identifier} is not proved to be of this run")

    def _is_proved(self, kind: MadeKind, identifier: str) -> bool:
        """Whether the target shows it with a name that only this run can have given."""
        if not can_name(identifier):
            return False
        listed = kind.listing is not None and self._sender.offers(kind.listing.operation)
        if not self._sender.offers(kind.show) and not listed:
            answer = self._answered[identifier]
            return self._is_ours(kind, identifier, answer) or not self.careful
        if self._sender.offers(kind.show):
            show = Template(kind.show, path={kind.id: identifier})
            shown = self._sender.send(show, judge=False).legible
            if isinstance(shown, dict) and self._is_ours(kind, identifier, shown):
                return True
        if kind.listing is None or not listed:
            return False
        listing = self._contract.operation(kind.listing.operation)
        try:
            rows = list(all_rows(self._sender, listing, kind))
        except LookupError:
            return False
        return any(
            id_of(row, kind) == identifier and self._is_ours(kind, identifier, row) for row in rows
        )

    def _is_ours(self, kind: MadeKind, identifier: str, shown: Mapping[str, Any]) -> bool:
        name = shown.get(kind.name or "")
        another = kind.id in shown and id_in(shown, kind.id) != identifier
        if not isinstance(name, str) or another:
            return False
        surveyed = self._before.get(kind.kind) is not None
        return carries(name, self._prefix) or (surveyed and name == self._sent[identifier])

    def _keeps_nothing(self, kind: MadeKind) -> bool:
        """Whether a target that claims to keep no state shows what nobody can have created."""
        if self._stateless and self._sender.offers(kind.show):
            show = Template(kind.show, path={kind.id: secrets.token_hex(16)})
            self._stateless = 200 <= self._sender.send(show, judge=False).status < 300
        return self._stateless

    def _created_by(self, operation: Operation) -> MadeKind | None:
        created = self._contract.resources.created_by(operation.id)
        return created if created is not None and created.kind in self._kinds else None
