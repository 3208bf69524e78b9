"""Kinds and causes of bad experiences (tables 13-90 and 13-97): their numbers and their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.rows import Row
from conformance.suite.kit.statistics.time_windows import Span, time_window

KIND, CAUSE = "abnormal_type", "abnormal_factor"
BOTH = f"{KIND},{CAUSE}"
_SLOW_JOIN = 1

_OTHER = "其他"
"""In these words any cause may be described (E-13-factor-other)."""

_SHORT: Mapping[object, int] = {
    90000004: 9000004,
    90100009: 9010009,
    90100008: 9010008,
    10000001: 1000001,
    31000003: 3100003,
    32000030: 3200030,
}
"""Causes that table 13-97 writes with a digit less than table 13-90 (E-13-factor-digits)."""

_OF_BOTH_FAMILIES = frozenset({*range(1, 10), 15})
"""Numbers of causes that mean one thing for a slow join and another one for a freeze."""


def past_span(scenario: Scenario) -> Span:
    """The longest span that is over, a day."""
    return time_window(scenario, "ListRtcAbnormalEvents").past(scenario.lab.now())


def number_of(row: Row, name: str) -> object:
    """The number of a kind or a cause, in either of the spellings of causes."""
    number = row.get(name)
    if not isinstance(number, int):
        return str(number)
    return _SHORT.get(number, number)


def descriptions_of(rows: Iterable[Row], names: Iterable[str] = (KIND, CAUSE)) -> list[str]:
    """Numbers with more than one description, and these descriptions.

    What a cause's number means depends on the kind. Without the kind, a number with two meanings
    may have two descriptions.
    """
    words: dict[str, set[str]] = defaultdict(set)
    allowed: dict[str, int] = {}
    for row in rows:
        for name in names:
            if row.get(name) is not None:
                label, most = _meaning(row, name)
                allowed[label] = most
                said = row.get(f"{name}_desc")
                words[label] |= {str(said)} if said is not None else set()
    return [
        f"{label} is {' and '.join(sorted(described))}"
        for label, described in words.items()
        if len(described - {_OTHER}) > allowed[label]
    ]


def _meaning(row: Row, name: str) -> tuple[str, int]:
    """What a number is the number of, and how many things it can be."""
    number = number_of(row, name)
    if name == KIND:
        return f"{KIND} {number}", 1
    if not row.get(KIND):
        return f"{CAUSE} {number}", 2 if number in _OF_BOTH_FAMILIES else 1
    family = "a slow join" if row[KIND] == _SLOW_JOIN else "a freeze"
    return f"{CAUSE} {number} of {family}", 1
