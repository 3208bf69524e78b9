"""Chapter 13, section 13.4: whom a value counts: users who are in and have it in the list."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, listing
from conformance.suite.kit.statistics.rows import number, rows_in_words
from conformance.suite.kit.statistics.stays import USERS, Stay, known_stays
from conformance.suite.kit.statistics.time_windows import HOUR, MINUTE, time_window

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

DIMENSION = "ListRtcRealtimeScaleDimension"
SHARED = ("region", "platform", "sdk")
"""Dimensions of 13.4 that are fields of a user in 13.2 too."""
_AROUND = 2 * MINUTE
"""How far from the moment somebody may have come or gone and be counted all the same."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What 13.4 answers of a moment by a dimension, and who was in then."""

    dimension: str
    groups: Listing
    stays: Sequence[Stay]
    moment: dt.datetime
    abbreviations: Mapping[str, str]

    def counts(self) -> dict[str, float]:
        """Users by value, as it is compared, of those that are counted with any."""
        rows = self.groups.rows
        counted = {str(row.get("dimension")): number(row, "online_users") for row in rows}
        return {_plain(it, self.abbreviations): many for it, many in counted.items() if many}

    def having(self) -> Counter[str]:
        """Users who were in around the moment, by every value that the list shows of anybody."""
        having: Counter[str] = Counter()
        for stay in self.stays:
            value = str(stay.row.get(self.dimension) or "")
            having[_plain(value, self.abbreviations)] += _is_around(stay, self.moment)
        return having

    def sure(self) -> set[str]:
        """Values that can be told from those of the users: of provinces, where all are known."""
        there = {str(it.row.get("region")) for it in self.stays if _is_around(it, self.moment)}
        spelt = {*self.abbreviations, *self.abbreviations.values()}
        if self.dimension != "region" or not there <= spelt:
            return set()
        return {short.lower() for short in self.abbreviations.values()}


@rules(f"{DIMENSION}/rule/users-of-value-bounded", f"{DIMENSION}/rule/values-of-users")
def test_users_are_counted_with_what_they_have(scenario: Scenario) -> None:
    """13.4: who is counted with a value was in at that moment, and has it in 13.2.

    The moment is the one of the past hour at which the most users were in. Fewer may be counted
    (E-13-online-viewers), and who is in two rooms may count twice.
    """
    span = time_window(scenario, USERS).past(scenario.lab.now(), HOUR)
    there = known_stays(scenario, span)
    minutes = [span.start + n * MINUTE for n in range(HOUR // MINUTE)]
    moment = max(minutes, key=lambda minute: sum(_is_around(it, minute) for it in there))
    if not any(_is_around(stay, moment) for stay in there):
        raise Inconclusive(f"no data: {USERS} shows nobody who was in during {span}")
    judged: tuple[tuple[str, Callable[[_Seen], Comparison]], ...] = (
        ("users-of-value-bounded", _bounded),
        ("values-of-users", _known),
    )
    for dimension in SHARED:
        first = _seen(scenario, dimension, there, moment)
        for rule, compare in judged:

            def look(
                again: bool,
                dimension: str = dimension,
                first: _Seen = first,
                compare: Callable[[_Seen], Comparison] = compare,
            ) -> Comparison:
                if not again:
                    return compare(first)
                return compare(_seen(scenario, dimension, known_stays(scenario, span), moment))

            judge(scenario.rule(f"{DIMENSION}/rule/{rule}"), settle(scenario, look))


def _bounded(seen: _Seen) -> Comparison:
    """No value that the list shows of anybody has more users than have it and were in."""
    having, counts = seen.having(), seen.counts()
    known = having.keys() | seen.sure()
    more = [value for value, many in counts.items() if value in known and many > having[value]]
    if not more:
        return Comparison(seen.groups.exchange)
    value = more[0]
    return Comparison(
        seen.groups.exchange,
        f"by {seen.dimension}, more users are counted with {value!r} at {seen.moment:%H:%M} than "
        f"{USERS} shows with it",
        f"at most {having[value]}",
        rows_in_words(seen.groups.rows, 9),
    )


def _known(seen: _Seen) -> Comparison:
    """Every value is that of a user, or begins or goes on like one ("Windows", "Windows 10").

    Where the list shows nothing of somebody, there may be a word for that.
    """
    having = [*seen.having()]
    strange = [
        value
        for value in seen.counts()
        if not any(value.startswith(one) or one.startswith(value) for one in having)
    ]
    return Comparison(
        seen.groups.exchange,
        f"by {seen.dimension}, users are counted with {strange[0]!r}, which {USERS} shows of nobody"
        if strange
        else "",
        f"values such as {sorted(having)[:4]}",
        rows_in_words(seen.groups.rows, 9),
    )


def _seen(scenario: Scenario, dimension: str, stays: Sequence[Stay], moment: dt.datetime) -> _Seen:
    time = time_window(scenario, USERS).write(moment)
    asked = {"metric": "OnlineUsers", "dimension": dimension, "time": time}
    groups = listing(scenario, DIMENSION, asked)
    return _Seen(dimension, groups, stays, moment, scenario.lab.contract.regions)


def _is_around(stay: Stay, moment: dt.datetime) -> bool:
    return stay.when.start <= moment + _AROUND and stay.when.end >= moment - _AROUND


def _plain(value: str, abbreviations: Mapping[str, str]) -> str:
    """A value as it is compared: regions by their abbreviation, letters small."""
    return abbreviations.get(value, value).lower()
