"""Chapter 6: recording rules."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from conformance.reference import refusals
from conformance.reference.models.strictness import (
    Incoming,
    Outgoing,
    Text,
    Timestamp,
    combination,
)

Location = Literal["cn-north-4"]
RecordFormat = Literal["HLS", "MP4"]
DEFAULT_PREFIX = "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}"


def _whole_stream_or_a_minute(seconds: int) -> int:
    if 0 < seconds < 60:
        raise PydanticCustomError("range", "0 or at least 60")
    return seconds


HlsCycle = Annotated[
    int,
    Field(ge=0, le=43200, json_schema_extra={"anyOf": [{"const": 0}, {"minimum": 60}]}),
    AfterValidator(_whole_stream_or_a_minute),
]
"""0 records the whole stream into one file, else 60 to 43200 seconds."""


class RecordObsFileAddr(Incoming):
    """Tables 6-4, 6-9, 6-24, 6-37, 6-49 and 6-54."""

    location: Location
    project_id: Text
    bucket: Text
    object: str = ""


class HLSRecordConfig(Incoming):
    """Tables 6-5, 6-10, 6-25, 6-38, 6-50 and 6-55; durations in seconds."""

    record_cycle: HlsCycle
    record_prefix: str = DEFAULT_PREFIX
    record_slice_duration: Annotated[int, Field(ge=2, le=60)] = 10
    record_max_duration_to_merge_file: Annotated[int, Field(ge=-1, le=300)] = 0


class MP4RecordConfig(Incoming):
    """Tables 6-6, 6-11, 6-26, 6-39, 6-51 and 6-56; durations in seconds."""

    record_cycle: Annotated[int, Field(ge=60, le=10800)]
    record_prefix: str = DEFAULT_PREFIX
    record_max_duration_to_merge_file: Annotated[int, Field(ge=0, le=300)] = 0


class RecordRuleBody(Incoming):
    """Tables 6-3 and 6-48; every format needs its configuration."""

    literal_codes: ClassVar[dict[str, str]] = {"obs_addr.location": refusals.NO_REGION}

    obs_addr: RecordObsFileAddr
    record_formats: Annotated[list[RecordFormat], Field(min_length=1)]
    hls_config: HLSRecordConfig = Field(default=None)  # type: ignore[assignment] # null is refused
    mp4_config: MP4RecordConfig = Field(default=None)  # type: ignore[assignment] # null is refused

    @model_validator(mode="after")
    def _formats_have_their_configuration(self) -> Self:
        if "HLS" in self.record_formats and "hls_config" not in self.model_fields_set:
            raise combination("HLS needs hls_config")
        if "MP4" in self.record_formats and "mp4_config" not in self.model_fields_set:
            raise combination("MP4 needs mp4_config")
        return self


class RecordRule(Outgoing):
    """Tables 6-8, 6-23, 6-36 and 6-53."""

    rule_id: str
    app_id: str
    obs_addr: RecordObsFileAddr
    record_formats: list[RecordFormat]
    hls_config: HLSRecordConfig | None = None
    mp4_config: MP4RecordConfig | None = None
    create_time: Timestamp
    update_time: Timestamp


class RecordRuleList(Outgoing):
    """Table 6-22: the rules, without a count."""

    rules: tuple[RecordRule, ...]
