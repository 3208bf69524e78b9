"""What a run is about to create or change, in its journal before it is sent; what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract.operations import Operation
from conformance.model.case import Template
from conformance.model.exchange import Exchange

if TYPE_CHECKING:
    from conformance.engine.lab import Lab

BUCKET_AUTHORITY = "UpdateObsBucketAuthority"
"""The one operation that changes settings of something that the run has not made (12.3)."""


class Intents:
    """Writes the journal of a lab; without one (nothing is written to the target) it is silent."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._remembered: dict[str, str] = {}

    def begin(self, operation: Operation, filled: Template) -> str | None:
        """Note on disk, before it is sent, what a request creates or changes of others'."""
        if self._lab.journal is None:
            return None
        kind = self._lab.resources.creates(operation)
        path = {name: str(value) for name, value in filled.path.items()}
        if kind is not None:
            body = filled.body if isinstance(filled.body, dict) else {}
            name = str(body.get("app_name", path.get("app_id", "")))
            return self._lab.journal.intend(kind, operation.id, name, path)
        if operation.id == BUCKET_AUTHORITY:
            return self._remember_bucket(operation, filled)
        return None

    def end(self, entry: str | None, operation: Operation, exchange: Exchange) -> None:
        """Note what became of an intention: its id, or that nothing came of it."""
        if entry is None or self._lab.journal is None or exchange.response is None:
            return
        kind = self._lab.resources.creates(operation)
        identifier = None
        if kind is not None and isinstance(exchange.json, dict):
            identifier = exchange.json.get(self._lab.contract.resources[kind]["id"])
        if isinstance(identifier, str) and 200 <= exchange.status < 300:
            self._lab.journal.created(entry, identifier)
            self._lab.resources.journaled(identifier, entry)
        elif 400 <= exchange.status < 500:
            self._lab.journal.settled(entry, "refused")
            self._remembered = {b: e for b, e in self._remembered.items() if e != entry}

    def undone(self, entry: str | None) -> None:
        """Note that what an entry of the journal created is deleted again."""
        if entry is not None and self._lab.journal is not None:
            self._lab.journal.settled(entry, "deleted")

    def _remember_bucket(self, operation: Operation, filled: Template) -> str | None:
        """Before a bucket's authorisation is changed for the first time: how it was."""
        bucket = filled.body.get("bucket") if isinstance(filled.body, dict) else None
        if self._lab.journal is None or not isinstance(bucket, str) or bucket in self._remembered:
            return None
        noted = self._lab.journal.noted_beside("bucket", {}, bucket=bucket)
        listed = self._lab.send(Template("ListObsBuckets"), judge=False).json
        rows = listed.get("buckets", []) if isinstance(listed, dict) else []
        row = next((r for r in rows if isinstance(r, dict) and r.get("bucket") == bucket), None)
        if row is None:
            return None
        found = {
            "bucket": bucket,
            "location": row.get("location"),
            "operation": int(bool(row.get("is_authorized"))),
        }
        noted = noted or self._lab.journal.noted_beside("bucket", {}, bucket=bucket)
        entry = self._lab.journal.changing("bucket", operation.id, {}, noted or found)
        self._remembered[bucket] = entry
        return entry
