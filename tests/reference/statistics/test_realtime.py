"""13.3 to 13.6: samples by the minute, and shares at one moment."""

from collections import Counter
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)

QUALITY = ("JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate")
NETWORK = (
    "VideoUpstreamExcellentTransRate",
    "AudioUpstreamExcellentTransRate",
    "VideoExcellentTransRate",
    "AudioExcellentTransRate",
)
DIMENSIONS = ("region", "access_net", "platform", "sdk")


def sessions_of(ask: Any, app: str = "app-1") -> list[Any]:
    """Every session that succeeded, whenever it was."""
    return ask.ok(
        "users",
        app=app,
        type="detail",
        state="ONLINE,OFFLINE",
        start_time=ask.ago(days=90),
        limit="1000",
    )["users"]


def is_open(span: Any, start: str, end: str, moment: str) -> bool:
    """Whether a listed room or session was going on at a moment."""
    return span[start] <= moment and (span[end] == "-" or moment < span[end])


def test_online_users_are_the_sessions_online(ask: Any) -> None:
    """At each minute as many users are online as the list has sessions that cover it."""
    sessions = sessions_of(ask)
    samples = ask.ok("realtime/scale", app="app-1", metric="OnlineUsers")["scale"]
    assert len(samples) == 60
    for it in samples:
        covering = [s for s in sessions if is_open(s, "join_time", "leave_time", it["time"])]
        assert it["value"] == len(covering) > 0


def test_room_count_is_the_rooms_open(ask: Any) -> None:
    """At each minute as many rooms are counted as the list has rooms that cover it."""
    rooms = ask.ok("rooms", app="app-1", start_time=ask.ago(days=90), limit="1000")
    samples = ask.ok("realtime/scale", app="app-1", metric="RoomCount")["scale"]
    for it in samples:
        covering = [
            room
            for room in rooms["room_info_list"]
            if is_open(room, "start_time", "end_time", it["time"])
        ]
        assert it["value"] == len(covering) > 0


def test_one_sample_for_each_minute_of_the_window(ask: Any) -> None:
    """A day has 1440 or 1441 samples, in order, a minute apart, all inside."""
    start, end = ask.ago(days=1), ask.ago()
    asked = {"app": "app-1", "start_time": start, "end_time": end}
    samples = ask.ok("realtime/scale", metric="OnlineUsers", **asked)["scale"]
    times = [it["time"] for it in samples]
    assert len(times) == 1440
    assert times == sorted(set(times))
    assert times[0] == "2023-11-27T10:18:00Z"
    assert times[-1] == "2023-11-28T10:17:00Z"
    assert start <= times[0] <= times[-1] <= end
    for path, items, metrics in (("quality", "quality", QUALITY), ("network", "network", NETWORK)):
        body = ask.ok(f"realtime/{path}", metric=metrics[0], sdk_type="native", **asked)
        assert [it["time"] for it in body[items]] == times


def test_both_ends_of_an_aligned_window_are_samples(ask: Any) -> None:
    """A window on full minutes has a sample at either end; one between two minutes has none."""
    asked = {"app": "app-1", "metric": "OnlineUsers"}
    aligned = ask.ok(
        "realtime/scale",
        start_time="2023-11-28T09:00:00Z",
        end_time="2023-11-28T10:00:00Z",
        **asked,
    )["scale"]
    assert len(aligned) == 61
    between = ask.ok(
        "realtime/scale",
        start_time="2023-11-28T09:00:01Z",
        end_time="2023-11-28T09:00:59Z",
        **asked,
    )
    assert between == {"scale": []}


def test_there_are_no_samples_of_the_future(ask: Any) -> None:
    """A window that reaches beyond now has samples until now."""
    body = ask.ok(
        "realtime/scale",
        app="app-1",
        metric="OnlineUsers",
        start_time=ask.ago(minutes=5),
        end_time=ask.ago(minutes=-60),
    )
    assert body["scale"][-1]["time"] == "2023-11-28T10:17:00Z"
    beyond = {"start_time": ask.ago(minutes=-5), "end_time": ask.ago(minutes=-60)}
    assert ask.ok("realtime/scale", app="app-1", metric="RoomCount", **beyond)["scale"] == []


