"""What is answered: the response bodies of the fourteen operations, table by table.

``NotRequired`` marks what an answer leaves out: the history fields that ``metric`` did not choose
and the dimensions that a distribution is not by.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from conformance.reference.statistics.vocabulary import Location, RoomState, Stage, UserState

Integer = Annotated[int, WithJsonSchema({"type": "integer", "format": "int32"})]
Long = Annotated[int, WithJsonSchema({"type": "integer", "format": "int64"})]
Float = Annotated[float, WithJsonSchema({"type": "number", "format": "float"})]
Double = Annotated[float, WithJsonSchema({"type": "number", "format": "double"})]
Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]


class RoomInfo(TypedDict):
    """Table 13-6; ``end_time`` is "-" while the room is open."""

    domain: str
    app: str
    room_id: str
    state: RoomState
    duration: Integer
    start_time: Timestamp
    end_time: str


class RoomList(TypedDict):
    """Table 13-5."""

    total: Integer
    limit: Integer
    offset: Integer
    room_info_list: list[RoomInfo]


class User(TypedDict):
    """Table 13-13; ``leave_time`` is "-" while the user is online."""

    domain: str
    app: str
    room_id: str
    uid: str
    session: str
    state: UserState
    nick_name: str
    ip: str
    region: str
    isp: str
    device_model: str
    platform: str
    sdk: str
    join_time: Timestamp
    leave_time: str


class UserList(TypedDict):
    """Table 13-12."""

    total: Integer
    limit: Integer
    offset: Integer
    users: list[User]


class TimeValue(TypedDict):
    """Table 13-20."""

    time: Timestamp
    value: Long


class RealtimeScale(TypedDict):
    """Table 13-19."""

    scale: list[TimeValue]


class DimensionValue(TypedDict):
    """Table 13-27."""

    dimension: str
    online_users: Long


class ScaleDimensions(TypedDict):
    """Table 13-26."""

    dimensions: list[DimensionValue]


class TimeDouble(TypedDict):
    """Tables 13-34 and 13-41."""

    time: Timestamp
    value: Double


class TimeFloat(TypedDict):
    """Table 13-70."""

    time: Timestamp
    value: Float


class RealtimeQuality(TypedDict):
    """Table 13-33."""

    quality: list[TimeDouble]


class RealtimeNetwork(TypedDict):
    """Table 13-40."""

    network: list[TimeDouble]


class DayUsage(TypedDict):
    """Table 13-48, in seconds; the total is the sum of the other four."""

    date: Date
    video_sd: Long
    video_hd: Long
    video_hdp: Long
    audio: Long
    total_duration: Long


class HistoryUsage(TypedDict):
    """Table 13-47."""

    usage: list[DayUsage]


class DayScale(TypedDict):
    """Table 13-55."""

    date: Date
    user_count: NotRequired[Long]
    session_count: NotRequired[Long]
    room_count: NotRequired[Long]
    max_online_user_count: NotRequired[Long]
    max_online_room_count: NotRequired[Long]
    communication_duration: NotRequired[Long]
    video_communication_duration: NotRequired[Long]
    audio_communication_duration: NotRequired[Long]


class HistoryScale(TypedDict):
    """Table 13-54."""

    scale: list[DayScale]


class DayQuality(TypedDict):
    """Table 13-62; rates from 0 to 1, times in milliseconds."""

    date: Date
    join_success_rate: NotRequired[Double]
    join_success_in5secs_rate: NotRequired[Double]
    video_freeze_rate: NotRequired[Double]
    audio_freeze_rate: NotRequired[Double]
    first_video_recv_time: NotRequired[Long]
    first_audio_recv_time: NotRequired[Long]
    pull_stream_success_rate: NotRequired[Double]
    push_stream_success_rate: NotRequired[Double]
    video_upstream_excellent_trans_rate: NotRequired[Double]
    audio_upstream_excellent_trans_rate: NotRequired[Double]
    video_excellent_trans_rate: NotRequired[Double]
    audio_excellent_trans_rate: NotRequired[Double]
    video_trans_delay: NotRequired[Double]
    audio_trans_delay: NotRequired[Double]


class HistoryQuality(TypedDict):
    """Table 13-61."""

    quality: list[DayQuality]


class QosSeries(TypedDict):
    """Table 13-69; ``peerid`` is "0" for what the user sends."""

    uid: str
    peerid: str
    mid: str
    data: list[TimeFloat]


class QosDetails(TypedDict):
    """Table 13-68."""

    room_id: str
    data: list[QosSeries]


class ClientEvent(TypedDict):
    """Table 13-75; ``event_info`` is JSON in a string, as the example of 13.11 shows."""

    ctime: Timestamp
    event_id: str
    event_info: str


class ClientEvents(TypedDict):
    """The answer of 13.11 as its example has it: a list, where table 13-75 is flat."""

    data: list[ClientEvent]


class Cause(TypedDict):
    """Table 13-83."""

    ts: Timestamp
    event_id: str
    peer_id: str


class UserAbnormalEvents(TypedDict):
    """Table 13-82; ``abnormal_list`` is null where there is nothing valid to show."""

    room_id: str
    uid: str
    exp_id: str
    abnormal_list: list[Cause] | None


class Abnormal(TypedDict):
    """Table 13-90."""

    time: Timestamp
    uid: str
    room_id: str
    stage: Stage
    location: Location
    peer_uid: str
    abnormal_type: Literal[1, 2, 3]
    abnormal_type_desc: str
    abnormal_factor: Integer
    abnormal_factor_desc: str


class AbnormalList(TypedDict):
    """Table 13-89."""

    total: Integer
    events: list[Abnormal]


class AbnormalShare(TypedDict):
    """Table 13-97."""

    abnormal_type: NotRequired[Integer]
    abnormal_type_desc: NotRequired[str]
    abnormal_factor: NotRequired[Integer]
    abnormal_factor_desc: NotRequired[str]
    user_count: Long


class AbnormalDimensions(TypedDict):
    """Table 13-96."""

    dimensions: list[AbnormalShare]
