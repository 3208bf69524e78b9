"""A stratified sample of the faults: any beginning of it takes from all families alike."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.faults.fault import Fault


def stratified(faults: Iterable[Fault], seed: int) -> list[Fault]:
    """All faults in an order drawn from ``seed``: one of each family, then the next of each."""
    families: dict[str, list[Fault]] = {}
    for fault in faults:
        families.setdefault(fault.family, []).append(fault)
    for family, members in families.items():
        random.Random(f"{seed} {family}").shuffle(members)  # noqa: S311 - a sample, no secret
    rounds = itertools.zip_longest(*(families[name] for name in sorted(families)))
    return [fault for one in rounds for fault in one if fault is not None]
