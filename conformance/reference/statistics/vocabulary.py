"""The values that the tables of chapter 13 list, and what users of rooms are and send."""

from __future__ import annotations

from typing import Literal

SdkType = Literal["native", "webrtc"]
Role = Literal["joiner", "publisher", "player"]
"""Sections 9.1 and 10.1 name the first two, who count as present; the third only watches."""
Stream = Literal["AUDIO", "CAMERASTREAM", "SCREENSTREAM"]
UserState = Literal["FAIL", "ONLINE", "OFFLINE"]
RoomState = Literal["RUNNING", "CLOSED"]
Media = Literal["video_sd", "video_hd", "video_hdp", "audio"]
Stage = Literal["join_room", "communication"]
Location = Literal["local", "remote"]
ScaleMetric = Literal["OnlineUsers", "RoomCount"]
Dimension = Literal["region", "access_net", "platform", "sdk"]
UsageMetric = Literal["CommunicationDuration", "TranscodeDuration", "RecordDuration"]
RealtimeQualityMetric = Literal[
    "JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate"
]
NetworkMetric = Literal[
    "VideoUpstreamExcellentTransRate",
    "AudioUpstreamExcellentTransRate",
    "VideoExcellentTransRate",
    "AudioExcellentTransRate",
]
HistoryScaleMetric = Literal[
    "UserCount",
    "SessionCount",
    "RoomCount",
    "MaxOnlineUserCount",
    "MaxOnlineRoomCount",
    "CommunicationDuration",
    "VideoCommunicationDuration",
    "AudioCommunicationDuration",
]
HistoryQualityMetric = Literal[
    "JoinSuccessRate",
    "JoinSuccess5SecsRate",
    "VideoFreezeRate",
    "AudioFreezeRate",
    "FirstVideoRecvTime",
    "FirstAudioRecvTime",
    "PullStreamSuccessRate",
    "PushStreamSuccessRate",
    "VideoUpstreamExcellentTransRate",
    "AudioUpstreamExcellentTransRate",
    "VideoExcellentTransRate",
    "AudioExcellentTransRate",
    "VideoTransDelay",
    "AudioTransDelay",
]
Mid = Literal[
    "appcpu",
    "syscpu",
    "abit",
    "vbit",
    "dbit",
    "vfps",
    "dfps",
    "vblock",
    "dblock",
    "aloss",
    "vloss",
    "dloss",
    "vwidth",
    "vheight",
    "dwidth",
    "dheight",
    "ajitter",
    "artt",
    "vjitter",
    "vrtd",
    "djitter",
    "drtt",
]
AbnormalDimension = Literal["abnormal_type", "abnormal_factor"]
