"""What the rules of chapter 13 compare: rows, windows, parts of a whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest

from conformance.access.settings import Limits
from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange, Request
from conformance.suite.kit.statistics.comparisons import Comparison, compare_filtered, settle
from conformance.suite.kit.statistics.queries import Listing
from conformance.suite.kit.statistics.rows import is_empty, rows_not_in, rows_of, without_growing
from conformance.suite.kit.statistics.time_windows import (
    DAY,
    HOUR,
    MINUTE,
    SettledWindow,
    Span,
    read_time,
    time_window,
)
from tests.labs import MakeLab, answer_like

NOW = dt.datetime(2024, 3, 1, 12, 30, 45, tzinfo=dt.UTC)
EXCHANGE = Exchange(1, "case", Request("ListRtcUserList", "GET", "http://host/", (), None), None)
USERS = [{"uid": "a", "state": "ONLINE"}, {"uid": "b", "state": "FAIL"}]


def window(form: str, days: int) -> SettledWindow:
    """A window of an operation, with at most so many days."""
    return SettledWindow("start_time", "end_time", form, days * DAY, None, None, None, None)


def listed(rows: list[dict[str, Any]]) -> Listing:
    """An answer that holds these rows."""
    return Listing(rows, len(rows), EXCHANGE)


def test_a_span_of_moments_ends_on_a_minute_that_is_over() -> None:
    """The longest span has exactly its length, and its end has settled."""
    span = window("date-time", 90).past(NOW)
    assert span.end == dt.datetime(2024, 3, 1, 12, 28, tzinfo=dt.UTC)
    assert span.end - span.start == 90 * DAY
    assert window("date-time", 90).query(span)["end_time"] == "2024-03-01T12:28:00Z"


def test_a_span_of_days_counts_both_ends() -> None:
    """31 days that end yesterday have 30 nights between them."""
    span = window("date", 31).past(NOW)
    assert window("date", 31).query(span) == {"start_time": "2024-01-30", "end_time": "2024-02-29"}


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2024-03-01T10:00:00Z", 10), ("2024-03-01", 0), ("-", None), ("", None), (None, None)],
)
def test_times_of_answers(text: str | None, hour: int | None) -> None:
    """Moments and days are read; what goes on, and what is no text, is no time."""
    found = read_time(text)
    assert (found.hour if found else None) == hour


def test_series_are_taken_apart() -> None:
    """Each sample of 13.10 becomes a row that says whose it is."""
    answer = {
        "room_id": "r",
        "data": [{"uid": "u", "peerid": "0", "mid": "abit", "data": [{"time": "t", "value": 1}]}],
    }
    assert rows_of("ListRtcClientQosDetails", answer) == [
        {"uid": "u", "peerid": "0", "mid": "abit", "time": "t", "value": 1}
    ]


def test_an_event_at_the_top_is_a_row() -> None:
    """13.11 answers one event, or a list of them (E-13-event-flat)."""
    event = {"ctime": "t", "event_id": "1", "event_info": "{}"}
    assert rows_of("ListRtcEvent", event) == [event]
    assert rows_of("ListRtcEvent", {"data": [event, event]}) == [event, event]


@pytest.mark.parametrize("answer", [None, [], {"abnormal_list": None}, {"abnormal_list": [1]}])
def test_what_is_no_list_has_no_rows(answer: Any) -> None:
    """13.12 may answer null, and a broken answer anything."""
    assert rows_of("ListRtcAbnormalEvent", answer) == []


def test_rows_are_compared_as_often_as_they_occur() -> None:
    """A row that is there twice is not part of a whole that has it once."""
    row = {"time": "t", "value": 1}
    assert rows_not_in([row, row], [row]) == [row]
    assert rows_not_in([row], [{"value": 1, "time": "t"}]) == []


def test_an_open_room_grows() -> None:
    """The duration of an open room is left out of comparisons, that of a closed one is not."""
    rows = [{"end_time": "-", "duration": 5}, {"end_time": "2024-03-01T10:00:00Z", "duration": 5}]
    assert without_growing(rows) == [{"end_time": "-"}, rows[1]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], True),
        ([{"time": "t", "value": 0}, {"time": "u", "value": 0.0}], True),
        ([{"time": "t", "value": 0.5}], False),
        ([{"room_id": "r", "duration": 0}], False),
    ],
)
def test_no_data(rows: list[dict[str, Any]], expected: bool) -> None:
    """Zeros of a minute are no data; a room is, however short."""
    assert is_empty(rows) is expected


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (USERS[:1], ""),
        (USERS, "should leave out"),
        ([], "missing"),
        ([{"uid": "c", "state": "ONLINE"}], "absent without it"),
        ([{"uid": "a", "state": "ONLINE", "isp": "other"}], "absent without it"),
    ],
)
def test_a_filter_is_exactly_its_part(rows: list[dict[str, Any]], problem: str) -> None:
    """A filter that is ignored, loses items, adds some or changes them is told apart."""
    found = compare_filtered(listed(rows), listed(USERS), {"state": "ONLINE"}, "state", ["ONLINE"])
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)


def test_a_total_that_ignores_the_filter() -> None:
    """The rows are those of the filter, the total that of everything: told apart."""
    found = Listing(USERS[:1], len(USERS), EXCHANGE)
    finding = compare_filtered(found, listed(USERS), {"state": "ONLINE"}, "state", ["ONLINE"])
    assert finding.problem == "with state=ONLINE the total is not that of the items it leaves"
    assert (finding.expected, finding.actual) == ("total 1", "total 2")


def test_a_difference_is_looked_at_twice(make_lab: MakeLab) -> None:
    """What is gone the second time was data that moved, not a deviation."""
    asked: list[bool] = []

    def look(again: bool) -> Comparison:
        asked.append(again)
        return Comparison(EXCHANGE, "" if again else "moved")

    assert settle(Scenario(make_lab()[0], ()), look).problem == ""
    assert asked == [False, True]


def _users_come(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """At every query there is one more."""
    _users_come.count += 1  # type: ignore[attr-defined]
    body = {**answer.json(), "total": _users_come.count}  # type: ignore[attr-defined]
    return answer_like(answer, 200, body)


_users_come.count = 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("lag", [None, 60.0])
def test_a_difference_while_others_move_says_nothing(make_lab: MakeLab, lag: float | None) -> None:
    """Where others use the target, and do not stop; where it is ours alone it is a deviation."""
    lab, _ = make_lab(change=_users_come, limits=Limits(statistics_lag=lag))
    scenario = Scenario(lab, ())
    if lag is None:
        assert settle(scenario, lambda _: Comparison(EXCHANGE, "moved")).problem == "moved"
        return
    with pytest.raises(Inconclusive, match="others did not stop"):
        settle(scenario, lambda _: Comparison(EXCHANGE, "moved"))


def test_a_difference_while_others_are_still_is_one(make_lab: MakeLab) -> None:
    """Nobody came or went between the two readings around it."""
    scenario = Scenario(make_lab(limits=Limits(statistics_lag=60.0))[0], ())
    assert settle(scenario, lambda _: Comparison(EXCHANGE, "deviates")).problem == "deviates"


def test_a_window_ends_when_its_numbers_are_known(make_lab: MakeLab) -> None:
    """As long ago as the target's statistics may lag behind."""
    scenario = Scenario(make_lab(limits=Limits(statistics_lag=600.0))[0], ())
    assert NOW - time_window(scenario, "ListRtcUserList").past(NOW).end >= 10 * MINUTE


def test_both_ends_belong_to_a_span() -> None:
    """Rows on either end of a span lie inside it."""
    span = Span(NOW, NOW + HOUR)
    assert NOW in span
    assert NOW + HOUR in span
    assert NOW + HOUR + dt.timedelta(seconds=1) not in span
