"""Validates journal entries: only those that this suite can have written are undone.

A journal is a file in a folder of reports, and whoever can write there could name anything in it.
"""

from __future__ import annotations

import re

from conformance.access.journal import Changed, Pending
from conformance.contract.resources import MadeKind, Resources

_ID = re.compile(r"[\w.~-]{1,128}", re.ASCII)


def strangeness(kinds: Resources, item: Pending) -> str | None:
    """Why the suite cannot have written an entry; None where it can have."""
    if isinstance(item, Changed):
        return _strange_change(kinds, item)
    kind = kinds.made.get(item.resource)
    if kind is None or item.operation != kind.create:
        return f"no run creates {item.resource!a} by {item.operation!a}"
    parents = {parent.id for parent in _parents(kinds, kind)}
    if set(item.path) != parents:
        return f"{item.resource} lies in {', '.join(sorted(parents)) or 'nothing'}"
    for identifier in (*item.path.values(), *([] if item.id is None else [item.id])):
        if _ID.fullmatch(identifier) is None or not identifier.strip("."):
            return f"{identifier[:40]!a} is no id"
    return None


def _strange_change(kinds: Resources, item: Changed) -> str | None:
    kind = kinds.given.get(item.resource)
    restore = kind.restore if kind is not None else None
    if restore is None or item.operation != restore.operation or item.path:
        return f"no run changes {item.resource!a} by {item.operation!a}"
    if not isinstance(item.before, dict) or set(item.before) != set(restore.body):
        return f"{item.resource} has no such settings"
    if not isinstance(item.before[restore.id], str):
        return f"it names no {item.resource}"
    return None


def _parents(kinds: Resources, kind: MadeKind) -> list[MadeKind]:
    """The kinds of resource that contain one of that kind."""
    found: list[MadeKind] = []
    while kind.within is not None:
        kind = kinds.made[kind.within]
        found.append(kind)
    return found
