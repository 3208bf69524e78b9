"""Puts a target back as it was: deletes what a journal names, restores what was changed."""

from __future__ import annotations

from typing import Any

from conformance.access.cleanup import Presence
from conformance.access.journal import Changed, Created
from conformance.contract.document import Contract
from conformance.contract.resources import MadeKind
from conformance.engine.resources.retirement import retire
from conformance.engine.resources.rows import all_rows, id_of, must_succeed
from conformance.engine.sender import Sender
from conformance.model.case import Template
from conformance.model.exchange import Exchange

_GONE = 404


class Teardown:
    """How a target is looked at, and what a journal names is undone (``access.cleanup.Undo``)."""

    def __init__(self, contract: Contract, sender: Sender) -> None:
        self._contract = contract
        self._kinds = contract.resources.made
        self._sender = sender

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids of the things of that name; what lies beneath one that has a name goes with it."""
        kind = self._kinds[item.resource]
        if kind.name is None or kind.listing is None:
            return ()
        operation = self._contract.operation(kind.listing.operation)
        rows = all_rows(self._sender, operation, kind)
        return tuple(id_of(row, kind) for row in rows if row.get(kind.name) == item.name)

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Ours when it, or what it lies in, has a name with the run's prefix.

        So is one whose id our own create was answered with, while it has the name given then: not
        every name has room for a prefix.
        """
        kind = self._kinds[item.resource]
        shown = self._ask(kind.show, {**item.path, kind.id: identifier})
        if shown.status == _GONE:
            return Presence.GONE
        must_succeed(shown)
        named = self._named(kind)
        if named is not kind:
            shown = self._ask(named.show, {named.id: item.path[named.id]})
            if shown.status == _GONE:
                return Presence.GONE
            must_succeed(shown)
        name = shown.json.get(named.name) if isinstance(shown.json, dict) else None
        ours = isinstance(name, str) and carries(name, prefix)
        given = named is kind and item.id == identifier and name == item.name
        return Presence.OURS if ours or given else Presence.FOREIGN

    def delete(self, item: Created, identifier: str) -> None:
        """Delete it; what is finished or gone already is fine."""
        kind = self._kinds[item.resource]
        answer = retire(self._sender, kind, {**item.path, kind.id: identifier})
        if answer.status != _GONE and not _is_finished(kind, answer):
            must_succeed(answer)

    def restore(self, item: Changed) -> None:
        """Send the settings that were there before."""
        must_succeed(self._ask(item.operation, dict(item.path), item.before))

    def _named(self, kind: MadeKind) -> MadeKind:
        """The kind whose name says whose it is: its own, or that of what it lies in."""
        while kind.name is None and kind.within is not None:
            kind = self._kinds[kind.within]
        return kind

    def _ask(self, operation: str, path: dict[str, Any], body: Any = None) -> Exchange:
        template = Template(operation, path=path)
        if body is not None:
            template = Template(operation, path=path, body=body)
        return self._sender.send(template, judge=False)


def carries(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix; one case writes it in capitals, behind a space."""
    return name.strip().lower().startswith(prefix.lower())


def _is_finished(kind: MadeKind, answer: Exchange) -> bool:
    """Whether deleting was answered as it is where the thing has ended by itself."""
    if kind.finished is None or answer.status != kind.finished.status:
        return False
    body = answer.json if isinstance(answer.json, dict) else {}
    return any(kind.finished.takes_code(value) for value in body.values())
