"""Chapter 13, sections 13.1 and 13.2: the lists of rooms and of users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from conformance.engine.scenario import ABSENT, Scenario, rules
from conformance.suite.kit.statistics.comparisons import (
    Comparison,
    check_filter,
    compare_filtered,
    judge,
    settle,
)
from conformance.suite.kit.statistics.queries import Listing, listing, recent
from conformance.suite.kit.statistics.rows import (
    number,
    rows_in_words,
    rows_not_in,
    without_growing,
)
from conformance.suite.kit.statistics.time_windows import read_time
from conformance.suite.kit.statistics.user_sessions import (
    ask_for_unknown,
    judge_sessions,
    near,
    refused_or_empty,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

ROOMS, USERS = "ListRtcRoomList", "ListRtcUserList"
USER_FILTERS = {
    "filter-room-subset": ("room_id", "room_id"),
    "filter-uid-subset": ("uid", "uid"),
    "filter-nickname-subset": ("nickname", "nick_name"),
    "filter-isp-subset": ("isp", "isp"),
}
"""Rule, parameter of table 13-9 and field of table 13-13."""
_NEAR = {"room_id": 1, "uid": 1, "nickname": 4}
"""How many values that almost are one are asked for: a filter is no search."""


@rules(
    f"{ROOMS}/rule/items-of-app",
    f"{ROOMS}/rule/rooms-unique",
    f"{ROOMS}/rule/end-not-before-start",
    f"{ROOMS}/rule/duration-within-span",
    f"{ROOMS}/rule/duration-in-seconds",
)
def test_rooms_of_the_application(scenario: Scenario) -> None:
    """13.1: every room is of the application, once, and ends after it began."""
    _, whole = recent(scenario, ROOMS)
    _of_app(scenario, ROOMS, whole)
    _once(scenario, f"{ROOMS}/rule/rooms-unique", whole, ("room_id", "start_time"))
    _not_before(scenario, f"{ROOMS}/rule/end-not-before-start", whole, "start_time", "end_time")
    rule = scenario.rule(f"{ROOMS}/rule/duration-within-span")
    closed = [
        (row, (end - start).total_seconds())
        for row in whole.rows
        if (start := read_time(row.get("start_time"))) and (end := read_time(row.get("end_time")))
        if isinstance(row.get("duration"), int)
    ]
    if not closed:
        for pending in (rule, scenario.rule(f"{ROOMS}/rule/duration-in-seconds")):
            pending.inconclusive("no data: no room with a duration is over")
        return
    _in_seconds(scenario, whole, closed)
    long = [row for row, length in closed if row["duration"] > length + 1]
    rule.that(
        not long,
        "a room lasted longer than from its start to its end",
        actual=rows_in_words(long),
        expected="duration <= end_time - start_time",
        exchange=whole.exchange,
    )


def _still_open(scenario: Scenario, whole: Listing) -> Iterator[tuple[Mapping[str, Any], float]]:
    """Open rooms that have a duration already, and how long they have been open."""
    now = scenario.lab.now()
    for row in whole.rows:
        start, end = read_time(row.get("start_time")), read_time(row.get("end_time"))
        if start is not None and end is None and number(row, "duration"):
            yield row, (now - start).total_seconds()


def _in_seconds(
    scenario: Scenario, whole: Listing, closed: Sequence[tuple[Mapping[str, Any], float]]
) -> None:
    """Not every room seems to last a hundredfold (milliseconds), a fiftieth (minutes) or no time.

    A single room may have none: it was empty for the rest of its time.
    """
    rule = scenario.rule(f"{ROOMS}/rule/duration-in-seconds")
    groups = {"room that is over": closed, "open room": [*_still_open(scenario, whole)]}
    judged = False
    for what, rooms in groups.items():
        told = [(row, length) for row, length in rooms if length >= 120]
        other = [row for row, length in told if not length / 50 < row["duration"] < length * 100]
        if not told:
            continue
        judged = True
        rule.that(
            len(other) < len(told),
            f"the duration of every {what} is in another unit, or none",
            expected="seconds, about end_time - start_time",
            actual=rows_in_words(other),
            exchange=whole.exchange,
        )
    if not judged:
        rule.inconclusive("no data: no room has lasted two minutes")


@rules(
    f"{ROOMS}/rule/filter-room-subset",
    f"{ROOMS}/rule/filter-state-subset",
    f"{ROOMS}/rule/states-disjoint-and-complete",
)
def test_rooms_filtered(scenario: Scenario) -> None:
    """13.1: ``room_id`` and ``state`` narrow the list down, the two states share it out."""
    whole = recent(scenario, ROOMS)
    room = scenario.lab.random.choice(whole[1].rows).get("room_id")
    found = check_filter(scenario, ROOMS, whole, {"room_id": room}, "room_id", [room])
    rule = scenario.rule(f"{ROOMS}/rule/filter-room-subset")
    judge(rule, found)
    for other in near(str(room), _texts(whole[1], "room_id"), 2):
        refused_or_empty(scenario, rule, ROOMS, {**whole[0], "room_id": other})
    _states(scenario, ROOMS, whole, ("RUNNING", "CLOSED"))


@rules(
    f"{USERS}/rule/items-of-app",
    f"{USERS}/rule/leave-not-before-join",
    f"{USERS}/rule/sessions-unique",
    f"{USERS}/rule/summary-one-per-user",
    f"{USERS}/rule/detail-covers-summary",
    f"{USERS}/rule/default-type-summary",
    f"{USERS}/rule/detail-lists-sessions",
)
def test_users_by_session_and_summed_up(scenario: Scenario) -> None:
    """13.2: detail lists sessions, summary, which is the default, each user of a room once."""
    query, whole = recent(scenario, USERS)
    _of_app(scenario, USERS, whole)
    _not_before(scenario, f"{USERS}/rule/leave-not-before-join", whole, "join_time", "leave_time")
    _once(scenario, f"{USERS}/rule/sessions-unique", whole, ("session",))
    judge_sessions(scenario, query, whole)
    summary = listing(scenario, USERS, {**query, "type": "summary"})
    _once(scenario, f"{USERS}/rule/summary-one-per-user", summary, ("room_id", "uid"))

    def covers(again: bool) -> Comparison:
        detail, brief = whole, summary
        if again:
            detail = listing(scenario, USERS, query)
            brief = listing(scenario, USERS, {**query, "type": "summary"})
        names = [_names(detail), _names(brief)]
        if _each_user_once(brief):  # of one of their rooms: 13.2 says "of users", not "in a room"
            names = [{(name, "") for _, name in pairs} for pairs in names]
        same = names[0] == names[1] and len(detail.rows) >= len(brief.rows)
        only = sorted(map(str, names[0] ^ names[1]))
        problem = "" if same else "detail and summary do not name the same users"
        return Comparison(
            brief.exchange,
            problem,
            f"the users of {rows_in_words(detail.rows)}",
            f"{rows_in_words(brief.rows)}; in one only: {only[:4]}",
        )

    judge(scenario.rule(f"{USERS}/rule/detail-covers-summary"), settle(scenario, covers))

    def by_default(again: bool) -> Comparison:
        brief = listing(scenario, USERS, {**query, "type": "summary"}) if again else summary
        plain = listing(scenario, USERS, {**query, "type": ABSENT})
        same = plain.rows == brief.rows and plain.total == brief.total
        problem = "" if same else "without type, the answer is not that of summary"
        return Comparison(
            plain.exchange, problem, rows_in_words(brief.rows), rows_in_words(plain.rows)
        )

    judge(scenario.rule(f"{USERS}/rule/default-type-summary"), settle(scenario, by_default))


@rules(
    *(f"{USERS}/rule/{name}" for name in USER_FILTERS),
    f"{USERS}/rule/filter-state-subset",
    f"{USERS}/rule/states-disjoint-and-complete",
    f"{USERS}/rule/filter-region-subset",
    f"{USERS}/rule/region-name-or-abbreviation",
    f"{USERS}/rule/several-equal-each",
)
def test_users_filtered(scenario: Scenario) -> None:
    """13.2: each filter narrows the list of sessions down; several values add up."""
    whole = recent(scenario, USERS)
    for name, (parameter, field) in USER_FILTERS.items():
        rule = scenario.rule(f"{USERS}/rule/{name}")
        value = _some(scenario, whole[1], field)
        if value is None:
            rule.inconclusive(f"no data: no user has a {field}")
            continue
        judge(rule, check_filter(scenario, USERS, whole, {parameter: value}, field, [value]))
        known = _texts(whole[1], field)
        lettered = (text for text in sorted(known) if text.swapcase() not in known)
        for other in near(next(lettered, value), known, _NEAR.get(parameter, 0)):
            if ask_for_unknown(scenario, rule, USERS, {**whole[0], parameter: other}) is None:
                continue
            judge(rule, check_filter(scenario, USERS, whole, {parameter: other}, field, [other]))
    _states(scenario, USERS, whole, ("FAIL", "ONLINE", "OFFLINE"))
    _regions(scenario, whole)
    _several(scenario, whole)


Asked = tuple[dict[str, str], Listing]
"""A query and everything that it answers."""


def _regions(scenario: Scenario, whole: Asked) -> None:
    """A region by the spelling that the answer shows, and by the other one of table 14-2."""
    rule = scenario.rule(f"{USERS}/rule/filter-region-subset")
    either = scenario.rule(f"{USERS}/rule/region-name-or-abbreviation")
    spellings = _spellings(scenario)
    region = _some(scenario, whole[1], "region", among=spellings)
    if region is None:
        rule.inconclusive("no data: no user has a region of table 14-2")
        either.inconclusive("no data: no user has a region of table 14-2")
        return
    same = (region, spellings[region])
    for judged, spelling in ((rule, region), (either, spellings[region])):
        judge(judged, check_filter(scenario, USERS, whole, {"region": spelling}, "region", same))


def _spellings(scenario: Scenario) -> Mapping[str, str]:
    """The other spelling of each name and each abbreviation of table 14-2."""
    names = scenario.lab.contract.regions
    return {**names, **{short: name for name, short in names.items()}}


def _several(scenario: Scenario, whole: Asked) -> None:
    """Two values of a filter at once are held against what has either of them."""
    rule = scenario.rule(f"{USERS}/rule/several-equal-each")
    judged = False
    for field in ("region", "isp", "state"):
        values = _texts(whole[1], field)
        if len(values) < 2:
            continue
        pair = scenario.lab.random.sample(values, 2)
        together = _either(scenario, whole, field, pair, pair)
        judge(rule, together)
        judged = True
        if field == "region" and not together.problem:
            _mixed_regions(scenario, whole, pair)
    if not judged:
        rule.inconclusive("no data: all users have one region, one carrier and one state")


def _mixed_regions(scenario: Scenario, whole: Asked, pair: Sequence[str]) -> None:
    """Of two provinces, one as the answer shows it, one in the other spelling of table 14-2."""
    spellings = _spellings(scenario)
    first, second = pair
    if second in spellings:
        found = _either(scenario, whole, "region", [first, spellings[second]], pair)
        judge(scenario.rule(f"{USERS}/rule/region-name-or-abbreviation"), found)


def _either(
    scenario: Scenario, whole: Asked, field: str, asked: list[str], pair: Sequence[str]
) -> Comparison:
    """Two values with a comma, as in the examples of 13.8; else the parameter twice."""
    found = check_filter(scenario, USERS, whole, {field: ",".join(asked)}, field, pair)
    if not found.problem:
        return found
    repeated = check_filter(scenario, USERS, whole, {field: asked}, field, pair)
    return found if repeated.problem else repeated


def _states(scenario: Scenario, operation: str, whole: Asked, states: Sequence[str]) -> None:
    """Each state alone, then all of their answers together."""
    query, before = whole

    def look(every: Listing) -> tuple[list[Comparison], Comparison]:
        parts = [listing(scenario, operation, {**query, "state": state}) for state in states]
        alone = [
            compare_filtered(part, every, {"state": state}, "state", [state])
            for part, state in zip(parts, states, strict=True)
        ]
        rows = [row for part in parts for row in part.rows]
        twice, lost = (
            rows_not_in(without_growing(rows), without_growing(every.rows)),
            rows_not_in(without_growing(every.rows), without_growing(rows)),
        )
        problem = f"{' and '.join(states)} together are not the whole list" if twice or lost else ""
        wrong = f"twice or too many: {rows_in_words(twice)}; in no state: {rows_in_words(lost)}"
        return alone, Comparison(parts[-1].exchange, problem, rows_in_words(every.rows), wrong)

    alone, together = look(before)
    if together.problem or any(found.problem for found in alone):
        alone, together = look(listing(scenario, operation, query))
    for found in alone:
        judge(scenario.rule(f"{operation}/rule/filter-state-subset"), found)
    judge(scenario.rule(f"{operation}/rule/states-disjoint-and-complete"), together)


def _each_user_once(found: Listing) -> bool:
    users = [row.get("uid") for row in found.rows]
    return len(users) == len(set(users))


def _names(found: Listing) -> set[tuple[str, str]]:
    return {(str(row.get("room_id")), str(row.get("uid"))) for row in found.rows}


def _of_app(scenario: Scenario, operation: str, whole: Listing) -> None:
    app = scenario.given("populated_app")
    others = [row for row in whole.rows if row.get("app") != app]
    scenario.rule(f"{operation}/rule/items-of-app").that(
        not others,
        "items carry another application than was asked for",
        expected=f"app {app}",
        actual=rows_in_words(others),
        exchange=whole.exchange,
    )


def _once(scenario: Scenario, identifier: str, whole: Listing, key: Iterable[str]) -> None:
    names = tuple(key)
    counts = Counter(tuple(str(row.get(name)) for name in names) for row in whole.rows)
    twice = {found: count for found, count in counts.items() if count > 1}
    scenario.rule(identifier).that(
        not twice,
        f"the same {' and '.join(names)} is listed more than once",
        expected="each once",
        actual=str(dict(list(twice.items())[:3])),
        exchange=whole.exchange,
    )


def _not_before(scenario: Scenario, identifier: str, whole: Listing, first: str, last: str) -> None:
    rule = scenario.rule(identifier)
    ended = [
        (row, start, end)
        for row in whole.rows
        if (start := read_time(row.get(first))) and (end := read_time(row.get(last)))
    ]
    if not ended:
        rule.inconclusive(f"no data: no item has both a {first} and a {last}")
        return
    wrong = [row for row, start, end in ended if end < start]
    rule.that(
        not wrong,
        f"{last} is earlier than {first}",
        expected=f"{first} <= {last}",
        actual=rows_in_words(wrong),
        exchange=whole.exchange,
    )


def _some(scenario: Scenario, whole: Listing, field: str, among: Any = None) -> str | None:
    """A value of a field that the list shows, beyond ASCII if there is one, by chance."""
    values = [value for value in _texts(whole, field) if among is None or value in among]
    wide = [value for value in values if not value.isascii()]
    return scenario.lab.random.choice(wide or values) if values else None


def _texts(whole: Listing, field: str) -> list[str]:
    """Every text that a field has somewhere in the list, once each, in order."""
    values = (row.get(field) for row in whole.rows)
    return sorted({value for value in values if isinstance(value, str) and value})
