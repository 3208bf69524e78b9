"""Deletes resources, and stops or disables them first where the target demands it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.resources import MadeKind
from conformance.engine.outcomes import NotOffered
from conformance.engine.sender import Sender
from conformance.model.case import Template
from conformance.model.exchange import Exchange


def retire(sender: Sender, kind: MadeKind, path: Mapping[str, Any]) -> Exchange:
    """Delete a resource of that kind; return the last answer.

    Where the conditions for deleting are not met, and the document does not say what they are, it
    is put out of service (``retire``) or out of use (``freed_by``) and deleted again.
    """
    delete = Template(kind.delete, path=path)
    exchange = sender.send(delete, judge=False)
    before = _before_deleting(kind, path)
    if exchange.status == 400 and before is not None:
        try:
            sender.send(before, judge=False)
        except NotOffered:
            return exchange
        exchange = sender.send(delete, judge=False)
    return exchange


def _before_deleting(kind: MadeKind, path: Mapping[str, Any]) -> Template | None:
    if kind.freed_by is not None:
        operation, body = kind.freed_by
        above = {name: value for name, value in path.items() if name != kind.id}
        return Template(operation, path=above, body=body)
    return Template(kind.retire, path=path) if kind.retire is not None else None
