"""Which faults are hunted together, and which of them stand for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import driver

from conformance.faults import all_faults
from conformance.faults.model import Fault

BATCH = 12


def batches(faults: Iterable[Fault]) -> dict[str, tuple[Fault, ...]]:
    """Faults in batches, each named after its first, so that many processes can share them.

    Neighbours are parted: those of flow control wait for their minute, and no batch has them all.
    """
    every = tuple(faults)
    number = -(-len(every) // BATCH)
    return {every[start].name: every[start::number] for start in range(number)}


def kind(fault: Fault) -> tuple[str, ...]:
    """What is broken and how: family, keyword, deviation; of rules all together."""
    if fault.family == "rule":
        return ("rule",)
    keyword, deviation = fault.breaks[0].rpartition("/")[2], fault.name.rpartition("/")[2]
    return (fault.family, keyword, deviation.partition("refuses-")[0])


def rule(fault: Fault) -> tuple[str, ...]:
    """The rule that is broken, and how; whatever is no rule is one part."""
    if fault.family != "rule":
        return ()
    return (fault.breaks[0].rpartition("/")[2], fault.name.rpartition("/")[2])


def operation(fault: Fault) -> tuple[str, ...]:
    """The operation whose requirement is broken, or ``common``."""
    return (fault.breaks[0].partition("/")[0],)


def chapter(fault: Fault) -> tuple[str, ...]:
    """The chapter of the document, and within it the family."""
    return (driver.contract().requirements[fault.breaks[0]].chapter, fault.family)


def group(fault: Fault) -> tuple[str, ...]:
    """The flow group of the operation (table 1-2), or ``common``."""
    found = driver.contract().operations.get(operation(fault)[0])
    return (found.flow_group if found is not None else "common",)


STRATA: tuple[tuple[Callable[[Fault], tuple[str, ...]], int], ...] = (
    (kind, 1),
    (rule, 1),
    (operation, 1),
    (chapter, 1),
    (group, 4),
)
"""Ways to part the faults, and how many of each part are in the sample at least."""


def parts(key: Callable[[Fault], tuple[str, ...]]) -> dict[tuple[str, ...], list[Fault]]:
    """All faults by one way of parting them."""
    found: dict[tuple[str, ...], list[Fault]] = {}
    for fault in all_faults().values():
        found.setdefault(key(fault), []).append(fault)
    return found


def has_own_sample(fault: Fault) -> bool:
    """Notifications: that nothing is told takes seconds to see (``test_notifications.py``)."""
    return operation(fault) == ("recordEvent",)


@lru_cache(maxsize=1)
def sample() -> tuple[Fault, ...]:
    """A few faults of every part, but those that have a sample of their own."""
    chosen: dict[str, Fault] = {}
    for key, least in STRATA:
        for every in parts(key).values():
            members = [fault for fault in every if not has_own_sample(fault)]
            lacking = least - sum(fault.name in chosen for fault in members)
            left = [fault for fault in members if fault.name not in chosen]
            step = max(1, len(left) // max(1, lacking))
            chosen |= {fault.name: fault for fault in left[::step][: max(0, lacking)]}
    return tuple(fault for fault in all_faults().values() if fault.name in chosen)
