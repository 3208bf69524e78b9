"""13.7 to 13.9: finished days, and how they agree with the lists and the samples."""

from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)

SCALE = {
    "UserCount": "user_count",
    "SessionCount": "session_count",
    "RoomCount": "room_count",
    "MaxOnlineUserCount": "max_online_user_count",
    "MaxOnlineRoomCount": "max_online_room_count",
    "CommunicationDuration": "communication_duration",
    "VideoCommunicationDuration": "video_communication_duration",
    "AudioCommunicationDuration": "audio_communication_duration",
}
QUALITY = {
    "JoinSuccessRate": "join_success_rate",
    "JoinSuccess5SecsRate": "join_success_in5secs_rate",
    "VideoFreezeRate": "video_freeze_rate",
    "AudioFreezeRate": "audio_freeze_rate",
    "FirstVideoRecvTime": "first_video_recv_time",
    "FirstAudioRecvTime": "first_audio_recv_time",
    "PullStreamSuccessRate": "pull_stream_success_rate",
    "PushStreamSuccessRate": "push_stream_success_rate",
    "VideoUpstreamExcellentTransRate": "video_upstream_excellent_trans_rate",
    "AudioUpstreamExcellentTransRate": "audio_upstream_excellent_trans_rate",
    "VideoExcellentTransRate": "video_excellent_trans_rate",
    "AudioExcellentTransRate": "audio_excellent_trans_rate",
    "VideoTransDelay": "video_trans_delay",
    "AudioTransDelay": "audio_trans_delay",
}
FAMILIES = [("scale", SCALE), ("quality", QUALITY)]


def month(ask: Any) -> dict[str, str]:
    """The longest window."""
    return {"app": "app-1", "start_date": ask.day(31), "end_date": ask.day(0)}


def rows(ask: Any, family: str, fields: dict[str, str], **asked: str) -> list[Any]:
    """The rows of a family with all its metrics."""
    return ask.ok(f"history/{family}", metric=",".join(fields), **asked)[family]


@pytest.mark.parametrize(("family", "fields"), FAMILIES)
def test_a_row_for_each_finished_day(ask: Any, family: str, fields: dict[str, str]) -> None:
    """31 days in order, the last of them yesterday; today is never there."""
    dates = [row["date"] for row in rows(ask, family, fields, **month(ask))]
    assert dates == [ask.day(ago) for ago in range(31, 0, -1)]


@pytest.mark.parametrize(("family", "fields"), FAMILIES)
def test_default_window_is_yesterday(ask: Any, family: str, fields: dict[str, str]) -> None:
    """Without dates, the past day."""
    assert [row["date"] for row in rows(ask, family, fields, app="app-1")] == [ask.day(1)]


@pytest.mark.parametrize(("family", "fields"), FAMILIES)
def test_metrics_choose_fields(ask: Any, family: str, fields: dict[str, str]) -> None:
    """Each metric brings its field and no other; all at once equal each alone."""
    together = rows(ask, family, fields, **month(ask))
    assert set(together[0]) == {"date", *fields.values()}
    for metric, field in fields.items():
        alone = rows(ask, family, {metric: field}, **month(ask))
        assert alone == [{"date": row["date"], field: row[field]} for row in together]


def test_counts_are_those_of_the_lists(ask: Any) -> None:
    """Rooms, users and sessions of a day are as many as the lists of that day have."""
    for row in rows(ask, "scale", SCALE, **month(ask)):
        day = {
            "app": "app-1",
            "start_time": f"{row['date']}T00:00:00Z",
            "end_time": f"{row['date']}T23:59:59Z",
        }
        assert row["room_count"] == ask.ok("rooms", **day)["total"]
        got_in = {"state": "ONLINE,OFFLINE", **day}
        assert row["user_count"] == ask.ok("users", **got_in)["total"]
        assert row["session_count"] == ask.ok("users", type="detail", **got_in)["total"]


def test_peaks_are_those_of_the_samples(ask: Any) -> None:
    """The most users and rooms at once are the greatest samples of that day."""
    for row in rows(ask, "scale", SCALE, **month(ask))[::6]:
        day = {
            "app": "app-1",
            "start_time": f"{row['date']}T00:00:00Z",
            "end_time": f"{row['date']}T23:59:59Z",
        }
        users = ask.ok("realtime/scale", metric="OnlineUsers", **day)["scale"]
        rooms = ask.ok("realtime/scale", metric="RoomCount", **day)["scale"]
        assert row["max_online_user_count"] == max(it["value"] for it in users) > 0
        assert row["max_online_room_count"] == max(it["value"] for it in rooms) > 0


