"""Rules of chapters 12 and 13 against answers that look odd and break no sentence."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.checks.body import BodyCheck
from conformance.checks.results import CheckResults
from conformance.contract.document import load_contract
from conformance.engine.comparing.timestamps import date_of
from conformance.engine.scenario import Inconclusive, Scenario
from conformance.model.exchange import Exchange, Request, Response
from conformance.suite.kit.buckets import rows_of
from conformance.suite.kit.notifications.notification import is_probe, without_nulls
from conformance.suite.kit.statistics.time_windows import MINUTE, Span, read_time
from conformance.suite.rules.statistics import (
    test_abnormal_groups,
    test_join_events,
    test_kinds_of_client,
    test_units,
)
from tests.labs import answer_like

if TYPE_CHECKING:
    import httpx

    from tests.labs import MakeLab

_DAY = 86_400.0
_NOON = dt.datetime(2023, 11, 28, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("told", "in_hours"),
    [(60, False), (1.0, False), (24, True), (_DAY, False)],
)
def test_who_hardly_talks_is_not_counted_in_hours(told: float, in_hours: bool) -> None:
    """A user who is in all day and talks for a minute: that is no figure in hours."""
    hours = test_units.UNITS["hours"]
    assert test_units._explains(hours, [_DAY], told) is in_hours


@pytest.mark.parametrize(
    ("factor", "stage", "reached"),
    [
        (1, "join_room", False),
        (8, "join_room", False),
        (9000004, "join_room", False),
        (5, "join_room", True),
        (32000030, "join_room", True),
        (5, "communication", False),
    ],
)
def test_who_never_reached_the_service_need_not_be_listed(
    factor: int, stage: str, reached: bool
) -> None:
    """A wrong address or a link that failed is nothing that the service knows a user by."""
    row = {"stage": stage, "abnormal_factor": factor}
    assert test_join_events._reached(row) is reached


def test_a_rate_of_nobody_may_be_a_hundred() -> None:
    """A series that begins with its room, and of the other kind says 100 all the time."""
    stay = Span(_NOON, _NOON + 9 * MINUTE)
    room = test_kinds_of_client._Room("r", "webrtc", [stay], [])
    times = [f"{_NOON + n * MINUTE:%Y-%m-%dT%H:%M:%SZ}" for n in range(9)]
    assert test_kinds_of_client._told(room, [{"time": it, "value": 100} for it in times]) == []
    varied = [{"time": it, "value": 90 + n} for n, it in enumerate(times)]
    assert test_kinds_of_client._told(room, varied) == varied


@pytest.mark.parametrize("body", [None, [], {"buckets": 7}, "text"])
def test_no_list_of_buckets_is_nothing_to_judge(body: object) -> None:
    """It ended in an AttributeError."""
    with pytest.raises(Inconclusive, match="answered no list of buckets"):
        rows_of(_answered(body), "buckets")


def test_rows_that_are_no_objects_are_left_out() -> None:
    """Their schema is judged elsewhere; without a list there are none."""
    assert rows_of(_answered({"buckets": [1, {"bucket": "b"}]}), "buckets") == [{"bucket": "b"}]
    assert rows_of(_answered({"buckets": None}), "buckets") == []


def _answered(body: object, *more: tuple[str, str]) -> Exchange:
    request = Request("ListObsBuckets", "GET", "http://127.0.0.1/", ())
    content = json.dumps(body).encode()
    headers = (("Content-Type", "application/json"), *more)
    return Exchange(1, "a case", request, Response(200, headers, content, 0.0))


@pytest.mark.parametrize(
    ("events", "peers", "users", "wrong"),
    [
        (2, "", 2, None),
        (9, "", 9, True),
        (9, "", 1, False),
        (2, "vw", 3, False),
        (9, "vw", 9, True),
    ],
)
def test_users_of_a_group_are_no_events(
    events: int, peers: str, users: int, wrong: bool | None
) -> None:
    """Who is affected may be the peer too; one user too many may be one that no event names."""
    row = {"abnormal_type": 2, "uid": "u", "room_id": "r", "time": f"{_NOON:%FT%TZ}"}
    rows = [{**row, "peer_uid": peers[n % 2] if peers else ""} for n in range(events)]
    body = {"dimensions": [{"abnormal_type": 2, "user_count": users}]}
    counted = test_abnormal_groups.Counted("by kind", _answered(body), rows, "abnormal_type")
    found = test_abnormal_groups._users_or_events([counted], "abnormal_type")
    assert (None if found is None else bool(found.problem)) is wrong


@pytest.mark.parametrize(
    "never", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z"]
)
def test_a_zero_time_is_no_time(never: str) -> None:
    """A minute before the first moment there is, is an OverflowError."""
    assert read_time(never) is None
    assert read_time("2023-11-28T01:02:03+08:00") is not None


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000", ""])
def test_a_date_without_a_zone_is_in_utc(zone: str) -> None:
    """Times without a zone cannot be compared with others: it ended in a TypeError."""
    exchange = _answered({}, ("Date", f"Tue, 28 Nov 2023 12:00:00 {zone}".strip()))
    assert date_of(exchange) == [_NOON]


def test_what_the_document_does_not_name_is_not_compared(make_lab: MakeLab) -> None:
    """A number that each answer adds to itself was a change of the application."""
    count = itertools.count()

    def traced(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not answer.is_success or not answer.content:
            return answer
        body = {**answer.json(), "trace": next(count), "state": {**answer.json().get("state", {})}}
        return answer_like(answer, answer.status_code, {**body, "success": True})

    lab, _ = make_lab(traced)
    lab.begin("case")
    scenario = Scenario(lab, ())
    app = {"app_id": lab.resources.fresh("app")}
    first, second = (scenario.send("ShowApp", path=app) for _ in range(2))
    assert first.json == second.json
    assert "trace" not in first.json
    assert first.response is not None
    assert first.response.json["success"] is True


@pytest.mark.parametrize(
    ("callback", "broken"),
    [({}, False), ({"url": None, "update_time": None}, False), ({"url": ""}, True)],
)
def test_a_callback_that_says_nothing_is_not_there(callback: object, broken: bool) -> None:
    """Nothing says how one reads that was never configured (tables 5-30, 8-17)."""
    found = CheckResults("case", 1)
    spec = load_contract().operation("ShowRecordCallback").answers[200]
    body = {"app_id": "a" * 24, "record_callback": callback}
    answered = _answered(body).response
    assert answered is not None
    BodyCheck("ShowRecordCallback", "200", spec, nulls=True).check(answered, found)
    assert bool([name for name in found.broken if "/record_callback." in name]) is broken


def test_nulls_and_probes_of_notifications_say_nothing() -> None:
    """Every field may be absent (table 14-3); an empty call only looks whether we are there."""
    told = _answered({"event_type": "RECORD_NEW_FILE_START", "download_url": None}).response
    assert told is not None
    assert without_nulls(told).json == {"event_type": "RECORD_NEW_FILE_START"}
    probe = Request(None, "GET", "http://127.0.0.1/", ())
    assert is_probe(probe)
    assert not is_probe(replace(probe, body=told.body))