def test_rooms_add_up_to_the_application(ask: Any) -> None:
    """The samples of the single rooms sum up to those of the application."""
    asked = {"app": "app-1", "start_time": ask.ago(minutes=20)}
    rooms = ask.ok("rooms", app="app-1", start_time=ask.ago(days=1), limit="1000")["room_info_list"]
    for metric in ("OnlineUsers", "RoomCount"):
        whole = ask.ok("realtime/scale", metric=metric, **asked)["scale"]
        parts = [
            ask.ok("realtime/scale", metric=metric, room_id=room["room_id"], **asked)["scale"]
            for room in rooms
        ]
        sums = [sum(it["value"] for it in column) for column in zip(*parts, strict=True)]
        assert sums == [it["value"] for it in whole]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_shares_sum_up_to_online_users(ask: Any, dimension: str) -> None:
    """At any minute the shares of a dimension are distinct, ranked, and sum to OnlineUsers."""
    samples = ask.ok("realtime/scale", app="app-1", metric="OnlineUsers")["scale"]
    for sample in samples[::13]:
        shares = ask.ok(
            "realtime/scale/dimension",
            app="app-1",
            metric="OnlineUsers",
            dimension=dimension,
            time=sample["time"],
        )["dimensions"]
        users = [it["online_users"] for it in shares]
        assert sum(users) == sample["value"]
        assert users == sorted(users, reverse=True)
        assert len({it["dimension"] for it in shares}) == len(shares)


def test_shares_by_platform_are_those_of_the_list(ask: Any) -> None:
    """The platforms of who is online now, counted from the user list, are the distribution."""
    now = ask.ago()
    online = Counter(it["platform"] for it in sessions_of(ask) if it["state"] == "ONLINE")
    body = ask.ok(
        "realtime/scale/dimension",
        app="app-1",
        metric="OnlineUsers",
        dimension="platform",
        time=now,
    )
    assert {it["dimension"]: it["online_users"] for it in body["dimensions"]} == online


def test_nobody_is_online_in_the_future_or_long_ago(ask: Any) -> None:
    """A moment that has not come, or before all data, has no shares."""
    for time in (ask.ago(days=-1), ask.ago(days=400), "0001-01-01T00:00:00Z"):
        body = ask.ok(
            "realtime/scale/dimension",
            app="app-1",
            metric="OnlineUsers",
            dimension="sdk",
            time=time,
        )
        assert body == {"dimensions": []}


@pytest.mark.parametrize("sdk_type", ["native", "webrtc"])
def test_rates_are_rates(ask: Any, sdk_type: str) -> None:
    """Every quality and network sample is between 0 and 1, and some are not 0."""
    asked = {"app": "app-1", "sdk_type": sdk_type, "start_time": ask.ago(days=1)}
    for path, items, metrics in (("quality", "quality", QUALITY), ("network", "network", NETWORK)):
        for metric in metrics:
            values = [
                it["value"] for it in ask.ok(f"realtime/{path}", metric=metric, **asked)[items]
            ]
            assert all(isinstance(value, float) and 0 <= value <= 1 for value in values)
            assert any(values)


def test_joining_in_five_seconds_is_rarer_than_joining(ask: Any) -> None:
    """At no minute do more sessions join within five seconds than join at all."""
    asked = {"app": "app-1", "sdk_type": "native", "start_time": ask.ago(days=1)}
    joined = ask.ok("realtime/quality", metric="JoinSuccessRate", **asked)["quality"]
    fast = ask.ok("realtime/quality", metric="JoinSuccess5SecsRate", **asked)["quality"]
    assert all(a["value"] >= b["value"] for a, b in zip(joined, fast, strict=True))


def test_applications_without_data_have_no_samples(ask: Any) -> None:
    """Nothing is made up for an application that has no records."""
    asked = {"app": "app-without-data"}
    assert ask.ok("realtime/scale", metric="RoomCount", **asked) == {"scale": []}
    assert ask.ok("realtime/quality", metric=QUALITY[2], sdk_type="native", **asked) == {
        "quality": []
    }
