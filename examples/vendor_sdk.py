"""The vendor's own Python SDK as a client to be certified: all 42 operations, and the sweep.

Needs ``pip install huaweicloudsdkcloudrtc``. All operations once, signed with AK/SK::

    sparkrtc-conformance certify-client -- python examples/vendor_sdk.py

Every situation of every operation, compared with what the SDK understood::

    sparkrtc-conformance certify-client --driver "python examples/vendor_sdk.py --driver"
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from huaweicloudsdkcloudrtc import v1, v2
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException, ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig

OBS_PAUSE = 1.05
"""Seconds after two calls of chapter 12, which takes two a second (table 1-2)."""

JOB_PAUSE = 0.4
"""Seconds between two looks at a job: chapters 9 and 10 take ten calls a second."""


class Sdk:
    """Both generations of the SDK behind one ``call`` by the name of the operation."""

    def __init__(self, env: Mapping[str, str]) -> None:
        credentials = BasicCredentials(
            env["HUAWEICLOUD_SDK_AK"],
            env["HUAWEICLOUD_SDK_SK"],
            env["HUAWEICLOUD_SDK_PROJECT_ID"],
        )
        config = HttpConfig.get_default_config()
        config.timeout = (5, 10)
        self._clients = {
            module: module.CloudRTCClient.new_builder()
            .with_http_config(config)
            .with_credentials(credentials)
            .with_endpoints([env["SPARKRTC_BASE_URL"]])
            .build()
            for module in (v1, v2)
        }

    def call(
        self,
        operation: str,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """Call one operation through its own request class; its answer as plain data.

        Raises KeyError when the SDK does not have the operation.
        """
        module = next((m for m in (v2, v1) if hasattr(m, f"{operation}Request")), None)
        if module is None:
            raise KeyError(operation)
        request = getattr(module, f"{operation}Request")()
        given = {**(path or {}), **(query or {})}
        for attribute, name in request.attribute_map.items():
            if attribute == "body":
                request.body = _model(module, request.openapi_types["body"], body)
            elif name in given:
                setattr(request, attribute, given[name])
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        return _plain(getattr(self._clients[module], method)(request))


def _model(module: Any, kind: Any, data: Any) -> Any:
    """Plain data as the SDK's own model; lists of models as lists."""
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    listed = re.fullmatch(r"list\[(\w+)\]", name)
    if listed and isinstance(data, list):
        return [_model(module, listed[1], item) for item in data]
    model = getattr(module, name, None)
    if model is None or not isinstance(data, dict):
        return data
    made = model()
    for attribute, key in made.attribute_map.items():
        if key in data:
            setattr(made, attribute, _model(module, made.openapi_types[attribute], data[key]))
    return made


