"""The table of operations: types that can be compared, and operations that can be replaced."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from conformance.reference.statistics import OPERATIONS, routes
from conformance.reference.statistics.sessions import Client, Session


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.name)
def test_both_sides_have_a_schema(operation: Any) -> None:
    """Query and answer describe themselves as JSON Schema, the application being required."""
    query = operation.query.model_json_schema()
    assert {"app", "app_id"} & set(query["required"])
    assert TypeAdapter(operation.answer).json_schema()["type"] == "object"


def test_an_operation_can_be_replaced(ask: Any) -> None:
    """Routes can be made over other operations than those of the document."""
    deviating = [replace(it, path=f"/deviating{it.path}") for it in OPERATIONS[:2]]
    paths = [route.path for route in routes(ask.data, deviating)]
    assert paths == ["/deviating/v1/{project_id}/rtc/rooms", "/deviating/v1/{project_id}/rtc/users"]


def test_time_goes_on(ask: Any) -> None:
    """When the clock moves, the open rooms stay open and the days since are finished ones."""
    before = ask.ok("realtime/scale", app="app-1", metric="RoomCount")["scale"][-1]["value"]
    ask.now += timedelta(days=10)
    after = ask.ok("realtime/scale", app="app-1", metric="RoomCount")["scale"]
    assert {it["value"] for it in after} == {before}
    metric = "JoinSuccessRate,FirstVideoRecvTime,VideoTransDelay"
    [row] = ask.ok("history/quality", app="app-1", metric=metric)["quality"]
    assert row == {
        "date": ask.day(1),
        "join_success_rate": 0,
        "first_video_recv_time": 0,
        "video_trans_delay": 0,
    }
    [scale] = ask.ok("history/scale", app="app-1", metric="MaxOnlineRoomCount,RoomCount")["scale"]
    assert (scale["max_online_room_count"], scale["room_count"]) == (before, 0)


def test_the_last_year_is_no_failure(ask: Any) -> None:
    """A clock at the end of the calendar is answered like any other."""
    ask.now = ask.now.replace(year=9999)
    days = {"start_date": "0001-01-01", "end_date": "9999-12-31"}
    usage = ask.ok("history/usage", app="app-1", metric="CommunicationDuration", **days)["usage"]
    assert len(usage) == 90
    assert ask.ok("rooms", app="app-1")["total"] == 0


def test_a_failed_attempt_takes_no_time() -> None:
    """Whoever did not get in was never online."""
    client = Client("n", "192.0.2.1", "GD", "CTCC", "PC", "web", "1.4.0", "webrtc", "wifi")
    failed = Session("s", "r", "u", client, "audio", joined=100, left=110, failed=True)
    assert not failed.online_at(105)
    assert failed.seconds_within(0, 1000) == 0
    assert replace(failed, failed=False).seconds_within(0, 1000) == 10
