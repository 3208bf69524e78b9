"""Which operations an implementation of a part of the contract offers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from conformance.contract.document import Contract
from conformance.errors import UsageError
from conformance.model.requirement import glob_to_pattern


def offered_operations(contract: Contract, named: Iterable[str]) -> frozenset[str]:
    """Ids of the operations that globs, chapters (``13``) or sections (``9.1``) name.

    Without any name all are offered. Raises UsageError for a name that fits no operation.
    """
    named = tuple(named)
    if not named:
        return frozenset(contract.operations)
    found: set[str] = set()
    for name in named:
        pattern = glob_to_pattern(name)
        hits = {
            operation.id
            for operation in contract.operations.values()
            if pattern.match(operation.id) or name in {operation.chapter, operation.section}
        }
        if not hits:
            near = difflib.get_close_matches(name, contract.operations, n=1)
            remedy = f"did you mean {near[0]}?" if near else "give operations, globs or chapters"
            raise UsageError(f"operations: {name!r}", "names no operation", remedy)
        found |= hits
    return frozenset(found)