def test_usage_adds_up(ask: Any) -> None:
    """The total is the sum of the four media, and none is always zero."""
    for metric in ("CommunicationDuration", "TranscodeDuration", "RecordDuration"):
        usage = ask.ok("history/usage", metric=metric, **month(ask))["usage"]
        assert len(usage) == 31
        for row in usage:
            media = [row[field] for field in ("video_sd", "video_hd", "video_hdp", "audio")]
            assert row["total_duration"] == sum(media)
        for field in ("video_sd", "video_hd", "video_hdp", "audio"):
            assert any(row[field] for row in usage)


def test_usage_agrees_with_scale(ask: Any) -> None:
    """Communication usage by medium is the communication duration of the scale."""
    usage = ask.ok("history/usage", metric="CommunicationDuration", **month(ask))["usage"]
    for used, row in zip(usage, rows(ask, "scale", SCALE, **month(ask)), strict=True):
        assert used["date"] == row["date"]
        assert used["total_duration"] == row["communication_duration"]
        assert used["audio"] == row["audio_communication_duration"]
        assert used["total_duration"] - used["audio"] == row["video_communication_duration"]


def test_recording_and_transcoding_are_parts_of_communication(ask: Any) -> None:
    """Nothing is recorded or transcoded for longer than it was sent."""
    sent = ask.ok("history/usage", metric="CommunicationDuration", **month(ask))["usage"]
    for metric in ("TranscodeDuration", "RecordDuration"):
        part = ask.ok("history/usage", metric=metric, **month(ask))["usage"]
        assert all(
            a["total_duration"] <= b["total_duration"] for a, b in zip(part, sent, strict=True)
        )


def test_usage_needs_both_dates_and_knows_no_longest_span(ask: Any) -> None:
    """Table 13-44 requires both dates; any span is answered, as far as there are data."""
    asked = {"app": "app-1", "metric": "RecordDuration"}
    assert ask.refused("history/usage", end_date=ask.day(1), **asked)[0] == "DATA.100011001"
    assert ask.refused("history/usage", start_date=ask.day(1), **asked)[0] == "DATA.100011001"
    everything = ask.ok("history/usage", start_date="0001-01-01", end_date="9999-12-31", **asked)
    assert len(everything["usage"]) == 90
    assert everything["usage"][-1]["date"] == ask.day(1)


def test_durations_of_a_call_over_midnight_are_split(ask: Any) -> None:
    """A call over midnight counts on its first day and lasts on both."""
    first, second = rows(
        ask, "scale", SCALE, app="app-1", start_date=ask.day(7), end_date=ask.day(6)
    )
    assert first["room_count"] == second["room_count"] == 1
    assert first["communication_duration"] > 0
    samples = ask.ok(
        "realtime/scale",
        app="app-1",
        metric="RoomCount",
        start_time=f"{ask.day(7)}T23:59:00Z",
        end_time=f"{ask.day(6)}T00:01:00Z",
    )["scale"]
    assert [it["value"] for it in samples] == [1, 1, 1]


def test_qualities_are_in_their_ranges(ask: Any) -> None:
    """Rates lie between 0 and 1, times and delays are positive, first frames whole numbers."""
    for row in rows(ask, "quality", QUALITY, **month(ask)):
        for field in QUALITY.values():
            value = row[field]
            if field.endswith("_rate"):
                assert isinstance(value, float)
                assert 0 <= value <= 1
            else:
                assert value > 0
                assert isinstance(value, int if field.endswith("_time") else float)
        assert row["join_success_in5secs_rate"] <= row["join_success_rate"]


def test_join_success_is_that_of_the_list(ask: Any) -> None:
    """The success rate of a day is the share of its sessions that did not fail."""
    for row in rows(ask, "quality", QUALITY, **month(ask)):
        day = {
            "app": "app-1",
            "type": "detail",
            "start_time": f"{row['date']}T00:00:00Z",
            "end_time": f"{row['date']}T23:59:59Z",
        }
        tried = ask.ok("users", **day)["total"]
        failed = ask.ok("users", state="FAIL", **day)["total"]
        assert row["join_success_rate"] == pytest.approx(1 - failed / tried)


@pytest.mark.parametrize(("family", "fields"), [*FAMILIES, ("usage", {"RecordDuration": ""})])
def test_days_before_and_after_have_no_rows(ask: Any, family: str, fields: dict[str, str]) -> None:
    """Today, the future and days that are too old are answered, with nothing."""
    for start, end in ((ask.day(0), ask.day(-20)), ("2020-04-23", "2020-04-26")):
        metric = next(iter(fields))
        body = ask.ok(
            f"history/{family}", app="app-1", metric=metric, start_date=start, end_date=end
        )
        assert body == {family: []}
    unknown = {**month(ask), "app": "app-without-data", "metric": next(iter(fields))}
    assert ask.ok(f"history/{family}", **unknown) == {family: []}
