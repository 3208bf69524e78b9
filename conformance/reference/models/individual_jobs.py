"""Chapter 10: individual-stream jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from conformance.reference.models.jobs import (
    DEFAULT_IDLE_SECONDS,
    IdleSeconds,
    JobAnswer,
    RecordParam,
    VideoType,
)
from conformance.reference.models.strictness import Incoming, Text

StreamType = Literal["LD", "SD", "HD", "FHD"]


class CreateIndividualStreamJobBody(Incoming):
    """Table 10-3."""

    room_id: Text
    user_id: Text
    is_record_audio: bool = True
    video_type: VideoType = "CAMERASTREAM"
    select_stream_type: StreamType = "FHD"
    max_idle_time: IdleSeconds = DEFAULT_IDLE_SECONDS
    record_param: RecordParam = Field(default=None)  # type: ignore[assignment] # null is refused


class UpdateIndividualStreamJobBody(Incoming):
    """Table 10-32."""

    record_param: RecordParam = Field(default=None)  # type: ignore[assignment] # null is refused


class IndividualJobAnswer(JobAnswer):
    """Tables 10-6, 10-17 and 10-35."""

    user_id: str
    is_record_audio: bool
    video_type: VideoType
    select_stream_type: StreamType
    max_idle_time: IdleSeconds
