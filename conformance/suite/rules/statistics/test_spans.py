"""Chapter 13: what a query over a span that is over answers: all of it, in order, every time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby, pairwise

import pytest

from conformance.engine.scenario import Blocked, Given, Inconclusive, Rule, Scenario
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.missing_samples import left_out
from conformance.suite.kit.statistics.queries import Listing, for_each, listing
from conformance.suite.kit.statistics.rows import (
    Row,
    rows_in_words,
    rows_not_in,
    shapes,
    times_of,
    without_growing,
)
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    MINUTE,
    SECOND,
    SettledWindow,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

KEPT = ("samples-inside-window", "narrower-window-contained", "same-query-same-answer")
MINUTES = ("time-order", "step-one-minute", "every-minute-sampled")
LISTS = {"ListRtcRoomList": "end_time", "ListRtcUserList": "leave_time"}
"""The lists of what lasts, and the field with its end."""
_LONG_STAY = 3 * MINUTE
ORDERED = {
    **dict.fromkeys(LISTS, KEPT),
    **dict.fromkeys(
        ("ListRtcRealtimeScale", "ListRtcRealtimeQuality", "ListRtcRealtimeNetwork"),
        (*KEPT, *MINUTES),
    ),
    **dict.fromkeys(
        ("ListRtcHistoryUsage", "ListRtcHistoryScale", "ListRtcHistoryQuality"),
        (*KEPT, "time-order"),
    ),
    "ListRtcClientQosDetails": (*KEPT, "time-order"),
    "ListRtcEvent": KEPT,
    "ListRtcAbnormalEvent": KEPT,
    "ListRtcAbnormalEvents": KEPT,
    "ListRtcAbnormalEventDimension": ("same-query-same-answer",),
}
_CONSTANT = ("uid", "peerid", "mid")
_SERIES = frozenset(MINUTES)
Step = tuple[dt.datetime, dt.datetime]
_WRONG = {
    "time-order": "go back in time",
    "step-one-minute": "do not lie whole minutes apart",
    "every-minute-sampled": "leave a minute out",
}
_RIGHT = {
    "time-order": "samples in the order of their time",
    "step-one-minute": "at most one sample for each minute, on the minute",
    "every-minute-sampled": "a sample for every minute in which a room was open",
}


@for_each(ORDERED, "longest-span-accepted")
def test_a_span_that_is_over(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: the longest span is served, and what it shows is of that span.

    All of it lies inside the span, in the order of time and without gaps; asked again, it is the
    same; a part of the span shows the same part of it. The lists of 90 days are held to the rest
    over a single day.
    """
    window = time_window(scenario, operation)
    accepted = scenario.rule(f"{operation}/rule/longest-span-accepted")
    span = window.past(scenario.lab.now())
    if operation in LISTS:
        accepted.succeeded(scenario.send(operation, query={**window.query(span), "limit": 10}))
        span = window.past(scenario.lab.now(), DAY)
        whole = listing(scenario, operation, window.query(span))
    else:
        span = _kept(scenario, operation, window, span)
        if window.single is not None:
            _longest_within_days(scenario, operation, window, accepted)
            whole = listing(scenario, operation, window.query(span))
        else:
            whole = listing(scenario, operation, window.query(span), accepted)
    if not whole.rows:
        raise Inconclusive(f"no data: {operation} shows nothing of {span}")
    _same_again(scenario, operation, window.query(span), whole)
    if "samples-inside-window" in ORDERED[operation]:
        _inside(scenario, operation, span, whole)
        inner = _middle(window, operation, span, whole.rows)
        part = _part(scenario, operation, window, span, inner, whole)
        _inside(scenario, operation, inner, part)
    if operation in LISTS:
        _begun_before(scenario, operation, window, span, whole)
    _in_order(scenario, operation, whole)


def _longest_within_days(
    scenario: Scenario, operation: str, window: SettledWindow, accepted: Rule
) -> None:
    """The longest span of one day, and for a single user one that crosses days (13.10).

    That a query crosses days is said of a single user alone.
    """
    now = scenario.lab.now()
    within = window.query(window.of_yesterday(now, window.longest))
    across = window.query(window.last(now))
    with suppress(Blocked):
        listing(scenario, operation, within, accepted)
    if window.single_by is not None:
        with suppress(Blocked):
            single = {window.single_by: Given("user")}
            listing(scenario, operation, {**across, **single}, accepted)


