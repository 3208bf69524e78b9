"""Bodies: each way of being wrong breaks its own requirement, and a right one breaks none."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from conformance.model import field_path

if TYPE_CHECKING:
    from .conftest import Look

MOMENT = "2023-08-28T07:08:09Z"
APP: dict[str, Any] = {
    "app_name": "mine",
    "app_id": "a1",
    "state": {"state": "ACTIVATION", "update_time": MOMENT},
    "scope": "DOMESTIC",
    "tenant_name": "t",
    "domain": "t.rtc.example",
    "create_time": MOMENT,
    "authentication": {"enable": True, "expire": 1, "app_key": "k", "update_time": MOMENT},
    "callbacks": {
        "push_callback": {
            "url": "",
            "auth_key": "",
            "notify_event_subscription": [],
            "update_time": "",
        },
        "record_callback": {
            "url": "https://x.example/cb",
            "auth_key": "",
            "notify_event_subscription": ["RECORD_FILE_COMPLETE"],
            "update_time": MOMENT,
        },
    },
    "auto_record_mode": {"mode": "AUTO_RECORD_OFF", "record_rule_id": "", "update_time": MOMENT},
}


def _list(**changes: Any) -> dict[str, Any]:
    return {"count": 1, "apps": [copy.deepcopy(APP)], **changes}


def test_a_right_answer_breaks_nothing(look: Look) -> None:
    """Everything documented holds, at every depth."""
    found = look("ListApps", 200, _list())
    assert not found.broken, found.broken
    assert {
        "ListApps/200/body/json",
        "ListApps/200/apps/required",
        "ListApps/200/apps[].state.state/enum",
        "ListApps/200/apps[].state.state/type",
        "ListApps/200/apps[].create_time/format",
        "ListApps/200/body/undeclared",
        "ListApps/200/header/x-request-id/required",
        "ListApps/answer/status/documented",
    } <= found.kept


@pytest.mark.parametrize(
    ("path", "value", "requirement"),
    [
        ("apps[].app_id", None, "ListApps/200/apps[].app_id/type"),
        ("apps[].app_id", 7, "ListApps/200/apps[].app_id/type"),
        ("apps[].state.state", "ACTIVE", "ListApps/200/apps[].state.state/enum"),
        ("apps[].create_time", "yesterday", "ListApps/200/apps[].create_time/format"),
        ("apps[].authentication.enable", 1, "ListApps/200/apps[].authentication.enable/type"),
        ("apps[].surplus", 1, "ListApps/200/body/undeclared"),
        ("surplus", 1, "ListApps/200/body/undeclared"),
        ("count", "1", "ListApps/200/count/type"),
        ("apps", {}, "ListApps/200/apps/type"),
        ("apps[].callbacks", [], "ListApps/200/apps[].callbacks/type"),
    ],
)
def test_a_wrong_value_breaks_its_own_requirement(
    look: Look, path: str, value: Any, requirement: str
) -> None:
    """Type, enumeration, form, undeclared: that one, and it is not said to hold as well."""
    found = look("ListApps", 200, field_path.write(_list(), path, value))
    assert set(found.broken) == {requirement}
    assert requirement not in found.kept


@pytest.mark.parametrize(
    "path", ["apps", "count", "apps[].app_id", "apps[].state.state", "apps[].scope"]
)
def test_a_missing_field(look: Look, path: str) -> None:
    """Required or recommended, at the top or in an item of a list."""
    found = look("ListApps", 200, field_path.remove(_list(), path))
    assert set(found.broken) == {f"ListApps/200/{path}/required"}


def test_one_wrong_item_among_right_ones(look: Look) -> None:
    """A single item that lacks a field breaks the requirement for the whole list."""
    lacking = field_path.remove(APP, "scope")
    found = look("ListApps", 200, {"count": 2, "apps": [APP, lacking]})
    assert set(found.broken) == {"ListApps/200/apps[].scope/required"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"count": NaN, "apps": []}', "NaN is not a JSON number"),
        (b'{"count": Infinity, "apps": []}', "Infinity is not a JSON number"),
        (b'\xef\xbb\xbf{"count": 0, "apps": []}', "not JSON"),
        (b'{"count": 0, "apps": ["\xff"]}', "not UTF-8"),
        (b'["count"]', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_bodies_that_cannot_be_read(look: Look, body: bytes, message: str) -> None:
    """Nothing, half of it, NaN, a byte order mark, bytes that are no text, no object."""
    broken = look("ListApps", 200, body).broken
    assert message in broken["ListApps/200/body/json"].message


def test_bodies_where_none_is_documented(look: Look) -> None:
    """204 has no body; anything in it is told."""
    assert "DeleteApp/204/body/empty" in look("DeleteApp", 204, method="DELETE").kept
    assert "DeleteApp/204/body/empty" in look("DeleteApp", 204, b"{}", method="DELETE").broken


def test_what_an_object_may_hold_freely(look: Look) -> None:
    """Where the document shows an object in part only, further fields are no surprise."""
    token = {
        "token": {
            "methods": ["password"],
            "expires_at": "2026-01-01T00:00:00.000000Z",
            "catalog": [{"endpoints": [{"region_id": "cn-north-4", "url": "https://x"}]}],
            "anything": {"more": 1},
        }
    }
    found = look("CreateToken", 201, token, method="POST")
    assert "CreateToken/201/body/undeclared" in found.kept


def test_a_combination_of_an_answer(look: Look) -> None:
    """A cross-field statement about answers is judged under its own name."""
    rule = {
        "app_id": "a",
        "rule_id": "r",
        "create_time": MOMENT,
        "update_time": MOMENT,
        "obs_addr": {"location": "cn-north-4", "project_id": "p", "bucket": "b", "object": ""},
        "record_formats": ["MP4"],
        "mp4_config": {
            "record_cycle": 60,
            "record_prefix": "x",
            "record_max_duration_to_merge_file": 0,
        },
    }
    assert not look("ShowRecordRule", 200, rule).broken
    assert look("ShowRecordRule", 200, field_path.write(rule, "record_formats", ["AVI"])).broken


@pytest.mark.parametrize(("kind", "broken"), [(0, False), (1, False), (4, True), (0.5, True)])
def test_a_number_that_none_of_the_listed_ones_is_may_stand_for_nothing(
    kind: float, broken: bool, look: Look
) -> None:
    """What users are not grouped by may be 0 (13.14): no kind has that number."""
    group = {"abnormal_type": kind, "abnormal_type_desc": "", "user_count": 1}
    found = look("ListRtcAbnormalEventDimension", 200, {"dimensions": [group]})
    assert any("abnormal_type/" in one for one in found.broken) is broken, found.broken