def _plain(value: Any) -> Any:
    """An answer of the SDK under the names of the wire; what was not answered is left out."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if hasattr(value, "attribute_map"):
        pairs = ((key, getattr(value, name, None)) for name, key in value.attribute_map.items())
        return {key: _plain(item) for key, item in pairs if item is not None}
    return value


def tour(sdk: Sdk, env: Mapping[str, str]) -> None:
    """Every operation of chapters 5 to 13 once or more, in an order that can succeed."""
    app = sdk.call("CreateApp", body={"app_name": "vendor-sdk"})["app_id"]
    at = {"app_id": app}
    applications(sdk, at)
    rule = recording(sdk, at, env["HUAWEICLOUD_SDK_PROJECT_ID"])
    jobs(sdk, at, rule)
    sdk.call("UpdateAutoRecord", at, body={"mode": "AUTO_RECORD_OFF"})
    sdk.call("DeleteRecordRule", {**at, "rule_id": rule})
    rooms_and_statistics(sdk, env["SPARKRTC_APP_ID"])
    buckets(sdk)
    sdk.call("StopApp", at)
    sdk.call("DeleteApp", at)


def applications(sdk: Sdk, at: dict[str, Any]) -> None:
    """Chapter 5, except for its end, and chapter 8."""
    sdk.call("ListApps", query={"limit": 10, "offset": 0, "state": "ACTIVATION"})
    sdk.call("ShowApp", at)
    sdk.call("StopApp", at)
    sdk.call("StartApp", at)
    callback = {"url": "http://example.com/callback", "auth_key": "0123456789abcdef" * 2}
    sdk.call("UpdateRecordCallback", at, body=callback)
    sdk.call("ShowRecordCallback", at)


def recording(sdk: Sdk, at: dict[str, Any], project: str) -> str:
    """Chapters 6 and 7; the id of the rule that was made."""
    rule = {
        "obs_addr": {"bucket": "rtc-records", "location": "cn-north-4", "object": "records",
                     "project_id": project},
        "record_formats": ["HLS", "MP4"],
        "hls_config": {"record_cycle": 3600, "record_slice_duration": 10},
        "mp4_config": {"record_cycle": 7200},
    }  # fmt: skip
    made: str = sdk.call("CreateRecordRule", at, body=rule)["rule_id"]
    sdk.call("ListRecordRules", at, {"limit": 10, "offset": 0})
    sdk.call("ShowRecordRule", {**at, "rule_id": made})
    sdk.call("UpdateRecordRule", {**at, "rule_id": made}, body=rule)
    setting = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": made}
    sdk.call("UpdateAutoRecord", at, body=setting)
    sdk.call("ShowAutoRecord", at)
    return made


def jobs(sdk: Sdk, at: dict[str, Any], rule: str) -> None:
    """Chapters 9 and 10."""
    pane = {"id": 1, "user_id": "teacher", "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0,
            "zorder": 0, "video_type": "CAMERASTREAM", "crop_mode": "KEEP_RATIO_CROP"}  # fmt: skip
    mix = {"room_id": "room-1", "encode_template": "1280x720_30_1710", "max_idle_time": 60,
           "layout_template": "custom", "layout_panes": [pane]}  # fmt: skip
    body = {"mix_param": mix, "record_param": {"record_rule_id": rule}}
    mixed = {**at, "job_id": sdk.call("CreateMixJob", at, body=body)["job_id"]}
    wait_for(sdk, "ShowMixJob", mixed)
    sdk.call("UpdateMixJob", mixed, body={"mix_param": {"layout_template": "custom",
                                                        "layout_panes": [pane]}})  # fmt: skip
    sdk.call("StopMixJob", mixed)
    body = {"room_id": "room-1", "user_id": "teacher", "is_record_audio": True,
            "video_type": "CAMERASTREAM", "select_stream_type": "HD", "max_idle_time": 60,
            "record_param": {"record_rule_id": rule}}  # fmt: skip
    single = {**at, "job_id": sdk.call("CreateIndividualStreamJob", at, body=body)["job_id"]}
    wait_for(sdk, "ShowIndividualStreamJob", single)
    change = {"record_param": {"record_rule_id": rule}}
    sdk.call("UpdateIndividualStreamJob", single, body=change)
    sdk.call("StopIndividualStreamJob", single)


def wait_for(sdk: Sdk, operation: str, job: dict[str, Any]) -> None:
    """Until the job runs: before that it cannot be changed (RTC.00001022)."""
    deadline = time.monotonic() + 10
    while sdk.call(operation, job).get("state") != "RUNNING" and time.monotonic() < deadline:
        time.sleep(JOB_PAUSE)


def rooms_and_statistics(sdk: Sdk, app: str) -> None:
    """Chapters 13 and 11, at an application in which something has happened."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    span = {"start_time": _time(now - timedelta(minutes=55)), "end_time": _time(now)}
    days = {"start_date": f"{now.date() - timedelta(days=7)}",
            "end_date": f"{now.date() - timedelta(days=1)}"}  # fmt: skip
    rooms = sdk.call("ListRtcRoomList", query={"app": app, "limit": 10, "offset": 0, **span})
    room = next((item["room_id"] for item in rooms["room_info_list"]), "room-1")
    user = {"app": app, "room_id": room, "type": "summary"}
    _listing(sdk, "ListRtcUserList", user, state=["ONLINE", "OFFLINE"], region=["GD", "SH"])
    live = {"app": app, **span}
    sdk.call("ListRtcRealtimeScale", query={**live, "metric": "OnlineUsers"})
    sdk.call("ListRtcRealtimeScaleDimension", query={
        "app": app, "metric": "OnlineUsers", "dimension": "region",
        "time": _time(now - timedelta(minutes=5))})  # fmt: skip
    quality = {**live, "sdk_type": "native"}
    sdk.call("ListRtcRealtimeQuality", query={**quality, "metric": "JoinSuccessRate"})
    sdk.call("ListRtcRealtimeNetwork", query={**quality, "metric": "VideoExcellentTransRate"})
    sdk.call("ListRtcHistoryUsage", query={"app": app, "metric": "CommunicationDuration", **days})
    past = {"app": app, **days}
    _listing(sdk, "ListRtcHistoryScale", past, metric=["UserCount", "RoomCount"])
    _listing(sdk, "ListRtcHistoryQuality", past, metric=["JoinSuccessRate", "VideoFreezeRate"])
    place = {"app_id": app, "room_id": room, **span}
    sdk.call("ListRtcClientQosDetails", query={**place, "mid": "abit,vbit"})  # one text in the SDK
    sdk.call("ListRtcEvent", query=place)
    sdk.call("ListRtcAbnormalEvent", query=place)
    _signed_only(sdk, "ListRtcAbnormalEvents", query={"app": app, **span})
    _signed_only(sdk, "ListRtcAbnormalEventDimension", query={"app": app, **span})
    at = {"app_id": app, "room_id": room}
    sdk.call("RemoveUsers", at, body={"user_ids": ["nobody"]})
    sdk.call("RemoveRoom", at)


