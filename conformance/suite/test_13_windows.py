"""Chapter 13: the ends of a time window: too far apart, the wrong way round, misspelt, left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from conformance.suite.queries import (
    NEEDED,
    SHAPES,
    Finding,
    Listing,
    Row,
    beyond,
    enumerated,
    listing,
    nothing,
    over,
    rows_of,
    settle,
    show,
    still,
    tell,
)
from conformance.suite.rules import Answer, Inconclusive, Scenario
from conformance.suite.windows import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Span,
    TimeWindow,
    midnight,
    read_time,
    time_window,
)

PAST_HOUR = (
    "ListRtcRoomList", "ListRtcUserList", "ListRtcRealtimeScale", "ListRtcRealtimeQuality",
    "ListRtcRealtimeNetwork", "ListRtcAbnormalEvents", "ListRtcAbnormalEventDimension",
)  # fmt: skip
PAST_DAY = ("ListRtcHistoryScale", "ListRtcHistoryQuality")
CALLS = ("ListRtcClientQosDetails", "ListRtcEvent", "ListRtcAbnormalEvent")
LIMITED = (*PAST_HOUR, *PAST_DAY, *CALLS)
WINDOWED = (*LIMITED, "ListRtcHistoryUsage")
SINGLE_USER = {
    "ListRtcClientQosDetails": "user_id", "ListRtcEvent": "room_id",
    "ListRtcAbnormalEvent": "room_id",
}  # fmt: skip
"""What narrows a query of 13.10 to 13.12 down to the single user whom a longer span is for."""
SLACK = 2 * MINUTE


@over(LIMITED, "span-exceeded-refused")
def test_a_span_that_is_too_long(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: one second more than the longest span is refused; 33 days are (13.8, 13.9).

    13.10 to 13.12 grant more to a single user: up to that, either; beyond it, refused.
    """
    rule = scenario.rule(f"{operation}/rule/span-exceeded-refused")
    window = time_window(scenario, operation)
    longest = window.past(scenario.lab.now())
    more = 2 * DAY if window.daily else SECOND
    plain = Span(longest.start - more, longest.end)
    refused = enumerated(scenario, rule)
    if operation not in SINGLE_USER or window.single is None:
        rule.answered(scenario.send(operation, query=window.query(plain)), *refused)
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


