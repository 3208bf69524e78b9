"""Chapter 13: the ends of a time window that are left out: what stands in for them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.wording import in_json
from conformance.suite.kit.statistics.comparisons import Comparison, judge, settle
from conformance.suite.kit.statistics.queries import Listing, for_each, listing
from conformance.suite.kit.statistics.rows import (
    Row,
    rows_in_words,
    rows_not_in,
    rows_of,
    shapes,
    times_of,
    without_growing,
)
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    MINUTE,
    PAST_DAY,
    PAST_HOUR,
    SECOND,
    SettledWindow,
    Span,
    read_time,
    time_window,
)

pytestmark = pytest.mark.sparkrtc_flow_group("statistics")

SLACK = 2 * MINUTE


@for_each(PAST_HOUR, "default-window", "start-only", "end-only")
def test_an_end_that_is_left_out(scenario: Scenario, operation: str) -> None:
    """13.1 to 13.14: each end has its default, the past hour and the present.

    Without both ends the past hour; with the start alone, from there to now; with the end alone,
    up to there and from no earlier than an hour before.
    """
    window = time_window(scenario, operation)
    if shapes()[operation].time is None:
        _groups_of_an_end_left_out(scenario, operation, window)
        return
    now = scenario.lab.now().replace(microsecond=0)
    reach = Span(now - 6 * HOUR, now)
    whole = listing(scenario, operation, window.query(reach))
    if not whole.rows:
        raise Inconclusive(f"no data: {operation} shows nothing of {reach}")
    # Whole minutes: whether a sample of the minute that an end cuts is in the span is not said.
    early, late = ((now - before).replace(second=0) for before in (250 * MINUTE, 20 * MINUTE))
    asked = (
        _LeftOut(
            "default-window",
            {},
            Span(now - HOUR + SLACK, now - SLACK),
            Span(now - HOUR - SLACK, now + SLACK),
        ),
        _LeftOut(
            "start-only",
            {window.start: window.write(early)},
            Span(early + SECOND, now - SLACK),
            Span(early, now + SLACK),
        ),
        _LeftOut(
            "end-only",
            {window.end: window.write(late)},
            Span(now - HOUR + SLACK, late - MINUTE),  # the minute that the end cuts has less
            Span(late - HOUR, late),
        ),
    )
    for case in asked:

        def look(again: bool, case: _LeftOut = case) -> Comparison:
            found = listing(scenario, operation, case.query)
            start = _own_start(operation, found, whole) or (reach.start if again else None)
            every = whole
            if start is not None:
                every = listing(scenario, operation, window.query(Span(start, reach.end)))
            return _between(operation, found, every, case)

        judge(scenario.rule(f"{operation}/rule/{case.rule}"), settle(scenario, look))


def _own_start(operation: str, found: Listing, whole: Listing) -> dt.datetime | None:
    """The first sample, where samples are counted from the start of a span, and not by the clock.

    No sentence says at which second of a minute a sample is taken: spans that start at other
    seconds may have no sample in common, and the same span, written out, has them all.
    """
    seen, known = (times_of(operation, it.rows) for it in (found, whole))
    if not seen or {time.second for time in seen} <= {time.second for time in known}:
        return None
    return min(seen)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """A query that lacks an end: the span of which it answers all, that beyond which nothing."""

    rule: str
    query: dict[str, str]
    least: Span
    most: Span


def _between(operation: str, found: Listing, whole: Listing, case: _LeftOut) -> Comparison:
    """What is answered lies within ``most`` and has all that the whole has within ``least``."""
    out = _within(operation, found, case.most, wanted=False)
    if out:
        problem = f"with {case.query} alone, rows lie outside {case.most}"
        return Comparison(found.exchange, problem, f"only {case.most}", rows_in_words(out))
    lost = rows_not_in(
        without_growing(_within(operation, whole, case.least)), without_growing(found.rows)
    )
    problem = f"with {case.query} alone, rows of {case.least} are missing or different"
    return Comparison(
        found.exchange, problem if lost else "", rows_in_words(lost), rows_in_words(found.rows)
    )


def _within(operation: str, found: Listing, span: Span, *, wanted: bool = True) -> list[Row]:
    field = shapes()[operation].time or ""
    return [
        row
        for row in found.rows
        if (time := read_time(row.get(field))) is not None and (time in span) is wanted
    ]


def _groups_of_an_end_left_out(scenario: Scenario, operation: str, window: SettledWindow) -> None:
    """13.14 shows no times: each answer is one of those that the same ends, written out, give.

    The target's clock may differ from ours: else it counts no more than in a span that is a little
    longer, and no fewer than in one that is a little shorter.
    """
    now = scenario.lab.now().replace(microsecond=0)
    late, early = now - 20 * MINUTE, now - 250 * MINUTE
    asked: dict[str, tuple[dict[str, str], list[Span]]] = {
        "default-window": ({}, [Span(now - HOUR, now)]),
        "start-only": ({window.start: window.write(early)}, [Span(early, now)]),
        "end-only": (
            {window.end: window.write(late)},
            [Span(now - HOUR, late), Span(late - HOUR, late)],
        ),
    }
    for name, (query, spans) in asked.items():
        rule = scenario.rule(f"{operation}/rule/{name}")

        def look(
            again: bool, query: dict[str, str] = query, spans: list[Span] = spans
        ) -> Comparison:
            moved = scenario.lab.now().replace(microsecond=0) - now if again else 0 * SECOND
            found = listing(scenario, operation, query)

            def within(late_start: dt.timedelta, late_end: dt.timedelta, span: Span) -> Listing:
                shifted = _shifted(span, now, moved + late_start, moved + late_end)
                return listing(scenario, operation, window.query(shifted))

            ok = any(
                not _differ(found, within(0 * SECOND, 0 * SECOND, span)) for span in spans
            ) or any(
                _counts_between(within(SLACK, -SLACK, span), found, within(-SLACK, SLACK, span))
                for span in spans
            )
            problem = "" if ok else "the answer is not that of the ends that stand for it"
            return Comparison(
                found.exchange, problem, " or ".join(map(str, spans)), rows_in_words(found.rows)
            )

        found = settle(scenario, look)
        if not found.problem and not rows_of(operation, found.exchange.json):
            rule.inconclusive(f"no data: {operation} shows nothing of the past hour")
        else:
            judge(rule, found)


def _shifted(span: Span, now: dt.datetime, start_by: dt.timedelta, end_by: dt.timedelta) -> Span:
    """The span with those of its ends moved that hang on the present."""
    start = span.start + start_by if span.start == now - HOUR else span.start
    return Span(start, span.end + end_by if span.end == now else span.end)


def _counts_between(least: Listing, found: Listing, most: Listing) -> bool:
    """Whether each group has at least as many users as in the one, and at most as in the other."""
    low, counts, high = (_users_of_groups(it.rows) for it in (least, found, most))
    return all(low[group] <= counts[group] <= high[group] for group in low | counts | high)


def _users_of_groups(rows: Sequence[Row]) -> Counter[str]:
    """How many users each group has, whatever the group is by."""
    counts: Counter[str] = Counter()
    for row in rows:
        by = {name: value for name, value in row.items() if name != "user_count"}
        count = row.get("user_count")
        counts[in_json(by)] += count if isinstance(count, int) else 0
    return counts


def _differ(left: Listing, right: Listing) -> bool:
    return bool(rows_not_in(left.rows, right.rows) or rows_not_in(right.rows, left.rows))


@for_each(PAST_DAY, "default-window", "start-only", "end-only")
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
    ok = not rows_not_in(default.rows, wanted) and not rows_not_in(wanted, default.rows)
    scenario.rule(f"{operation}/rule/default-window").that(
        ok,
        "without dates the answer is not that of the past day",
        expected=rows_in_words(wanted),
        actual=rows_in_words(default.rows),
        exchange=default.exchange,
    )
    _one_date(scenario, operation, {window.start: window.write(middle)}, middle, whole)
    _one_date(scenario, operation, {window.end: window.write(middle)}, middle, whole)


def _one_date(
    scenario: Scenario, operation: str, query: dict[str, str], given: dt.datetime, whole: Listing
) -> None:
    name = "start-only" if "start_date" in query else "end-only"
    rule = scenario.rule(f"{operation}/rule/{name}")
    answer = scenario.send(operation, query=query)
    if not rule.permitted(answer) or answer.status != 200:
        return
    month = 31 * DAY
    allowed = Span(given, given + month) if name == "start-only" else Span(given - month, given)
    rows = rows_of(operation, answer.json)
    out = [row for row in rows if (time := read_time(row.get("date"))) and time not in allowed]
    wrong = rows_not_in([row for row in rows if row not in out], whole.rows)
    due = [row for row in whole.rows if read_time(row.get("date")) == given]
    lost = rows_not_in(due, rows)
    rule.that(
        not (out or wrong or lost),
        f"with {query} alone the answer does not hold exactly days of {allowed}",
        expected=f"{rows_in_words(due)}, and days on that side of it",
        actual=rows_in_words(rows),
        exchange=answer,
    )
