"""Undoes a run: deletes what its journal names and restores the settings that it changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.access.cleanup import Presence
from conformance.access.journal import Changed, Created, Pending
from conformance.contract.document import Contract
from conformance.contract.resources import MadeKind
from conformance.engine.resources.journal_entries import strangeness
from conformance.engine.resources.names import can_name, carries, is_of_a_run
from conformance.engine.resources.retirement import retire
from conformance.engine.resources.rows import all_rows, id_of, must_succeed
from conformance.engine.sender import Sender
from conformance.model.case import Template
from conformance.model.exchange import Exchange

_GONE = 404
_SHOWN = 256
"""So much of an id or a name that a target made up is told."""


class Teardown:
    """Looks at the target and undoes journal entries there (``access.cleanup.Undo``)."""

    def __init__(self, contract: Contract, sender: Sender) -> None:
        self._contract = contract
        self._kinds = contract.resources.made
        self._sender = sender

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids of the resources with that name; what lies inside a named one is deleted with it."""
        kind = self._kind_of(item)
        if kind.name is None or kind.listing is None:
            return ()
        operation = self._contract.operation(kind.listing.operation)
        rows = all_rows(self._sender, operation, kind)
        return tuple(id_of(row, kind) for row in rows if row.get(kind.name) == item.name)

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Ours when it, or what contains it, has a name with the run's prefix.

        Raises LookupError where that cannot be decided: not every name has room for a prefix.
        """
        kind = self._kind_of(item)
        if not is_of_a_run(prefix):
            raise LookupError(f"{prefix!a} is the prefix of no run")
        if not can_name(identifier):
            raise LookupError(f"{identifier[:_SHOWN]!a} can be no id")
        shown = self._ask(kind.show, {**item.path, kind.id: identifier})
        if shown.status == _GONE:
            proved = item.seen or kind.name is None or kind.listing is None
            return Presence.GONE if proved else Presence.NEVER_SEEN
        must_succeed(shown)
        named = self._named(kind)
        if named is not kind:
            shown = self._ask(named.show, {named.id: item.path[named.id]})
            if shown.status == _GONE:
                return Presence.GONE
            must_succeed(shown)
        answer = shown.legible
        name = answer.get(named.name) if isinstance(answer, dict) else None
        if not isinstance(name, str):
            raise LookupError(f"{identifier} is shown without a name")
        ours = carries(name, prefix)
        if not ours and named is kind and item.id == identifier and name == item.name:
            raise LookupError(f"{identifier} is named {name!a}, without the prefix of a run")
        return Presence.OURS if ours else Presence.FOREIGN

    def delete(self, item: Created, identifier: str) -> None:
        """Delete it; it is no error that it has ended or is deleted already."""
        kind = self._kind_of(item)
        answer = retire(self._sender, kind, {**item.path, kind.id: identifier})
        if answer.status != _GONE and not _is_finished(kind, answer):
            must_succeed(answer)

    def restore(self, item: Changed) -> None:
        """Send the settings as they were before."""
        self._must_be_known(item)
        must_succeed(self._ask(item.operation, dict(item.path), item.before))

    def leftovers(self, prefix: str) -> Iterator[str]:
        """What the target lists with a name of the run. Raises LookupError when refused."""
        for kind in self._kinds.values():
            if kind.listing is None or kind.name is None:
                continue
            operation = self._contract.operation(kind.listing.operation)
            if not self._sender.offers(kind.delete):
                continue
            for row in all_rows(self._sender, operation, kind):
                name = row.get(kind.name)
                if isinstance(name, str) and carries(name, prefix):
                    yield f"{kind.kind} {id_of(row, kind)[:_SHOWN]!a} named {name[:_SHOWN]!a}"

    def _kind_of(self, item: Created) -> MadeKind:
        self._must_be_known(item)
        return self._kinds[item.resource]

    def _must_be_known(self, item: Pending) -> None:
        """Raise LookupError for an entry that this suite cannot have written."""
        problem = strangeness(self._contract.resources, item)
        if problem is not None:
            raise LookupError(f"this suite writes no such entry: {problem}")

    def _named(self, kind: MadeKind) -> MadeKind:
        """The kind whose name tells the owner: its own, or that of what contains it."""
        while kind.name is None and kind.within is not None:
            kind = self._kinds[kind.within]
        return kind

    def _ask(self, operation: str, path: dict[str, Any], body: Any = None) -> Exchange:
        template = Template(operation, path=path)
        if body is not None:
            template = Template(operation, path=path, body=body)
        return self._sender.send(template, judge=False)


def _is_finished(kind: MadeKind, answer: Exchange) -> bool:
    """Whether the refusal to delete says that the resource has ended by itself."""
    if kind.finished is None or answer.status != kind.finished.status:
        return False
    body = answer.json if isinstance(answer.json, dict) else {}
    return any(kind.finished.takes_code(value) for value in body.values())
