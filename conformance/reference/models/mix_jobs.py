"""Chapter 9: mixed-stream jobs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from conformance.reference import refusals
from conformance.reference.models.jobs import (
    DEFAULT_IDLE_SECONDS,
    IdleSeconds,
    JobAnswer,
    RecordParam,
    VideoType,
)
from conformance.reference.models.strictness import Incoming, Outgoing, Text, combination

AUDIO_ONLY = "audio_only"
EncodeTemplate = Literal[
    "1920*1080_30_4620",
    "1920*1080_30_3150",
    "1920*1080_15_3460",
    "1920*1080_15_2080",
    "1280*720_30_3420",
    "1280*720_30_1710",
    "1280*720_15_2260",
    "1280*720_15_1130",
    "640*480_30_1500",
    "640*480_15_500",
    "640*480_30_1000",
    "480*360_30_490",
    "480*360_15_320",
    # The examples of sections 4.2 and 9 write an x where table 9-4 writes a star.
    "1920x1080_30_4620",
    "1920x1080_30_3150",
    "1920x1080_15_3460",
    "1920x1080_15_2080",
    "1280x720_30_3420",
    "1280x720_30_1710",
    "1280x720_15_2260",
    "1280x720_15_1130",
    "640x480_30_1500",
    "640x480_15_500",
    "640x480_30_1000",
    "480x360_30_490",
    "480x360_15_320",
    # Named in the text of section 9.1 only.
    "audio_only",
]
LayoutTemplate = Literal["nine_grids_view", "screen_share_left", "screen_share_right", "custom"]
CUSTOM = "custom"
SCREEN_SHARE = frozenset({"screen_share_left", "screen_share_right"})
MAX_PANES = 25
MAX_SCREEN_SHARE_PANES = 17
"""Section 4.2: the screen sharing layouts show at most 17 pictures, the others 25."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of the canvas, from 0 to 1."""
ObsUri = Annotated[str, Field(pattern=r"^s3://[^/]+/.+$")]


class MixLayoutPanel(Incoming):
    """Tables 9-5, 9-11, 9-25, 9-36 and 9-41."""

    id: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    user_id: str = ""
    video_type: VideoType = "CAMERASTREAM"
    x: Share = 0.0
    y: Share = 0.0
    width: Share = 0.0
    height: Share = 0.0
    zorder: Annotated[int, Field(ge=0, le=24)] = 0
    crop_mode: Literal["KEEP_RATIO_PADDING", "KEEP_RATIO_CROP"] = "KEEP_RATIO_PADDING"
    filling_policy: Literal["FIXED_USER", "SHARED_SCREEN"] = "FIXED_USER"


class MixUserBackgroundImage(Incoming):
    """Tables 9-6, 9-12, 9-26, 9-37 and 9-42."""

    user_id: Text
    image_uri: ObsUri


class UpdateMixParam(Incoming):
    """Table 9-35."""

    layout_template: LayoutTemplate = "nine_grids_view"
    background_image: ObsUri = ""
    default_user_background_image: ObsUri = ""
    screen_background_image: ObsUri = ""
    max_idle_time: IdleSeconds = DEFAULT_IDLE_SECONDS
    layout_panes: list[MixLayoutPanel] = Field(default=[], max_length=MAX_PANES)
    user_background_images: list[MixUserBackgroundImage] = Field(default=[])

    @model_validator(mode="after")
    def _screen_sharing_has_fewer_panes(self) -> Self:
        panes = len(self.layout_panes)
        if self.layout_template in SCREEN_SHARE and panes > MAX_SCREEN_SHARE_PANES:
            raise PydanticCustomError("too_many_panes", "at most 17 panes share a screen")
        return self


VIDEO_FIELDS = frozenset(UpdateMixParam.model_fields) - {"max_idle_time"}
"""What an audio_only mix ignores (section 9.1)."""


class CreateMixParam(UpdateMixParam):
    """Table 9-4."""

    room_id: Text
    encode_template: EncodeTemplate

    @model_validator(mode="before")
    @classmethod
    def _sound_alone_ignores_video(cls, sent: Any) -> Any:
        if not isinstance(sent, dict) or sent.get("encode_template") != AUDIO_ONLY:
            return sent
        return {name: value for name, value in sent.items() if name not in VIDEO_FIELDS}

    @model_validator(mode="after")
    def _video_has_a_layout(self) -> Self:
        if self.encode_template == AUDIO_ONLY:
            return self
        if "layout_template" not in self.model_fields_set:
            raise combination("a mix with video needs a layout_template")
        if self.layout_template == CUSTOM and not self.layout_panes:
            raise combination("a custom layout needs layout_panes")
        return self


class CreateMixJobBody(Incoming):
    """Table 9-3."""

    literal_codes: ClassVar[dict[str, str]] = {"mix_param.layout_template": refusals.NO_LAYOUT}

    mix_param: CreateMixParam
    record_param: RecordParam = Field(default=None)  # type: ignore[assignment] # null is refused


class UpdateMixJobBody(Incoming):
    """Table 9-34."""

    literal_codes: ClassVar[dict[str, str]] = {"mix_param.layout_template": refusals.NO_LAYOUT}

    mix_param: UpdateMixParam


class PanelShown(Outgoing):
    """Table 9-11: what was sent, and the default of video_type."""

    id: int | None = None
    user_id: str | None = None
    video_type: VideoType
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    zorder: int | None = None
    crop_mode: str | None = None
    filling_policy: str | None = None


class MixParamShown(Outgoing):
    """Tables 9-10, 9-24 and 9-40."""

    room_id: str
    encode_template: EncodeTemplate
    max_idle_time: IdleSeconds
    layout_template: LayoutTemplate | None = None
    default_user_background_image: str | None = None
    screen_background_image: str | None = None
    background_image: str | None = None
    layout_panes: list[PanelShown] | None = None
    user_background_images: list[MixUserBackgroundImage] | None = None


class MixJobAnswer(JobAnswer):
    """Tables 9-9, 9-23 and 9-39."""

    mix_param: MixParamShown
