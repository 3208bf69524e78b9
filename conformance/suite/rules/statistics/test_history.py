"""Chapter 13, sections 13.7 to 13.9: days that are over, and the counts that they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import pytest

from conformance.engine.scenario import ABSENT, Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.daily_samples import (
    ask,
    date_of,
    judge_days,
    past_days,
    today,
)
from conformance.suite.kit.statistics.queries import for_each, listing
from conformance.suite.kit.statistics.rows import is_empty, number, rows_in_words, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    MINUTE,
    SECOND,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

USAGE, SCALE, QUALITY = "ListRtcHistoryUsage", "ListRtcHistoryScale", "ListRtcHistoryQuality"
DURATIONS = ("CommunicationDuration", "TranscodeDuration", "RecordDuration")
_SEVERAL = 3
_LATEST = 3
"""Days of which the users are asked for, too, where a count differs."""
PARTS = ("video_sd", "video_hd", "video_hdp", "audio")
ROUNDING = len(PARTS) / 2
"""Seconds by which a sum may be off when each part is rounded by itself (E-13-usage-total)."""


@rules(
    "ListRtcHistoryUsage/rule/step-one-day",
    "ListRtcHistoryUsage/rule/every-day-sampled",
    "ListRtcHistoryUsage/rule/total-is-sum",
    "ListRtcHistoryUsage/rule/metrics-differ",
    "ListRtcHistoryUsage/rule/metric-selects",
    effort="quick",
)
def test_usage_adds_up_day_by_day(scenario: Scenario) -> None:
    """Each day has one sample, and its total is the sum of its four durations (13.7)."""
    asked = {metric: past_days(scenario, USAGE, metric=metric) for metric in DURATIONS}
    if is_empty(row for exchange in asked.values() for row in rows_of(USAGE, exchange.json)):
        raise Inconclusive("no data: nothing was used in the past 31 days")
    for metric, exchange in asked.items():
        judge_days(scenario, USAGE, exchange)
        wrong = [
            row
            for row in rows_of(USAGE, exchange.json)
            if abs(number(row, "total_duration") - sum(number(row, part) for part in PARTS))
            > ROUNDING
        ]
        scenario.rule("ListRtcHistoryUsage/rule/total-is-sum").that(
            not wrong,
            f"{metric}: total_duration of a day is not the sum of its parts",
            expected=" + ".join(PARTS),
            actual=rows_in_words(wrong),
            exchange=exchange,
        )
    _told_apart(scenario, asked)


def _told_apart(scenario: Scenario, asked: Mapping[str, Exchange]) -> None:
    """Talking, transcoding and recording for the same seconds on three days is no accident."""
    rule = scenario.rule("ListRtcHistoryUsage/rule/metrics-differ")
    for (one, exchange), (other, second) in combinations(asked.items(), 2):
        rows, others = (rows_of(USAGE, it.json) for it in (exchange, second))
        if len({number(row, "total_duration") for row in rows} - {0}) >= _SEVERAL:
            rule.that(
                rows != others,
                f"{one} and {other} are the same on every day",
                expected="durations of their own",
                actual=rows_in_words(rows),
                exchange=second,
            )
    selects = scenario.rule("ListRtcHistoryUsage/rule/metric-selects")
    days = [rows_of(USAGE, exchange.json) for exchange in asked.values()]
    if any(len({number(row, "total_duration") for row in rows} - {0}) >= _SEVERAL for rows in days):
        selects.that(
            any(rows != days[0] for rows in days),
            f"{', '.join(asked)} have one figure for every day",
            expected="what metric asks for",
            actual=rows_in_words(days[0]),
            exchange=exchange,
        )
    for pending in (rule, selects):
        if pending.id in scenario.pending:
            pending.inconclusive("no data: too little was used to tell the metrics apart")


@rules("ListRtcHistoryUsage/rule/usage-without-start")
def test_usage_without_a_start_is_that_of_the_past_day(scenario: Scenario) -> None:
    """start_date is required and yet has a default: refused, or the past day (13.7).

    The query ends today, so that the past day is yesterday from whichever end it is counted.
    """
    rule = scenario.rule("ListRtcHistoryUsage/rule/usage-without-start")
    day = today(scenario)
    span = Span(day - DAY, day)
    without = ask(scenario, USAGE, span, start_date=ABSENT)
    if not rule.permitted(without) or without.status != 200:
        return
    given = ask(scenario, USAGE, span)
    found, wanted = (
        [row for row in rows_of(USAGE, exchange.json) if date_of(row) != day]
        for exchange in (without, given)
    )
    if is_empty(wanted):
        raise Inconclusive("no data: nothing was used yesterday")
    rule.equal(found, wanted, "the usage without start_date, except today's,", without)


OUT_OF_REACH = {
    SCALE: ("UserCount", "RoomCount"),
    QUALITY: ("JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate"),
}
"""What cannot be seen of the day that is not over: in 13.8 users and rooms alone."""
OUT_OF_REACH_FIELDS = {
    SCALE: ("user_count", "room_count"),
    QUALITY: (
        "join_success_rate",
        "join_success_in5secs_rate",
        "video_freeze_rate",
        "audio_freeze_rate",
    ),
}


@for_each(OUT_OF_REACH.keys(), "today-absent")
def test_what_is_not_known_of_a_day_before_it_is_over(scenario: Scenario, operation: str) -> None:
    """Of today there are no users and rooms (13.8), and no quality (13.9): alone, or after another.

    A query up to today may be refused; a sample that says nothing of them is none. That a room of
    today is listed (13.1) shows that there would be something to see.
    """
    rule, day = scenario.rule(f"{operation}/rule/today-absent"), today(scenario)
    busy = listing(scenario, "ListRtcRoomList", {"start_time": f"{day:%Y-%m-%dT%H:%M:%SZ}"}).rows
    for span in (Span(day - DAY, day), Span(day, day)):
        exchange = ask(scenario, operation, span, metric=OUT_OF_REACH[operation])
        if exchange.status != 200:
            rule.permitted(exchange)
            continue
        rows = rows_of(operation, exchange.json)
        seen = OUT_OF_REACH_FIELDS[operation]
        early = [
            row
            for row in rows
            if (date_of(row) or day) >= day and any(number(row, name) for name in seen)
        ]
        if early or busy:
            rule.that(
                not early,
                f"a query up to today, {day:%Y-%m-%d}, answers what is not known before its end",
                expected=f"no {' and no '.join(OUT_OF_REACH[operation])} later than yesterday",
                actual=rows_in_words(early),
                exchange=exchange,
            )
    if rule.id in scenario.pending:
        rule.not_applicable("no room has begun today")


@rules(
    "ListRtcHistoryScale/rule/users-not-more-than-sessions",
    "ListRtcHistoryScale/rule/room-count-agrees",
)
def test_counts_of_a_day_agree(scenario: Scenario) -> None:
    """A user joins at least once; the rooms of a day are those that 13.1 lists (13.8)."""
    counts = ["UserCount", "SessionCount", "RoomCount"]
    exchange = past_days(scenario, SCALE, metric=counts)
    rows = rows_of(SCALE, exchange.json)
    if is_empty(rows):
        raise Inconclusive("no data: nobody joined in the past 31 days")
    wrong = [row for row in rows if number(row, "user_count") > number(row, "session_count")]
    scenario.rule("ListRtcHistoryScale/rule/users-not-more-than-sessions").that(
        not wrong,
        "on a day more users joined than there were sessions",
        expected="user_count <= session_count",
        actual=rows_in_words(wrong),
        exchange=exchange,
    )
    judge(
        scenario.rule("ListRtcHistoryScale/rule/room-count-agrees"),
        settle(scenario, lambda anew: _rooms_by_day(scenario, anew, exchange)),
    )


@rules("ListRtcHistoryQuality/rule/five-second-rate-not-above-rate")
def test_joins_within_five_seconds_are_joins(scenario: Scenario) -> None:
    """Who joined within five seconds has joined: that rate is not above the other one (13.9)."""
    exchange = past_days(scenario, QUALITY, metric=["JoinSuccessRate", "JoinSuccess5SecsRate"])
    rows = rows_of(QUALITY, exchange.json)
    if is_empty(rows):
        raise Inconclusive("no data: nobody joined in the past 31 days")
    fast, rate = "join_success_in5secs_rate", "join_success_rate"
    wrong = [row for row in rows if number(row, fast) > number(row, rate)]
    scenario.rule("ListRtcHistoryQuality/rule/five-second-rate-not-above-rate").that(
        not wrong,
        "on a day more joined within 5 seconds than at all",
        expected=f"{fast} <= {rate}",
        actual=rows_in_words(wrong),
        exchange=exchange,
    )


def _rooms_by_day(scenario: Scenario, anew: bool, exchange: Exchange) -> Comparison:
    """Hold the room counts of the past week against the rooms that are listed.

    A room that stays open over midnight may count on the first of its days or on each of them,
    but not now so and now so.
    """
    day = today(scenario)
    scale = past_days(scenario, SCALE, metric=["RoomCount"]) if anew else exchange
    rows = {date_of(row): row for row in rows_of(SCALE, scale.json)}
    days = [day - n * DAY for n in range(1, 8) if day - n * DAY in rows]
    counted = [rows[it].get("room_count") for it in days]
    spans = _room_spans(scenario, Span(day - 14 * DAY, day - SECOND))
    begun = [sum(it <= start < it + DAY for start, _ in spans) for it in days]
    present = [sum(start < it + DAY and end > it for start, end in spans) for it in days]
    if not any(begun) and not any(counted):
        raise Inconclusive("no data: no room was open in the past week")
    latest = days[:_LATEST]
    if counted in (begun, present) or counted[:_LATEST] in list(_by_users(scenario, latest)):
        return Comparison(scale)
    return Comparison(
        scale,
        "room_count of the past days, newest first, is not what ListRtcRoomList shows",
        expected=f"{begun} rooms started, or {present} rooms open",
        actual=counted,
    )


def _by_users(scenario: Scenario, days: Sequence[dt.datetime]) -> Iterator[list[int]]:
    """How often rooms were open by the stays of users: a list may join a room's openings in one."""
    if not days:
        return
    span = Span(min(days) - DAY, max(days) + DAY - SECOND)
    query = time_window(scenario, "ListRtcUserList").query(span)
    now = scenario.lab.now()
    stays: dict[object, list[tuple[dt.datetime, dt.datetime]]] = {}
    for row in listing(scenario, "ListRtcUserList", query).rows:
        joined = read_time(row.get("join_time"))
        if joined is not None and row.get("state") != "FAIL":
            left = read_time(row.get("leave_time")) or now
            stays.setdefault(row.get("room_id"), []).append((joined, left))
    for gap in (SECOND, MINUTE):
        spans = [one for times in stays.values() for one in _joined(sorted(times), gap)]
        yield [sum(it <= start < it + DAY for start, _ in spans) for it in days]
        yield [sum(start < it + DAY and end > it for start, end in spans) for it in days]


def _joined(
    stays: Sequence[tuple[dt.datetime, dt.datetime]], gap: dt.timedelta
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Spans of one room in which somebody was there; shorter gaps do not part them."""
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end in stays:
        if spans and start <= spans[-1][1] + gap:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _room_spans(scenario: Scenario, span: Span) -> list[tuple[dt.datetime, dt.datetime]]:
    """When the rooms that began in a span were open; those that still are, until now."""
    window, now = time_window(scenario, "ListRtcRoomList"), scenario.lab.now()
    return [
        (begun, read_time(row.get("end_time")) or now)
        for row in listing(scenario, "ListRtcRoomList", window.query(span)).rows
        if (begun := read_time(row.get("start_time"))) is not None
    ]
