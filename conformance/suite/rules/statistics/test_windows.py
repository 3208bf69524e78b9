"""Chapter 13: the ends of a time window: too far apart, the wrong way round, misspelt."""

from __future__ import annotations

import datetime as dt

import pytest

from conformance.engine.scenario import Answer, Inconclusive, Scenario
from conformance.suite.kit.statistics.queries import SOMETIMES_NEEDED, for_each, has_data
from conformance.suite.kit.statistics.rows import is_empty, rows_in_words, rows_of
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    MINUTE,
    PAST_DAY,
    PAST_HOUR,
    SECOND,
    Span,
    midnight,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

CALLS = ("ListRtcClientQosDetails", "ListRtcEvent", "ListRtcAbnormalEvent")
LIMITED = (*PAST_HOUR, *PAST_DAY, *CALLS)
WINDOWED = (*LIMITED, "ListRtcHistoryUsage")
SINGLE_USER = {
    "ListRtcClientQosDetails": "user_id",
    "ListRtcEvent": "room_id",
    "ListRtcAbnormalEvent": "room_id",
}
"""What narrows a query of 13.10 to 13.12 down to the single user whom a longer span is for."""


@for_each(LIMITED, "span-exceeded-refused")
def test_a_span_that_is_too_long(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: one second more than the longest span is refused; 33 days are (13.8, 13.9).

    Where an end that is left out is the present, so is a start that lies too far back. 13.10 to
    13.12 grant more to a single user: up to that, either; beyond it, refused.
    """
    rule = scenario.rule(f"{operation}/rule/span-exceeded-refused")
    window = time_window(scenario, operation)
    longest = window.last(scenario.lab.now())
    more = 2 * DAY if window.daily else SECOND
    plain = Span(longest.start - more, longest.end)
    refused = rule.answers
    if operation not in SINGLE_USER or window.single is None:
        rule.answered(scenario.send(operation, query=window.query(plain)), *refused)
        if operation in PAST_HOUR:
            too_early = {window.start: window.write(longest.start - DAY)}
            rule.answered(scenario.send(operation, query=too_early), *refused)
        return
    if operation == "ListRtcClientQosDetails":
        rule.answered(scenario.send(operation, query=window.query(plain)), *refused)
    else:
        single = {SINGLE_USER[operation]: scenario.given("room")}
        over_all = window.past(scenario.lab.now(), window.single)
        beyond_all = Span(over_all.start - SECOND, over_all.end)
        either = scenario.send(operation, query=window.query(plain))
        rule.answered(either, Answer(200), *refused)
        narrowed = scenario.send(operation, query={**window.query(beyond_all), **single})
        rule.answered(narrowed, *refused)


@for_each(WINDOWED, "end-before-start-refused")
def test_a_span_the_wrong_way_round(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: an end before the start is refused, be it by one second or one day."""
    rule = scenario.rule(f"{operation}/rule/end-before-start-refused")
    window = time_window(scenario, operation)
    end = window.past(scenario.lab.now()).end
    turned = Span(end, end - (DAY if window.daily else SECOND))
    query = {**SOMETIMES_NEEDED.get(operation, {}), **window.query(turned)}
    answer = scenario.send(operation, query=query)
    rule.permitted(answer)


@for_each((*WINDOWED, "ListRtcRealtimeScaleDimension"), "malformed-time-refused")
def test_a_time_that_is_none(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: times in no calendar, in another notation or in another zone are refused.

    Each would be a moment of an accepted span to a server that reads it loosely.
    """
    rule = scenario.rule(f"{operation}/rule/malformed-time-refused")
    refused = rule.answers
    now = scenario.lab.now()
    if operation == "ListRtcRealtimeScaleDimension":
        moment = (now - HOUR).replace(second=0)
        for text in _misspelt(moment, daily=False).values():
            rule.answered(scenario.send(operation, query={"time": text}), *refused)
        return
    window = time_window(scenario, operation)
    span = window.past(now, 2 * DAY if window.daily else 30 * MINUTE)
    starts, ends = (_misspelt(end, daily=window.daily) for end in (span.start, span.end))
    for position, form in enumerate(starts):
        end, text = (window.end, ends[form]) if position % 2 else (window.start, starts[form])
        query = {**SOMETIMES_NEEDED.get(operation, {}), **window.query(span), end: text}
        answer = scenario.send(operation, query=query)
        rule.answered(answer, *refused)


def _misspelt(moment: dt.datetime, *, daily: bool) -> dict[str, str]:
    """The moment as it must not be written, by what is wrong."""
    clock = "" if daily else moment.strftime("T%H:%M:%SZ")
    month = f"{moment.year - 1}-{moment.month + 12}-{moment:%d}{clock}"
    before = moment.replace(day=1) - DAY
    day = f"{before:%Y-%m}-{before.day + moment.day}{clock}"
    if daily:
        notation, zone = f"{moment:%Y/%m/%d}", f"{moment:%Y-%m-%d}+08:00"
        return {"month": month, "day": day, "notation": notation, "zone": zone}
    earlier = moment - DAY
    minutes = (moment - midnight(moment) + DAY) // MINUTE
    hour = f"{earlier:%Y-%m-%d}T{minutes // 60 - 1}:{minutes % 60 + 60}:{moment:%S}Z"
    if moment.hour:
        hour = f"{earlier:%Y-%m-%d}T{minutes // 60}:{moment:%M:%S}Z"
    zoned = moment + 8 * HOUR
    return {
        "month": month,
        "day": day,
        "hour": hour,
        "zone": f"{zoned:%Y-%m-%dT%H:%M:%S}+08:00",
        "notation": f"{moment:%Y-%m-%d %H:%M:%S}",
    }


@for_each(WINDOWED, "future-window-empty-or-refused")
def test_a_span_in_the_future(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: of a span that has not begun there is nothing to answer."""
    rule = scenario.rule(f"{operation}/rule/future-window-empty-or-refused")
    window = time_window(scenario, operation)
    start = scenario.lab.now() + (2 * DAY if window.daily else HOUR)
    span = Span(start, start + (DAY if window.daily else 30 * MINUTE))
    query = {**SOMETIMES_NEEDED.get(operation, {}), **window.query(span)}
    answer = scenario.send(operation, query=query)
    if answer.status != 200:
        rule.permitted(answer)
        return
    rows = rows_of(operation, answer.json)
    if is_empty(rows) and not has_data(scenario, operation):
        raise Inconclusive(
            "no data: the past has none either, so that none of the future says nothing"
        )
    rule.permitted(answer)
    rule.that(
        is_empty(rows),
        f"{operation} shows data of {span}, which has not begun",
        expected="no data",
        actual=rows_in_words(rows),
        exchange=answer,
    )
