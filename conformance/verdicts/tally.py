"""Counting verdicts, altogether and by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from conformance.model.verdict import Verdict

Item = TypeVar("Item")


def tally(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many there are of each verdict, every verdict named."""
    counts = Counter(verdicts)
    return {verdict.value: counts[verdict] for verdict in Verdict}


def tally_by(
    items: Iterable[Item], group: Callable[[Item], str], verdict: Callable[[Item], Verdict]
) -> dict[str, dict[str, int]]:
    """The tally of each group, in the order in which groups first appear."""
    groups: dict[str, list[Verdict]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(verdict(item))
    return {name: tally(found) for name, found in groups.items()}
