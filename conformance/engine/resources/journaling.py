"""Journals what a request is about to create or change, before it is sent, and the result."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from conformance.access.journal import Journal
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.resources import GivenKind, Listing, MadeKind, Restoring
from conformance.engine.outcomes import NotOffered
from conformance.engine.resources.names import can_name, id_in
from conformance.engine.resources.rows import rows_of
from conformance.engine.sender import Sender
from conformance.errors import ConfigurationError, Refused
from conformance.model.case import Template
from conformance.model.exchange import Exchange


class Intents:
    """Writes the journal of a run; silent where the run has none, as it writes nothing.

    The journal also keeps in memory what a full disk cannot take. ``careful``: settings that cannot
    be read, and so not be restored, are not changed either.
    """

    def __init__(self, contract: Contract, sender: Sender, *, careful: bool) -> None:
        self.journal: Journal | None = None
        self._kinds = contract.resources
        self._operations = contract.operations
        self._sender = sender
        self._careful = careful
        self._remembered: dict[str, str] = {}
        self._entries: dict[str, str] = {}

    def begin(self, operation: Operation, filled: Template) -> str | None:
        """Journal on disk, before a request is sent, what it creates or which settings it changes.

        Raises Refused when the journal cannot be written: the run ends, and deletes.
        """
        if self.journal is None:
            return None
        try:
            return self._note(self.journal, operation, filled)
        except ConfigurationError as error:
            raise Refused(
                f"{operation.method} {operation.path}",
                f"not sent, for no journal could name what it makes ({error})",
                "make room, or choose another folder with --report-dir",
            ) from None

    def _note(self, journal: Journal, operation: Operation, filled: Template) -> str | None:
        made = self._kinds.created_by(operation.id)
        if made is not None:
            path = {name: str(value) for name, value in filled.path.items()}
            return journal.intend(made.kind, operation.id, self._name_in(made, filled, path), path)
        changed = self._kinds.restored_by(operation.id)
        if changed is not None:
            return self._remember(journal, changed, filled.body)
        return None

    def end(self, entry: str | None, operation: Operation, exchange: Exchange) -> None:
        """Journal the result of an intention: the new id, or that nothing was created."""
        if entry is None or self.journal is None or exchange.response is None:
            return
        made = self._kinds.created_by(operation.id)
        identifier = id_in(exchange.legible, made.id) if made is not None else None
        if can_name(identifier) and 200 <= exchange.status < 300:
            self._entries[identifier] = entry
            with suppress(ConfigurationError):
                self.journal.created(entry, identifier)
        elif 200 <= exchange.status < 300 and made is not None:
            with suppress(ConfigurationError):
                self.journal.nameless(entry)
        elif 400 <= exchange.status < 500:
            self._settle(entry, "refused")
            self._remembered = {b: e for b, e in self._remembered.items() if e != entry}

    def seen(self, identifier: str) -> None:
        """Journal that the target shows the created resource under this id, by its name."""
        entry = self._entries.get(identifier)
        if entry is not None and self.journal is not None:
            with suppress(ConfigurationError):
                self.journal.seen(entry)

    def disowned(self, entry: str | None) -> None:
        """Journal that a creation was answered with somebody else's resource: nothing to undo."""
        if entry is not None:
            self._settle(entry, "foreign")

    def deleted(self, identifier: str) -> None:
        """Journal that the resource created under this id is deleted."""
        entry = self._entries.pop(identifier, None)
        if entry is not None:
            self._settle(entry, "deleted")

    def _settle(self, entry: str, how: str) -> None:
        if self.journal is not None:
            with suppress(ConfigurationError):
                self.journal.settled(entry, how)

    def _name_in(self, made: MadeKind, filled: Template, path: dict[str, str]) -> str:
        """The name that a request gives; of what has none, the id of what it lies in."""
        if made.name is not None:
            body = filled.body if isinstance(filled.body, dict) else {}
            return str(body.get(made.name, ""))
        return path.get(self._kinds.made[made.within].id, "") if made.within else ""

    def _remember(self, journal: Journal, kind: GivenKind, body: Any) -> str | None:
        """Before the settings of others' things are changed for the first time: how they were."""
        restore, listing = kind.restore, kind.listing
        thing = body.get(restore.id) if restore and isinstance(body, dict) else None
        if restore is None or listing is None:
            return None
        if not isinstance(thing, str) or thing in self._remembered:
            return None
        same = {restore.id: thing}
        noted = journal.noted_beside(kind.kind, {}, **same)
        found = self._settings(listing, restore, thing)
        if found is None:
            return None
        noted = noted or journal.noted_beside(kind.kind, {}, **same)
        entry = journal.changing(kind.kind, restore.operation, {}, noted or found)
        self._remembered[thing] = entry
        return entry

    def _settings(self, listing: Listing, restore: Restoring, thing: str) -> dict[str, Any] | None:
        """What to send to put a thing back as the list shows it now; None where it is not shown."""
        try:
            listed = self._sender.send(Template(listing.operation), judge=False).json
        except NotOffered:
            if self._careful:
                raise
            return None
        rows = rows_of(listed, listing.items)
        row = next((r for r in rows if r.get(listing.field) == thing), None)
        if row is None:
            return None
        return {
            field: self._as_sent(restore.operation, field, row.get(shown))
            for field, shown in restore.body.items()
        }

    def _as_sent(self, operation: str, path: str, shown: Any) -> Any:
        """A value of an answer as the request writes it: some truth values are numbers there."""
        body = self._operations[operation].body
        field = next((f for f in body.fields if f.path == path), None) if body else None
        counts = field is not None and field.schema.get("type") == "integer"
        return int(bool(shown)) if counts else shown
