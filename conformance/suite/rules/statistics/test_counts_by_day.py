"""Chapter 13, section 13.8: users and sessions of a day are those that 13.2 lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from itertools import product

import pytest

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.daily_samples import (
    date_of,
    is_counted,
    past_days,
    today,
)
from conformance.suite.kit.statistics.queries import listing
from conformance.suite.kit.statistics.rows import Row, rows_of
from conformance.suite.kit.statistics.stays import stay_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    SECOND,
    Span,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

SCALE, USERS = "ListRtcHistoryScale", "ListRtcUserList"
_DAYS = 7
Key = Callable[[Row], Hashable]
"""What makes two rows of 13.2 one and the same in a count."""


def _session(row: Row) -> Hashable:
    return str(row.get("session"))


def _user_of_room(row: Row) -> Hashable:
    return str(row.get("room_id")), str(row.get("uid"))


COUNTS: Sequence[tuple[str, str, tuple[Key, ...]]] = (
    ("session-count-agrees", "session_count", (_session,)),
    ("user-count-agrees", "user_count", (_user_of_room,)),
)
"""Rules, their fields of table 13-55, and what counts once (E-13-user-count-meaning)."""


@rules(*(f"{SCALE}/rule/{name}" for name, _, _ in COUNTS))
def test_users_and_sessions_of_a_day(scenario: Scenario) -> None:
    """Each joining is a session; a user counts once in every room (tables 13-51, 13-55).

    Every past day can be queried: one that is missing has nobody. Who stays over midnight counts
    on the first day or on both, who failed to join or not, but on every day in the same way.
    """
    scale = past_days(scenario, SCALE, metric=["UserCount", "SessionCount"])
    for name, field, keys in COUNTS:

        def look(anew: bool, field: str = field, keys: tuple[Key, ...] = keys) -> Comparison:
            metric = ["UserCount", "SessionCount"]
            exchange = past_days(scenario, SCALE, metric=metric) if anew else scale
            return _compared(scenario, exchange, field, keys)

        judge(scenario.rule(f"{SCALE}/rule/{name}"), settle(scenario, look))


def _compared(
    scenario: Scenario, exchange: Exchange, field: str, keys: tuple[Key, ...]
) -> Comparison:
    rows = {date_of(row): row for row in rows_of(SCALE, exchange.json)}
    past = [today(scenario) - n * DAY for n in range(1, _DAYS + 1)]
    days = [it for it in past if it in rows or is_counted(scenario, it)]
    counted = [rows.get(it, {field: 0}).get(field) for it in days]
    users = _users(scenario, days)
    ways = [
        [len({key(row) for row in users if counts(row, it)}) for it in days]
        for key, counts in product(keys, _WAYS)
    ]
    if not any(map(any, ways)) and not any(counted):
        raise Inconclusive("no data: nobody was in a room on the past days")
    problem = f"{field} of the past days, newest first, is not what {USERS} shows"
    wanted = " or ".join(str(way) for way in dict.fromkeys(map(tuple, ways)))
    return Comparison(exchange, "" if counted in ways else problem, wanted, counted)


def _users(scenario: Scenario, days: Sequence[dt.datetime]) -> list[Row]:
    """Every session that 13.2 shows of these days, and of the one before them."""
    if not days:
        raise Inconclusive("no data: the past days have no sample")
    window = time_window(scenario, USERS)
    span = Span(min(days) - DAY, max(days) + DAY - SECOND)
    return list(listing(scenario, USERS, window.query(span)).rows)


def _joined(row: Row, day: dt.datetime) -> bool:
    stay = stay_of(row)
    return stay is not None and day <= stay.start < day + DAY


def _present(row: Row, day: dt.datetime) -> bool:
    stay = stay_of(row)
    return stay is not None and stay.start < day + DAY and stay.end >= day


def _got_in(counts: Callable[[Row, dt.datetime], bool]) -> Callable[[Row, dt.datetime], bool]:
    return lambda row, day: row.get("state") != "FAIL" and counts(row, day)


_WAYS = (_joined, _present, _got_in(_joined), _got_in(_present))