def _kept(scenario: Scenario, operation: str, window: SettledWindow, span: Span) -> Span:
    """The longest span; where days are kept, it may have to end today (13.8: the past 31 days)."""
    if not window.daily or window.retention is None:
        return span
    asked = scenario.send(operation, query=window.query(span))
    return span if asked.status == 200 else span.moved(DAY)


def _same_again(scenario: Scenario, operation: str, query: dict[str, str], first: Listing) -> None:
    """The same query once more."""
    before = first

    def look(again: bool) -> Comparison:
        nonlocal before
        after = listing(scenario, operation, query)
        left, before = before, after
        then, now = without_growing(left.rows), without_growing(after.rows)
        if (then, left.total) == (now, after.total):
            return Comparison(after.exchange)
        said = "twice " if again else ""
        wanted = f"total {left.total}, {rows_in_words(rows_not_in(then, now))}"
        seen = f"total {after.total}, {rows_in_words(rows_not_in(now, then))}"
        problem = f"the same query was answered {said}differently, or in another order"
        return Comparison(
            after.exchange, problem, f"as before; only then: {wanted}", f"now: {seen}"
        )

    judge(scenario.rule(f"{operation}/rule/same-query-same-answer"), settle(scenario, look))


def _middle(window: SettledWindow, operation: str, span: Span, rows: Sequence[Row]) -> Span:
    """A narrower span around the middle of what there is, its first and last row well inside."""
    times = sorted(time for time in times_of(operation, rows) if time in span)
    times = times or [span.start, span.end]
    if operation == "ListRtcAbnormalEvent":
        first, last = times[0], times[-1]
    else:
        first, last = times[len(times) // 3], times[2 * len(times) // 3]
    margin = dt.timedelta() if window.daily else _step(times)
    return Span(max(first - margin, span.start), min(last + margin, span.end))


def _step(times: Sequence[dt.datetime]) -> dt.timedelta:
    """From one sample to the next: samples may be counted from the start of a span."""
    steps = [later - sooner for sooner, later in pairwise(times) if later > sooner]
    return max(min(*steps, MINUTE), SECOND) if steps else SECOND


def _part(
    scenario: Scenario,
    operation: str,
    window: SettledWindow,
    span: Span,
    inner: Span,
    whole: Listing,
) -> Listing:
    """Ask for the narrower span, and judge that it shows the same there."""
    part = listing(scenario, operation, window.query(inner))

    def look(again: bool) -> Comparison:
        nonlocal part, whole
        if again:
            whole = listing(scenario, operation, window.query(span))
            part = listing(scenario, operation, window.query(inner))
        if operation == "ListRtcAbnormalEvent" and not _same_user(part, whole):
            raise Inconclusive("no data: the narrower span shows another user, or nobody")
        return _contained(operation, window, inner, part, whole)

    judge(scenario.rule(f"{operation}/rule/narrower-window-contained"), settle(scenario, look))
    return part


def _contained(
    operation: str, window: SettledWindow, inner: Span, part: Listing, whole: Listing
) -> Comparison:
    """All of the part is in the whole; all of the whole between the ends is in the part.

    Whether the ends themselves belong to a span of moments is nowhere said.
    """
    asked = f"{inner} inside the wider span"
    more = rows_not_in(without_growing(part.rows), without_growing(whole.rows))
    if more:
        problem = f"the narrower span shows what the wider one does not ({asked})"
        return Comparison(
            part.exchange, problem, rows_in_words(without_growing(whole.rows)), rows_in_words(more)
        )
    due = [
        row
        for row in whole.rows
        if (time := read_time(row.get(shapes()[operation].time or ""))) is not None
        and (time in inner if window.daily else inner.start < time < inner.end)
    ]
    lost = rows_not_in(without_growing(due), without_growing(part.rows))
    problem = f"the narrower span lacks what the wider one shows in it ({asked})" if lost else ""
    return Comparison(part.exchange, problem, rows_in_words(due), rows_in_words(part.rows))


def _inside(scenario: Scenario, operation: str, span: Span, found: Listing) -> None:
    """Every time of the answer lies in the span that was asked for."""
    outside = [time for time in times_of(operation, found.rows) if time not in span]
    scenario.rule(f"{operation}/rule/samples-inside-window").that(
        not outside,
        f"{len(outside)} of {len(found.rows)} rows lie outside the span",
        expected=span,
        actual=", ".join(f"{it:%Y-%m-%dT%H:%M:%SZ}" for it in outside[:5]),
        exchange=found.exchange,
    )


def _begun_before(
    scenario: Scenario, operation: str, window: SettledWindow, span: Span, whole: Listing
) -> None:
    """A span that lies in the longest stay: what had begun before it is not of the span."""
    stays = [stay for row in whole.rows if (stay := _stay(operation, row, span)) is not None]
    longest = max(stays, key=lambda stay: stay.end - stay.start, default=None)
    if longest is None or longest.end - longest.start < _LONG_STAY:
        return
    inner = Span(longest.start + MINUTE, longest.end)
    _inside(scenario, operation, inner, listing(scenario, operation, window.query(inner)))


def _stay(operation: str, row: Row, span: Span) -> Span | None:
    """From when to when a room was open, or a user in it; to the end of the span if it still is."""
    start = read_time(row.get(shapes()[operation].time or ""))
    if start is None or start not in span:
        return None
    return Span(start, min(read_time(row.get(LISTS[operation])) or span.end, span.end))


def _in_order(scenario: Scenario, operation: str, whole: Listing) -> None:
    """Samples in the order of time, on the grid, without a gap: of each series by itself."""
    names = [name for name in ORDERED[operation] if name in _SERIES]
    series = [
        times_of(operation, list(rows))
        for _, rows in groupby(whole.rows, key=lambda row: [row.get(name) for name in _CONSTANT])
    ]
    steps = [step for times in series for step in pairwise(times)]
    for name in names:
        rule = scenario.rule(f"{operation}/rule/{name}")
        if not steps:
            rule.inconclusive(f"no data: no two samples follow one another in {operation}")
            continue
        wrong = [step for step in _ordered(name, series) if not _fits(name, step)]
        if name == "every-minute-sampled":
            wrong = _left_out(scenario, series, wrong)
        shown = "; ".join(
            f"{a:%Y-%m-%dT%H:%M:%SZ} then {b:%Y-%m-%dT%H:%M:%SZ}" for a, b in wrong[:3]
        )
        rule.that(
            not wrong,
            f"{len(wrong)} of {len(steps)} neighbouring samples {_WRONG[name]}",
            expected=_RIGHT[name],
            actual=shown,
            exchange=whole.exchange,
        )


def _left_out(
    scenario: Scenario, series: Sequence[list[dt.datetime]], wide: Sequence[Step]
) -> list[Step]:
    """The steps between which a minute ought to have a sample."""
    sampled = sorted({time for times in series for time in times})
    minutes = [a + n * MINUTE for a, b in wide for n in range(1, (b - a) // MINUTE)]
    due = left_out(scenario, sampled, minutes)
    return [(a, b) for a, b in wide if any(a < minute < b for minute in due)]


def _ordered(name: str, series: Sequence[list[dt.datetime]]) -> list[Step]:
    """Neighbours as they come, or, where only the grid matters, in the order of time."""
    kept = series if name == "time-order" else [sorted(times) for times in series]
    return [step for times in kept for step in pairwise(times)]


def _fits(name: str, step: Step) -> bool:
    length = step[1] - step[0]
    if name == "time-order":
        return length >= dt.timedelta()
    if name == "every-minute-sampled":
        return length <= MINUTE
    return length >= MINUTE and not length % MINUTE


def _same_user(part: Listing, whole: Listing) -> bool:
    users = {(row.get("room_id"), row.get("uid")) for row in (*part.rows, *whole.rows)}
    return bool(part.rows) and len(users) == 1
