"""The phases of a run: what may crash a server comes late, what moves its clock last.

A server that crashes on a request that no document describes has been judged by all others then.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from conformance.model.case import Case


class Phase(IntEnum):
    """When an item runs.

    ``ORDINARY``: requests as a client sends them. ``HOSTILE``: bodies that are no JSON, unknown
    paths, random requests. ``ENDING``: what ends or changes a thing that the run was given and
    cannot make again, which all others may need. ``LAST``: what moves the clock or uses up a quota,
    which would disturb all others.
    """

    ORDINARY = 0
    HOSTILE = 1
    ENDING = 2
    LAST = 3


def phase_of(marked: str | None, case: Case | None = None, ending: Collection[str] = ()) -> Phase:
    """The phase that a mark names (``hostile``, …); a generated case is asked for its body.

    ``ending`` are the operations that end or change what was given: their requests that succeed
    come late.

    Raises KeyError when no phase has that name.
    """
    if marked is not None:
        return Phase[marked.upper()]
    if case is not None and case.operation in ending and case.violates is None:
        return Phase.ENDING
    raw = case is not None and case.template.raw is not None
    return Phase.HOSTILE if raw else Phase.ORDINARY