def buckets(sdk: Sdk) -> None:
    """Chapter 12, which documents only a token: the SDK has no way to send one."""
    where = {"bucket": "rtc-records", "location": "cn-north-4"}
    _signed_only(sdk, "ListObsBuckets")
    inside = {**where, "type": "objects", "prefix": "Record/"}
    _signed_only(sdk, "ListObsBucketObjects", query=inside)
    time.sleep(OBS_PAUSE)
    _signed_only(sdk, "UpdateObsBucketAuthority",
                 body={**where, "operation": 1})  # fmt: skip


def _listing(sdk: Sdk, operation: str, query: dict[str, Any], **lists: list[str]) -> None:
    """Ask for several values of a list; where that is refused, for one of each.

    The SDK repeats the parameter, and the document has commas (section 13.10, E-13-array-form).
    """
    try:
        sdk.call(operation, query={**query, **lists})
    except ServiceResponseException as error:
        if error.status_code != 400:
            raise
        sdk.call(operation, query={**query, **{name: some[:1] for name, some in lists.items()}})


def _signed_only(sdk: Sdk, operation: str, **given: Any) -> None:
    """A signed call where only a token is documented (E-12-aksk): served, or answered 401."""
    try:
        sdk.call(operation, **given)
    except ServiceResponseException as error:
        if error.status_code != 401:
            raise


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:00Z}"


def drive(sdk: Sdk) -> None:
    """The driver protocol: one JSON line in, one call, one JSON line out."""
    for line in sys.stdin:
        asked = json.loads(line)
        reply = {"id": asked["id"], **_reply(sdk, asked["op"], asked["arguments"])}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def _reply(sdk: Sdk, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"understood": sdk.call(operation, **arguments)}
    except KeyError as error:
        if error.args == (operation,):
            return {"unsupported": True}
        return {"failure": f"KeyError: {error}"}
    except ServiceResponseException as error:
        return {"error": {"status": error.status_code, "error_code": error.error_code}}
    except (SdkException, OSError, ValueError, TypeError, AttributeError) as error:
        return {"failure": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    if "--driver" in sys.argv:
        drive(Sdk(os.environ))
    else:
        tour(Sdk(os.environ), os.environ)
