"""What chapters 9 and 10 share: recording parameters, idle time, states of a job."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from conformance.reference.models.strictness import Incoming, Outgoing, Text, Timestamp

JobState = Literal["INIT", "RUNNING", "STOPPED"]
StopReason = Literal["TENANT_STOP", "EXCEED_MAX_IDLE_TIME", "INTERNAL_ERROR"]
VideoType = Literal["CAMERASTREAM", "SCREENSTREAM"]
IdleSeconds = Annotated[int, Field(ge=5, le=43200)]
DEFAULT_IDLE_SECONDS = 30


class RecordParam(Incoming):
    """Tables 9-7, 9-13, 9-27, 9-43, 10-4, 10-7, 10-18, 10-33 and 10-36."""

    record_rule_id: Text


class JobAnswer(Outgoing):
    """The rows that tables 9-9, 9-23, 9-39, 10-6, 10-17 and 10-35 have in common."""

    job_id: str
    stream_name: str
    app_id: str
    room_id: str
    record_param: RecordParam | None = None
    create_time: Timestamp
    update_time: Timestamp
    state: JobState
    stop_reason: StopReason | None = None
    description: str
    start_time: Timestamp
    stop_time: Timestamp
