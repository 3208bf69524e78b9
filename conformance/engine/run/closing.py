"""The end of a run: undoes what its journal names, and reports what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from conformance.access.cleanup import NO_ANSWER, cleanup
from conformance.access.journal import Journal
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.engine.resources.teardown import Teardown
from conformance.errors import TargetError, TargetUnreachable


def undo(lab: Lab, journal: Journal) -> list[str]:
    """Undo what the journal still names; return what could not be undone."""
    result = cleanup(journal, Teardown(lab.contract, lab))
    if result.complete:
        with suppress(OSError):  # in a folder that is read-only by now it stays, and is settled
            journal.path.unlink()
    told = [*(f"{item.resource}: {why}" for item, why in result.failed), *result.doubtful]
    return [lab.prose(text) for text in told]


def leftovers(lab: Lab, prefix: str) -> list[str]:
    """What still carries the prefix of this run, whatever the journal says."""
    try:
        return list(Teardown(lab.contract, lab).leftovers(prefix))
    except NotOffered:
        return []
    except (LookupError, TargetError, Blocked) as error:
        why = NO_ANSWER if isinstance(error, TargetUnreachable) else str(error)
        return [lab.prose(f"whatever {prefix} names: cannot be listed ({why})")]


def counted(items: Iterable[str]) -> list[str]:
    """The items in their order, those that are the same as one with their number."""
    return [what if n == 1 else f"{n} × {what}" for what, n in Counter(items).items()]