@over(WINDOWED, "end-before-start-refused")
def test_a_span_the_wrong_way_round(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: an end before the start is refused, be it by one second or one day."""
    rule = scenario.rule(f"{operation}/rule/end-before-start-refused")
    window = time_window(scenario, operation)
    end = window.past(scenario.lab.now()).end
    turned = Span(end, end - (DAY if window.daily else SECOND))
    query = {**NEEDED.get(operation, {}), **window.query(turned)}
    answer = scenario.send(operation, query=query)
    rule.answered(answer, *enumerated(scenario, rule))


@over((*WINDOWED, "ListRtcRealtimeScaleDimension"), "malformed-time-refused")
def test_a_time_that_is_none(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: times in no calendar, in another notation or in another zone are refused.

    Each would be a moment of an accepted span to a server that reads it loosely.
    """
    rule = scenario.rule(f"{operation}/rule/malformed-time-refused")
    refused = enumerated(scenario, rule)
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
        query = {**NEEDED.get(operation, {}), **window.query(span), end: text}
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
        "month": month, "day": day, "hour": hour, "zone": f"{zoned:%Y-%m-%dT%H:%M:%S}+08:00",
        "notation": f"{moment:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip


@over(WINDOWED, "future-window-empty-or-refused")
def test_a_span_in_the_future(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: of a span that has not begun there is nothing to answer."""
    rule = scenario.rule(f"{operation}/rule/future-window-empty-or-refused")
    window = time_window(scenario, operation)
    start = scenario.lab.now() + (2 * DAY if window.daily else HOUR)
    span = Span(start, start + (DAY if window.daily else 30 * MINUTE))
    query = {**NEEDED.get(operation, {}), **window.query(span)}
    answer = scenario.send(operation, query=query)
    if rule.answered(answer, *enumerated(scenario, rule)) and answer.status == 200:
        rows = rows_of(operation, answer.json)
        rule.that(
            nothing(rows), f"{operation} shows data of {span}, which has not begun",
            expected="no data", actual=show(rows), exchange=answer,
        )  # fmt: skip


@over(PAST_HOUR, "default-window", "start-only", "end-only")
def test_an_end_that_is_left_out(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: each end has its default, the past hour and the present.

    Without both ends the past hour; with the start alone, from there to now; with the end alone,
    up to there and from no earlier than an hour before.
    """
    window = time_window(scenario, operation)
    if SHAPES[operation].time is None:
        _groups_of_an_end_left_out(scenario, operation, window)
        return
    now = scenario.lab.now().replace(microsecond=0)
    reach = Span(now - 6 * HOUR, now)
    whole = listing(scenario, operation, window.query(reach))
    if not whole.rows:
        raise Inconclusive(f"no data: {operation} shows nothing of {reach}")
    early, late = now - 250 * MINUTE, now - 20 * MINUTE
    asked = (
        _LeftOut("default-window", {}, Span(now - HOUR + SLACK, now - SLACK),
                 Span(now - HOUR - SLACK, now + SLACK)),
        _LeftOut("start-only", {window.start: window.write(early)},
                 Span(early + SECOND, now - SLACK), Span(early, now + SLACK)),
        _LeftOut("end-only", {window.end: window.write(late)},
                 Span(now - HOUR + SLACK, late - SECOND), Span(late - HOUR, late)),
    )  # fmt: skip
    for case in asked:

        def look(again: bool, case: _LeftOut = case) -> Finding:
            found = listing(scenario, operation, case.query)
            every = listing(scenario, operation, window.query(reach)) if again else whole
            return _between(operation, found, every, case)

        tell(scenario.rule(f"{operation}/rule/{case.rule}"), settle(look))


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """A query that lacks an end: the span of which it answers all, that beyond which nothing."""

    rule: str
    query: dict[str, str]
    least: Span
    most: Span


def _between(operation: str, found: Listing, whole: Listing, case: _LeftOut) -> Finding:
    """What is answered lies within ``most`` and has all that the whole has within ``least``."""
    out = _within(operation, found, case.most, wanted=False)
    if out:
        problem = f"with {case.query} alone, rows lie outside {case.most}"
        return Finding(found.exchange, problem, f"only {case.most}", show(out))
    lost = beyond(still(_within(operation, whole, case.least)), still(found.rows))
    problem = f"with {case.query} alone, rows of {case.least} are missing or different"
    return Finding(found.exchange, problem if lost else "", show(lost), show(found.rows))


def _within(operation: str, found: Listing, span: Span, *, wanted: bool = True) -> list[Row]:
    field = SHAPES[operation].time or ""
    return [
        row
        for row in found.rows
        if (time := read_time(row.get(field))) is not None and (time in span) is wanted
    ]


def _groups_of_an_end_left_out(scenario: Scenario, operation: str, window: TimeWindow) -> None:
    """13.14 shows no times: each answer is one of those that the same ends, written out, give."""
    now = scenario.lab.now().replace(microsecond=0)
    late, early = now - 20 * MINUTE, now - 250 * MINUTE
    asked: dict[str, tuple[dict[str, str], list[Span]]] = {
        "default-window": ({}, [Span(now - HOUR, now)]),
        "start-only": ({window.start: window.write(early)}, [Span(early, now)]),
        "end-only": ({window.end: window.write(late)},
                     [Span(now - HOUR, late), Span(late - HOUR, late)]),
    }  # fmt: skip
    for name, (query, spans) in asked.items():
        rule = scenario.rule(f"{operation}/rule/{name}")

        def look(again: bool, query: dict[str, str] = query, spans: list[Span] = spans) -> Finding:
            moved = scenario.lab.now().replace(microsecond=0) - now if again else 0 * SECOND
            found = listing(scenario, operation, query)
            allowed = [
                listing(scenario, operation, window.query(_shifted(span, now, moved)))
                for span in spans
            ]
            ok = any(not _differ(found, other) for other in allowed)
            problem = "" if ok else "the answer is not that of the ends that stand for it"
            return Finding(found.exchange, problem, " or ".join(map(str, spans)), show(found.rows))

        found = settle(look)
        if not found.problem and not rows_of(operation, found.exchange.json):
            rule.inconclusive(f"no data: {operation} shows nothing of the past hour")
        else:
            tell(rule, found)


def _shifted(span: Span, now: dt.datetime, by: dt.timedelta) -> Span:
    """The span with those of its ends moved that hang on the present."""
    start = span.start + by if span.start == now - HOUR else span.start
    return Span(start, span.end + by if span.end == now else span.end)


def _differ(left: Listing, right: Listing) -> bool:
    return bool(beyond(left.rows, right.rows) or beyond(right.rows, left.rows))


@over(PAST_DAY, "default-window", "start-only", "end-only")
def test_a_date_that_is_left_out(scenario: Scenario, operation: str) -> None:
    """13.8, 13.9: without both dates, the past day is answered.

    With one of them, at most 31 days that begin or end there, or a refusal.
    """
    window = time_window(scenario, operation)
    span = window.past(scenario.lab.now())
    whole = listing(scenario, operation, window.query(span))
    if not whole.rows:
        raise Inconclusive(f"no data: {operation} shows nothing of {span}")
    middle, yesterday = span.end - 5 * DAY, span.end
    default = listing(scenario, operation, {})
    wanted = [row for row in whole.rows if read_time(row.get("date")) == yesterday]
    ok = not beyond(default.rows, wanted) and not beyond(wanted, default.rows)
    scenario.rule(f"{operation}/rule/default-window").that(
        ok, "without dates the answer is not that of the past day", expected=show(wanted),
        actual=show(default.rows), exchange=default.exchange,
    )  # fmt: skip
    _one_date(scenario, operation, {window.start: window.write(middle)}, middle, whole)
    _one_date(scenario, operation, {window.end: window.write(middle)}, middle, whole)


def _one_date(
    scenario: Scenario, operation: str, query: dict[str, str], given: dt.datetime, whole: Listing
) -> None:
    name = "start-only" if "start_date" in query else "end-only"
    rule = scenario.rule(f"{operation}/rule/{name}")
    answer = scenario.send(operation, query=query)
    if not rule.answered(answer, *enumerated(scenario, rule)) or answer.status != 200:
        return
    month = 31 * DAY
    allowed = Span(given, given + month) if name == "start-only" else Span(given - month, given)
    rows = rows_of(operation, answer.json)
    out = [row for row in rows if (time := read_time(row.get("date"))) and time not in allowed]
    wrong = beyond([row for row in rows if row not in out], whole.rows)
    due = [row for row in whole.rows if read_time(row.get("date")) == given]
    lost = beyond(due, rows)
    rule.that(
        not (out or wrong or lost),
        f"with {query} alone the answer does not hold exactly days of {allowed}",
        expected=f"{show(due)}, and days on that side of it", actual=show(rows), exchange=answer,
    )  # fmt: skip
