"""13.7 to 13.9: finished days.

A day that has not ended is not answered (stated for 13.8 and 13.9; 13.7 speaks of the past). Rooms,
users and sessions count on the day on which they begin, durations on the days that they fill.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, cast

from conformance.reference.statistics.queries import RETENTION_DAYS
from conformance.reference.statistics.sessions import RATE_SCALE
from conformance.reference.statistics.windows import (
    DAY,
    day_of,
    peak_by_minute,
    show_date,
    start_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.reference.statistics.answers import (
        DayQuality,
        DayScale,
        DayUsage,
        HistoryQuality,
        HistoryScale,
        HistoryUsage,
    )
    from conformance.reference.statistics.queries import (
        HistoryQualityQuery,
        HistoryScaleQuery,
        UsageQuery,
    )
    from conformance.reference.statistics.sessions import AppRecords, Room, Session
    from conformance.reference.statistics.vocabulary import (
        HistoryQualityMetric,
        HistoryScaleMetric,
        Media,
        UsageMetric,
    )
    from conformance.reference.statistics.windows import Window

USAGE_RETENTION_DAYS = 90
"""13.7 documents no limit; the lists of 13.1 and 13.2 reach as far back."""

_DURATIONS: dict[str, tuple[Media, ...]] = {
    "CommunicationDuration": ("video_sd", "video_hd", "video_hdp", "audio"),
    "VideoCommunicationDuration": ("video_sd", "video_hd", "video_hdp"),
    "AudioCommunicationDuration": ("audio",),
}
_SCALE_FIELDS: dict[HistoryScaleMetric, str] = {
    "UserCount": "user_count",
    "SessionCount": "session_count",
    "RoomCount": "room_count",
    "MaxOnlineUserCount": "max_online_user_count",
    "MaxOnlineRoomCount": "max_online_room_count",
    "CommunicationDuration": "communication_duration",
    "VideoCommunicationDuration": "video_communication_duration",
    "AudioCommunicationDuration": "audio_communication_duration",
}
_QUALITY_FIELDS: dict[HistoryQualityMetric, str] = {
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


def list_usage(app: AppRecords, query: UsageQuery, now: int) -> HistoryUsage:
    """Answer 13.7: how long what was sent, transcoded or recorded on each day, in seconds."""
    days = _finished(query.window(now), now, USAGE_RETENTION_DAYS)
    if not app.sessions:
        return {"usage": []}
    present = _by_day((it for it in app.sessions if _uses(it, query.metric)), days)
    return {"usage": [_day_usage(present[day], day) for day in days]}


def list_history_scale(app: AppRecords, query: HistoryScaleQuery, now: int) -> HistoryScale:
    """Answer 13.8: the chosen counts and durations of each day."""
    days = _finished(query.window(now), now, RETENTION_DAYS)
    if not app.sessions:
        return {"scale": []}
    rooms = app.rooms()
    present = _by_day(app.sessions, days)
    rows = []
    for day in days:
        row: dict[str, object] = {"date": show_date(day)}
        for metric in query.metric:
            row[_SCALE_FIELDS[metric]] = _scale(metric, present[day], rooms, day)
        rows.append(cast("DayScale", row))
    return {"scale": rows}


def list_history_quality(app: AppRecords, query: HistoryQualityQuery, now: int) -> HistoryQuality:
    """Answer 13.9: the chosen qualities of the sessions that began on each day."""
    days = _finished(query.window(now), now, RETENTION_DAYS)
    if not app.sessions:
        return {"quality": []}
    rows = []
    for day in days:
        tried = [it for it in app.sessions if day_of(it.joined) == day]
        row: dict[str, object] = {"date": show_date(day)}
        for metric in query.metric:
            row[_QUALITY_FIELDS[metric]] = _quality(metric, tried)
        rows.append(cast("DayQuality", row))
    return {"quality": rows}


def _finished(window: Window, now: int, kept: int) -> range:
    today = day_of(now)
    return window.since(today - kept).until(today - 1).days()


def _by_day(sessions: Iterable[Session], days: range) -> Mapping[int, list[Session]]:
    """The sessions that were online on each of these days, some on two or more."""
    present: dict[int, list[Session]] = {day: [] for day in days}
    for it in sessions:
        if not it.failed:
            last = days.stop - 1 if it.left is None else min(day_of(it.left), days.stop - 1)
            for day in range(max(day_of(it.joined), days.start), last + 1):
                present[day].append(it)
    return present


def _uses(it: Session, metric: UsageMetric) -> bool:
    match metric:
        case "CommunicationDuration":
            return True
        case "TranscodeDuration":
            return it.transcoded
        case "RecordDuration":
            return it.recorded


def _seconds(sessions: list[Session], day: int, media: tuple[Media, ...]) -> int:
    first = start_of(day)
    return sum(it.seconds_within(first, first + DAY) for it in sessions if it.media in media)


def _day_usage(sessions: list[Session], day: int) -> DayUsage:
    sd, hd, hdp, audio = (
        _seconds(sessions, day, (media,)) for media in _DURATIONS["CommunicationDuration"]
    )
    return {
        "date": show_date(day),
        "video_sd": sd,
        "video_hd": hd,
        "video_hdp": hdp,
        "audio": audio,
        "total_duration": sd + hd + hdp + audio,
    }


def _scale(metric: HistoryScaleMetric, sessions: list[Session], rooms: list[Room], day: int) -> int:
    minutes = range(start_of(day) // 60, start_of(day + 1) // 60)
    match metric:
        case "UserCount":
            return len({(it.room_id, it.uid) for it in sessions if day_of(it.joined) == day})
        case "SessionCount":
            return sum(day_of(it.joined) == day for it in sessions)
        case "RoomCount":
            return sum(day_of(room.started) == day for room in rooms)
        case "MaxOnlineUserCount":
            return peak_by_minute(((it.joined, it.left) for it in sessions), minutes)
        case "MaxOnlineRoomCount":
            return peak_by_minute(((room.started, room.ended) for room in rooms), minutes)
        case _:
            return _seconds(sessions, day, _DURATIONS[metric])


def _quality(metric: HistoryQualityMetric, tried: list[Session]) -> float:
    joined = [it for it in tried if not it.failed]
    if not joined:
        return 0 if metric.endswith("RecvTime") else 0.0
    match metric:
        case "JoinSuccessRate":
            return len(joined) / len(tried)
        case "JoinSuccess5SecsRate":
            return sum(not it.slow for it in joined) / len(tried)
    values = [it.quality[metric] for it in joined]
    if metric.endswith("RecvTime"):
        return sum(values) // len(values)
    if metric.endswith("Delay"):
        return float(median(values))
    return round(sum(values) / len(values) / RATE_SCALE, 4)
