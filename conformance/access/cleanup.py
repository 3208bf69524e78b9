"""Undoes what a journal still names: at the end of a run, on a signal, or after a crash.

Deletes only what the journal names *and* what still carries the run's prefix, and restores
settings. If one item cannot be undone, the others still are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Protocol

from conformance.access.journal import Changed, Created, Journal, Pending
from conformance.errors import ConfigurationError, TargetUnreachable

_FEW, _SHOWN = 3, 64
"""Names that are told where they have no beginning in common, and letters of each."""
_TELLING = 8
"""Letters of a beginning that tells something, such as that of every prefix."""

NO_ANSWER = "the target does not answer"
"""Why something could not be undone at a target that is gone."""


class Presence(enum.Enum):
    """How the target shows a resource, if at all."""

    OURS = "ours"
    FOREIGN = "foreign"
    GONE = "gone"
    NEVER_SEEN = "never seen"
    """Not there, and never shown under that id: the answer to its creation may have been wrong."""


class Undo(Protocol):
    """Looks at and undoes things at the target. Any exception counts as not undone."""

    def locate(self, item: Created) -> tuple[str, ...]:
        """Ids of resources with the item's name, for an item whose id was never noted."""
        ...

    def inspect(self, item: Created, identifier: str, prefix: str) -> Presence:
        """Whether it is there, and ours: its name (or its parent's) starts with the prefix."""
        ...

    def delete(self, item: Created, identifier: str) -> None:
        """Delete it; it is no error if it is deleted already."""
        ...

    def restore(self, item: Changed) -> None:
        """Send ``item.before`` again; it is no error if the parent is deleted already."""
        ...


@dataclass(frozen=True, slots=True)
class CleanupResult:
    """The outcome of each item: deleted, restored, gone, kept because foreign, or failed.

    ``never_seen`` may still exist under another id than the answer to its creation gave, or under
    one that no answer gave.
    """

    deleted: list[Created] = field(default_factory=list)
    restored: list[Changed] = field(default_factory=list)
    gone: list[Created] = field(default_factory=list)
    never_seen: list[Created] = field(default_factory=list)
    foreign: list[Created] = field(default_factory=list)
    failed: list[tuple[Pending, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    """Ids that were deleted: two entries of a journal may mean one thing, by id and by name."""

    @property
    def doubtful(self) -> list[str]:
        """What may still exist, one line each."""
        nameless = [item for item in self.never_seen if item.id is None]
        why = "answered to its creation, and never shown under that id"
        return [
            *(f"{it.resource} {it.id!a}: {why}" for it in self.never_seen if it.id is not None),
            *(_nameless(kind, nameless) for kind in dict.fromkeys(it.resource for it in nameless)),
        ]

    @property
    def complete(self) -> bool:
        """Whether nothing is left that this run created or changed."""
        return not self.failed


def cleanup(
    journal: Journal, undo: Undo, *, base_url: str | None = None, project_id: str | None = None
) -> CleanupResult:
    """Undo everything that the journal still names, the latest first.

    ``base_url`` and ``project_id`` say where ``undo`` works; raises ConfigurationError when the
    journal is of another target or project.
    """
    header = journal.header()
    _same("target", header.base_url, base_url, journal)
    _same("project", header.project_id, project_id, journal)
    result = CleanupResult()
    _undo_all(journal, undo, header.prefix, result)
    if result.failed:
        # What could not go while something used it may go now, or went with its parent.
        result.failed.clear()
        _undo_all(journal, undo, header.prefix, result)
    return result


def _nameless(resource: str, items: Iterable[Created]) -> str:
    """One line for all of a kind: a target that answers nothing in particular makes many."""
    names = [item.name for item in items if item.resource == resource and item.name]
    why = "created without an id, and shown in no list"
    if len(names) <= 1:
        return f"{resource} named {''.join(names)!a}: {why}"
    beginning = commonprefix(names)  # noqa: RUF071 - of names, not of paths
    if len(beginning) < _TELLING:
        few = ", ".join(f"{name[:_SHOWN]!a}" for name in names[:_FEW])
        return f"{len(names)} × {resource}: {why}; named {few}{' and others' * (len(names) > _FEW)}"
    return f"{len(names)} × {resource}: {why}; their names begin with {beginning!a}"


def _why(error: Exception) -> str:
    if isinstance(error, TargetUnreachable):
        return NO_ANSWER  # that ended the run, which says more
    return f"{type(error).__name__}: {error}"


def _settle(journal: Journal, item: Pending, how: str) -> None:
    """Journal that an item is undone; a journal that cannot be written stops nothing."""
    with suppress(ConfigurationError):
        journal.settled(item.entry, how)


def _note_seen(journal: Journal, item: Created) -> None:
    if item.id is not None and not item.seen:
        with suppress(ConfigurationError):
            journal.seen(item.entry)


def _undo_all(journal: Journal, undo: Undo, prefix: str, result: CleanupResult) -> None:
    for item in journal.pending():
        try:
            if isinstance(item, Changed):
                undo.restore(item)
                _settle(journal, item, "restored")
                result.restored.append(item)
            else:
                _remove(item, journal, undo, prefix, result)
        except Exception as error:
            result.failed.append((item, _why(error)))


def _remove(
    item: Created, journal: Journal, undo: Undo, prefix: str, result: CleanupResult
) -> None:
    identifiers = (item.id,) if item.id is not None else undo.locate(item)
    outcome, found = "gone", result.gone
    if item.nameless and not identifiers and not item.path:  # what lies in another goes with it
        found = result.never_seen
    for identifier in identifiers:
        presence = undo.inspect(item, identifier, prefix)
        if presence is Presence.OURS:
            _note_seen(journal, item)
            undo.delete(item, identifier)
            result.removed.add(identifier)
            outcome, found = "deleted", result.deleted
        elif presence is Presence.FOREIGN and outcome != "deleted":
            outcome, found = "foreign", result.foreign
        elif presence is Presence.NEVER_SEEN and identifier not in result.removed:
            found = result.never_seen
    _settle(journal, item, outcome)
    found.append(item)


def _same(what: str, noted: str | None, given: str | None, journal: Journal) -> None:
    if given is not None and noted is not None and noted != given:
        raise ConfigurationError(
            str(journal.path), f"is of {what} {noted}, not {given}", f"give the {what} it names"
        )
