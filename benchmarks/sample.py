"""A stratified sample of the faults: any beginning of it takes from all families alike."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.faults.model import Fault


def stratified(faults: Iterable[Fault], seed: int, group: Callable[[Fault], str]) -> list[Fault]:
    """All faults in an order drawn from ``seed``: one of each family, then the next of each.

    Within its family the next fault is one of the ``group`` that has had the fewest so far.
    """
    families: dict[str, list[Fault]] = {}
    for fault in faults:
        families.setdefault(fault.family, []).append(fault)
    for family, members in families.items():
        random.Random(f"{seed} {family}").shuffle(members)  # noqa: S311 - a sample, no secret
    groups = {fault.name: group(fault) for members in families.values() for fault in members}
    taken: Counter[str] = Counter()
    order: list[Fault] = []
    for name in itertools.cycle(sorted(families)):
        if not any(families.values()):
            return order
        if families[name]:
            fault = min(families[name], key=lambda one: taken[groups[one.name]])
            families[name].remove(fault)
            taken[groups[fault.name]] += 1
            order.append(fault)
    return order
