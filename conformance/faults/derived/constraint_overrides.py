"""What the tables state of a field and the reference's models leave to the code that fills it.

Each row: a pattern of ``Operation/where/path`` (``*`` is any run of characters), and what is so.
``KEYWORDS`` are constraints, None takes one away; ``PRESENCE`` says which fields of an answer are
(True) or are not (False) always there, where the tables and the models differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, get_args

from conformance.faults.derived.fields import Place
from conformance.reference.statistics.vocabulary import AbnormalDimension, Mid

_NO_RANGE: Mapping[str, Any] = {"minimum": None, "maximum": None}
_COUNT: Mapping[str, Any] = {"minimum": 0}
_RATE: Mapping[str, Any] = {"minimum": 0, "maximum": 100}
_NAMED: Mapping[str, Any] = {"minLength": 1}
_LIST: Mapping[str, Any] = {"minItems": 1}
_MIDS = get_args(Mid)
_DIMENSIONS = get_args(AbnormalDimension)
_FORM: Mapping[str, Any] = {"pattern": "."}

KEYWORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    # Inputs
    ("List*/query/limit", {"minimum": 1}),
    ("List*/query/offset", {"minimum": 0}),
    ("ListApps/query/limit", {"maximum": 100}),
    ("*/body/mix_param.layout_panes", {"maxItems": None}),
    ("*/body/mix_param.layout_panes[].id", {"maximum": None}),
    ("*/hls_config.record_cycle", {**_NO_RANGE, "anyOf": ({"const": 0}, {"minimum": 60})}),
    ("RemoveUsers/body/user_ids[]", {"minLength": None}),
    ("UpdateObsBucketAuthority/body/operation", {**_NO_RANGE, "enum": (0, 1)}),
    ("*/body/mix_param.user_background_images[].image_uri", _NAMED),
    ("ListRtcHistoryScale/query/metric", _LIST),
    ("ListRtcHistoryQuality/query/metric", _LIST),
    ("ListRtcClientQosDetails/query/mid", _LIST),
    ("ListRtcUserList/query/state", _LIST),
    ("ListRtcClientQosDetails/query/mid[]", {"anyOf": None, "enum": _MIDS}),
    ("ListRtcAbnormalEventDimension/query/dimension", {"enum": _DIMENSIONS}),
    ("ListRtcAbnormalEventDimension/query/dimension[]", {"enum": None}),
    ("CreateToken/body/auth.identity.password.user.name", {"minLength": None}),
    ("CreateToken/body/auth.identity.password.user.password", {"minLength": None}),
    # Answers of chapters 5 to 8
    ("*/20?/app_id", _NAMED),
    ("ListApps/200/apps[].app_id", _NAMED),
    ("List*s/200/count", _COUNT),
    ("*RecordRule*/20?/*obs_addr.bucket", {"minLength": None}),
    ("*RecordRule*/20?/*obs_addr.project_id", {"minLength": None}),
    ("*RecordRule*/20?/app_id", _NAMED),
    ("*RecordRule*/20?/*rule_id", _NAMED),
    ("ListRecordRules/200/rules[].app_id", _NAMED),
    ("*/200/*_callback.update_time", {"type": "string", "anyOf": None, **_FORM}),
    ("ListRecordRules/200/rules[].hls_config.record_cycle", _NO_RANGE),
    # Chapters 9 and 10
    ("*Job/20?/job_id", _NAMED),
    ("*Job/20?/*room_id", _NAMED),
    ("*IndividualStreamJob/20?/user_id", _NAMED),
    ("*Job/20?/stream_name", _FORM),
    ("*Job/20?/mix_param.*background_image", _FORM),
    ("*Job/20?/mix_param.max_idle_time", {"minimum": 0}),
    ("*Job/20?/mix_param.layout_panes[].id", {"minimum": 1}),
    ("*Job/20?/mix_param.layout_panes[].crop_mode", {"enum": ("KEEP_RATIO_PADDING",)}),
    ("*Job/20?/mix_param.layout_panes[].filling_policy", {"enum": ("FIXED_USER",)}),
    ("*Job/20?/mix_param.layout_panes[].x", {"minimum": 0, "maximum": 1}),
    ("*Job/20?/mix_param.layout_panes[].y", {"minimum": 0, "maximum": 1}),
    ("*Job/20?/mix_param.layout_panes[].width", {"minimum": 0, "maximum": 1}),
    ("*Job/20?/mix_param.layout_panes[].height", {"minimum": 0, "maximum": 1}),
    ("*Job/20?/mix_param.layout_panes[].zorder", {"minimum": 0, "maximum": 24}),
    # The identity service
    ("CreateToken/201/token.expires_at", _FORM),
    ("ListProjects/200/projects[].id", _NAMED),
    # Chapter 12
    ("ListObsBuckets/200/buckets[].location", {"enum": None, **_NAMED}),
    ("ListObsBuckets/200/buckets[].bucket", _NAMED),
    ("ListObsBuckets/200/buckets[].creation_date", _FORM),
    ("ListObsBucketObjects/200/objects[].file_name", _NAMED),
    ("ListObsBucketObjects/200/objects[].size", _COUNT),
    ("ListObsBucketObjects/200/objects[].last_modified", _FORM),
    # Chapter 13
    ("ListRtc*/200/total", _COUNT),
    ("ListRtcRoomList/200/room_info_list[].duration", _COUNT),
    ("ListRtcRoomList/200/room_info_list[].end_time", _FORM),
    ("ListRtcUserList/200/users[].*_time", _FORM),
    ("ListRtcHistoryScale/200/scale[].*_count", _COUNT),
    ("ListRtcHistoryScale/200/scale[].*_duration", _COUNT),
    ("ListRtcHistoryQuality/200/quality[].*_rate", _RATE),
    ("ListRtcHistoryQuality/200/quality[].*_delay", _COUNT),
    ("ListRtcHistoryQuality/200/quality[].first_*_time", _COUNT),
    ("ListRtcHistoryUsage/200/usage[].audio", _COUNT),
    ("ListRtcHistoryUsage/200/usage[].total_duration", _COUNT),
    ("ListRtcHistoryUsage/200/usage[].video_*", _COUNT),
    ("ListRtcRealtimeNetwork/200/network[].value", _RATE),
    ("ListRtcRealtimeQuality/200/quality[].value", _RATE),
    ("ListRtcRealtimeScale/200/scale[].value", _COUNT),
    ("ListRtcRealtimeScaleDimension/200/dimensions[].online_users", _COUNT),
    ("ListRtcClientQosDetails/200/data[].mid", {"enum": _MIDS}),
    ("ListRtcAbnormalEventDimension/200/dimensions[].abnormal_*_desc", {"enum": ("JOIN_SLOW",)}),
    ("ListRtcAbnormalEventDimension/200/dimensions[].abnormal_type", {"enum": (1,)}),
    ("ListRtcAbnormalEventDimension/200/dimensions[].user_count", _COUNT),
    ("ListRtcAbnormalEvents/200/events[].abnormal_factor_desc", {"enum": ("-",)}),
    ("ListRtcAbnormalEvents/200/events[].abnormal_type_desc", {"enum": ("-",)}),
)
PRESENCE: tuple[tuple[str, bool], ...] = (
    ("*Job/20?/description", False),
    ("*Job/20?/stop_time", False),
    ("*Job/20?/start_time", False),
    ("*IndividualStreamJob/20?/video_type", False),
    ("*App*/200/*callbacks", False),
    ("*App*/200/*callbacks.*_callback", False),
    ("*App*/200/*auto_record_mode", False),
    ("*App*/200/*auto_record_mode.update_time", False),
    ("ShowAutoRecord/200/auto_record_mode.update_time", False),
    ("*/200/*_callback.url", True),
    ("*/200/*_callback.update_time", True),
    ("*/200/*record_callback.notify_event_subscription", False),
    ("UpdateRecordCallback/200/*.notify_event_subscription", True),
    ("ShowRecordCallback/200/record_callback", False),
    ("*RecordRule*/20?/*_config.record_prefix", False),
    ("*RecordRule*/20?/*_config.record_max_duration_to_merge_file", True),
    ("*RecordRule*/20?/*_config.record_slice_duration", False),
    ("ListProjects/200/*links.next", True),
    ("ListProjects/200/*links.previous", True),
    ("ListObsBucketObjects/200/objects[].last_modified", False),
    ("ListObsBucketObjects/200/objects[].size", False),
    ("ListRtcEvent/200/data", False),
)


UNDOCUMENTED: tuple[str, ...] = (
    "CreateToken/201/token.project*",
    "CreateToken/201/token.user*",
    "CreateToken/201/token.roles*",
    "CreateToken/201/token.issued_at",
    "CreateToken/201/token.catalog[]",
)
"""What the identity service answers besides, which section 3.2 does not speak of."""


def undocumented(where: str) -> bool:
    """Whether the reference answers the field though no table has it."""
    return any(_matches(glob, where) for glob in UNDOCUMENTED)


def complete(where: str, place: Place) -> Place:
    """The field with what its tables say beyond its model."""
    schema = dict(place.schema)
    for glob, keywords in KEYWORDS:
        if _matches(glob, where):
            schema.update(keywords)
    required = place.required
    for glob, present in PRESENCE:
        if _matches(glob, where):
            required = present
    kept = {key: value for key, value in schema.items() if value is not None}
    return replace(place, schema=kept, required=required)


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob)
    return re.compile("".join(parts))


def _matches(glob: str, where: str) -> bool:
    return _pattern(glob).fullmatch(where) is not None
