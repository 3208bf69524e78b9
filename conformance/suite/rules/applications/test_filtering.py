"""Chapter 5: the list of applications in a state (5.2): the filter, its pages and its count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario, rules, same
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import ACTIVE, INACTIVE, part
from conformance.suite.kit.paged_lists import APPS, Whole, undisturbed

_STATES = (ACTIVE, INACTIVE, "ARREARS")
"""What can be asked for (table 5-9)."""


@rules(
    "ListApps/rule/state-filter",
    "ListApps/rule/state-filters-partition",
    "ListApps/rule/count-follows-filter",
    "ListApps/rule/deleted-is-no-filter",
    "ListApps/rule/filtered-pages",
)
def test_the_state_filter_chooses(scenario: Scenario) -> None:
    """Table 5-9: with a state asked for, the applications in it and no others.

    One that is disabled lies between others, so that pages counted before the filter show.
    """
    if scenario.lab.settings.allow_writes:
        scenario.make("StopApp", path={"app_id": scenario.fresh("app")})
        for _ in range(2):
            scenario.fresh("app")
    before, chosen, _ = undisturbed(
        scenario,
        APPS,
        lambda _: {state: Chosen.of(scenario, state) for state in _STATES},
        sound=_are_parts,
        of=_state,
    )
    refused = scenario.send("ListApps", query={"state": "DELETED"})
    scenario.rule("ListApps/rule/deleted-is-no-filter").refused(refused)
    wholes = {state: one.whole for state, one in chosen.items()}
    if not any(whole.rows for whole in wholes.values()):
        raise Inconclusive("no data: no application is in a state that can be asked for")
    _judge_filter(scenario, wholes)
    _judge_partition(scenario, before, wholes)
    _judge_filtered_count(scenario, wholes)
    _judge_filtered_pages(scenario, chosen)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The applications in one state: all of them, in two pages, and the first and last alone.

    Two pages may end where they would have ended before the filter too; pages of one do not.
    """

    whole: Whole
    pages: tuple[Exchange, ...]
    ends: tuple[Exchange, ...]

    @classmethod
    def of(cls, scenario: Scenario, state: str) -> Chosen:
        """Ask for those in a state."""
        listing = APPS.where(state=state)
        whole = listing.whole(scenario)
        number = len(whole.rows)
        size, numbers = -(-number // 2), range(2 if number > 1 else 0)
        ends = sorted({0, number - 1}) if number else []
        return cls(
            whole,
            tuple(listing.page(scenario, offset=n, limit=size) for n in numbers),
            tuple(listing.page(scenario, offset=n, limit=1) for n in ends),
        )

    @property
    def joined(self) -> list[dict[str, Any]]:
        """What the pages hold, one after the other."""
        return [row for page in self.pages for row in APPS.rows(page)]

    @property
    def agree(self) -> bool:
        """Whether the pages are the whole, and count as it does."""
        read = (self.whole.exchange, *self.pages, *self.ends)
        counts = {str(APPS.count(exchange)) for exchange in read}
        whole = not self.pages or same(self.joined, list(self.whole.rows))
        return len(counts) == 1 and whole and self.end_ids == self.wanted_end_ids

    @property
    def end_ids(self) -> list[list[Any]]:
        """What the pages of one hold."""
        return [APPS.ids(page) for page in self.ends]

    @property
    def wanted_end_ids(self) -> list[list[Any]]:
        """What they should hold: the first item and, if it is another one, the last."""
        ids = self.whole.ids
        return [[ids[0]], [ids[-1]]][: len(self.ends)] if ids else []


def _state(row: Any) -> object:
    return part(row, "state", "state")


def _are_parts(before: Whole, chosen: dict[str, Chosen]) -> bool:
    """Whether each state holds what the whole list has in it, and counts it on every page."""
    return all(
        sorted(map(str, one.whole.ids))
        == sorted(str(row.get("app_id")) for row in before.rows if _state(row) == state)
        and APPS.count(one.whole.exchange) == len(one.whole.rows)
        and one.agree
        for state, one in chosen.items()
    )


def _judge_filter(scenario: Scenario, chosen: dict[str, Whole]) -> None:
    for state, whole in chosen.items():
        others = {row.get("app_id"): _state(row) for row in whole.rows if _state(row) != state}
        scenario.rule("ListApps/rule/state-filter").that(
            not others,
            f"asked for {state}",
            expected=f"only applications in state {state}",
            actual=others,
            exchange=whole.exchange,
        )


def _judge_partition(scenario: Scenario, before: Whole, chosen: dict[str, Whole]) -> None:
    found = sorted(str(one) for whole in chosen.values() for one in whole.ids)
    wanted = sorted(str(row.get("app_id")) for row in before.rows if _state(row) in _STATES)
    scenario.rule("ListApps/rule/state-filters-partition").equal(
        found, wanted, "the applications of all three states together", before.exchange
    )


def _judge_filtered_count(scenario: Scenario, chosen: dict[str, Whole]) -> None:
    for state, whole in chosen.items():
        scenario.rule("ListApps/rule/count-follows-filter").equal(
            APPS.count(whole.exchange), len(whole.rows), f"count of {state}", whole.exchange
        )


def _judge_filtered_pages(scenario: Scenario, chosen: dict[str, Chosen]) -> None:
    rule = scenario.rule("ListApps/rule/filtered-pages")
    paged = {state: one for state, one in chosen.items() if one.ends}
    for state, one in paged.items():
        counts = [APPS.count(exchange) for exchange in (one.whole.exchange, *one.pages)]
        rule.that(
            one.agree or one.end_ids != one.wanted_end_ids,
            f"the list of {state} in two pages is not that list in one",
            expected=f"{one.whole.ids}, counted as {counts[0]} on every page",
            actual=f"{[row.get('app_id') for row in one.joined]}, counted as {counts[1:]}",
            exchange=(*one.pages, *one.ends)[-1],
        )
        rule.equal(
            one.end_ids,
            one.wanted_end_ids,
            f"the first and the last page of limit 1 of {state}",
            one.ends[-1],
        )
    if not paged:
        rule.inconclusive("no data: no application is in a state that can be asked for")
