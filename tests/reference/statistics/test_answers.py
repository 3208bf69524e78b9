"""Every answer is of the type that its operation declares."""

from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter, with_config

from conformance.reference.statistics import answers

ALL_SCALE = "UserCount,SessionCount,MaxOnlineRoomCount,AudioCommunicationDuration"
ALL_QUALITY = "JoinSuccessRate,FirstVideoRecvTime,VideoTransDelay,AudioFreezeRate"
ASKED: list[tuple[Any, str, dict[str, str]]] = [
    (answers.RoomList, "rooms", {"app": "app-1"}),
    (answers.UserList, "users", {"app": "app-1"}),
    (answers.RealtimeScale, "realtime/scale", {"app": "app-1", "metric": "OnlineUsers"}),
    (
        answers.ScaleDimensions,
        "realtime/scale/dimension",
        {"app": "app-1", "metric": "OnlineUsers", "dimension": "region", "time": "NOW"},
    ),
    (
        answers.RealtimeQuality,
        "realtime/quality",
        {"app": "app-1", "metric": "AudioFreezeRate", "sdk_type": "webrtc"},
    ),
    (
        answers.RealtimeNetwork,
        "realtime/network",
        {"app": "app-1", "metric": "AudioExcellentTransRate", "sdk_type": "native"},
    ),
    (
        answers.HistoryUsage,
        "history/usage",
        {
            "app": "app-1",
            "metric": "TranscodeDuration",
            "start_date": "2023-11-20",
            "end_date": "2023-11-27",
        },
    ),
    (answers.HistoryScale, "history/scale", {"app": "app-1", "metric": ALL_SCALE}),
    (answers.HistoryQuality, "history/quality", {"app": "app-1", "metric": ALL_QUALITY}),
    (
        answers.QosDetails,
        "client/qos/details",
        {
            "app_id": "app-1",
            "room_id": "ROOM",
            "mid": "all",
            "start_time": "AGO",
            "end_time": "NOW",
        },
    ),
    (
        answers.ClientEvents,
        "client/event",
        {"app_id": "app-1", "start_time": "AGO", "end_time": "NOW"},
    ),
    (
        answers.UserAbnormalEvents,
        "client/abnormalevent",
        {"app_id": "app-1", "start_time": "AGO", "end_time": "NOW"},
    ),
    (answers.AbnormalList, "/v1/rtc/data/abnormal-events", {"app": "app-1"}),
    (answers.AbnormalDimensions, "/v1/rtc/data/abnormal-event/dimension", {"app": "app-1"}),
]


@pytest.mark.parametrize(("declared", "path", "params"), ASKED, ids=[it[1] for it in ASKED])
def test_answers_are_as_declared(
    ask: Any, declared: Any, path: str, params: dict[str, str]
) -> None:
    """Strictly read, with nothing undeclared, and not an empty answer."""
    room_id = ask.ok("rooms", app="app-1", state="RUNNING")["room_info_list"][0]["room_id"]
    meant = {"ROOM": room_id, "NOW": ask.ago(), "AGO": ask.ago(hours=1)}
    body = ask.ok(path, **{name: meant.get(value, value) for name, value in params.items()})
    strict = with_config(ConfigDict(strict=True, extra="forbid"))(declared)
    assert TypeAdapter(strict).validate_python(body) == body
    assert all(body.values()) or "offset" in body
