"""Which faults are hunted together, and which of them stand for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from conformance.reference.faults import all_faults
from conformance.reference.faults.fault import Fault

BATCH = 40
PER_STRATUM = 3
EVERY_RULE = 6
"""In the sample, one rule in so many."""


def batches(faults: Iterable[Fault]) -> dict[str, tuple[Fault, ...]]:
    """Faults in batches, each named after its first, so that many processes can share them."""
    rest = iter(faults)
    found: dict[str, tuple[Fault, ...]] = {}
    while batch := tuple(islice(rest, BATCH)):
        found[batch[0].name] = batch
    return found


def sample() -> Iterator[Fault]:
    """A few faults of every stratum: family, keyword that is broken, deviation."""
    strata: dict[tuple[str, ...], list[Fault]] = {}
    rules = 0
    for fault in all_faults().values():
        if fault.family == "rule":
            rules += 1
            if rules % EVERY_RULE == 0:
                yield fault
            continue
        keyword, deviation = fault.breaks[0].rpartition("/")[2], fault.name.rpartition("/")[2]
        stratum = (fault.family, keyword, deviation.partition("-refuses")[0])
        if deviation.startswith("refuses-"):
            stratum = (fault.family, keyword, "refuses")
        strata.setdefault(stratum, []).append(fault)
    for members in strata.values():
        step = max(1, len(members) // PER_STRATUM)
        yield from members[::step][:PER_STRATUM]
