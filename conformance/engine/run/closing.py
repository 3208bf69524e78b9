"""The end of a run: undoes what its journal names, and reports what is left."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from conformance.access.cleanup import cleanup
from conformance.access.journal import Journal
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked, NotOffered
from conformance.engine.resources.teardown import Teardown
from conformance.errors import TargetError


def undo(lab: Lab, journal: Journal) -> list[str]:
    """Undo what the journal still names; return what could not be undone."""
    result = cleanup(journal, Teardown(lab.contract, lab))
    if result.complete:
        with suppress(OSError):  # in a folder that is read-only by now it stays, and is settled
            journal.path.unlink()
    failed = Counter(f"{item.resource}: {why}" for item, why in result.failed)
    told = [*(_several(what, count) for what, count in failed.items()), *result.doubtful]
    return [lab.prose(text) for text in told]


def leftovers(lab: Lab) -> list[str]:
    """What still carries the prefix of this run, whatever the journal says."""
    try:
        return list(Teardown(lab.contract, lab).leftovers(lab.prefix))
    except NotOffered:
        return []
    except (LookupError, TargetError, Blocked) as error:
        return [lab.prose(f"whatever {lab.prefix} names: cannot be listed ({error})")]


def _several(what: str, count: int) -> str:
    return what if count == 1 else f"{count} × {what}"
