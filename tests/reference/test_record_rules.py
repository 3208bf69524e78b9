"""Chapters 6, 7 and 8 on the reference."""

from __future__ import annotations

from copy import deepcopy

import pytest

PREFIX = "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}"
HLS = {"record_cycle": 0}


def test_defaults_are_filled_in(client, app, app_id, rule):
    """What the document gives a default is answered with it; what was sent comes back."""
    rule |= {"record_formats": ["HLS", "MP4"], "hls_config": HLS}
    shown = client.post(f"{app}/record-rules", json=rule).json()
    assert shown["app_id"] == app_id
    assert shown["obs_addr"] == {**rule["obs_addr"], "object": ""}
    assert shown["record_formats"] == ["HLS", "MP4"]
    assert shown["hls_config"] == {
        "record_cycle": 0,
        "record_prefix": PREFIX,
        "record_slice_duration": 10,
        "record_max_duration_to_merge_file": 0,
    }
    assert shown["mp4_config"] == {
        "record_cycle": 60,
        "record_prefix": PREFIX,
        "record_max_duration_to_merge_file": 0,
    }
    assert shown["create_time"] == shown["update_time"]
    assert client.get(f"{app}/record-rules/{shown['rule_id']}").json() == shown
    assert client.get(f"{app}/record-rules").json() == {"rules": [shown]}


def test_second_create_updates(client, app, rule, rule_id):
    """One rule per location: same id and create time, later update time, replaced content."""
    before = client.get(f"{app}/record-rules/{rule_id}").json()
    again = {**rule, "record_formats": ["HLS"], "hls_config": {"record_cycle": 60}}
    del again["mp4_config"]
    answer = client.post(f"{app}/record-rules", json=again)
    after = answer.json()
    assert answer.status_code == 201
    assert (after["rule_id"], after["create_time"]) == (rule_id, before["create_time"])
    assert after["update_time"] > before["update_time"]
    assert "mp4_config" not in after
    assert len(client.get(f"{app}/record-rules").json()["rules"]) == 1


def test_update_replaces(client, app, rule, rule_id):
    """6.4 replaces a rule as a second create does."""
    rule["mp4_config"] = {"record_cycle": 10800, "record_prefix": "a", "x": None}
    before = client.get(f"{app}/record-rules/{rule_id}").json()
    answer = client.put(f"{app}/record-rules/{rule_id}", json=rule)
    assert answer.status_code == 200
    assert answer.json()["mp4_config"]["record_cycle"] == 10800
    assert answer.json()["mp4_config"]["record_prefix"] == "a"
    assert answer.json()["create_time"] == before["create_time"]
    assert answer.json()["update_time"] > before["update_time"]


def _with(rule, path, value):
    body = deepcopy(rule)
    target = body
    *parents, last = path.split(".")
    for step in parents:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return body


BOTH = {
    "obs_addr": {"bucket": "b", "location": "cn-north-4", "project_id": "p", "object": "o"},
    "record_formats": ["HLS", "MP4"],
    "hls_config": {
        "record_cycle": 60,
        "record_slice_duration": 2,
        "record_max_duration_to_merge_file": -1,
    },
    "mp4_config": {"record_cycle": 60, "record_max_duration_to_merge_file": 0},
}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("obs_addr", ..., "RTC.00001005"),
        ("obs_addr", None, "RTC.00001005"),
        ("obs_addr", "x", "RTC.00001003"),
        ("obs_addr.location", ..., "RTC.00001005"),
        ("obs_addr.location", "cn-north-1", "RTC.00001012"),
        ("obs_addr.location", 4, "RTC.00001003"),
        ("obs_addr.bucket", "", "RTC.00001003"),
        ("obs_addr.object", None, "RTC.00001003"),
        ("obs_addr.project_id", ..., "RTC.00001005"),
        ("record_formats", ..., "RTC.00001005"),
        ("record_formats", [], "RTC.00001003"),
        ("record_formats", ["FLV"], "RTC.00001003"),
        ("record_formats", ["hls"], "RTC.00001003"),
        ("record_formats", "HLS", "RTC.00001003"),
        ("hls_config", ..., "RTC.00001004"),
        ("mp4_config", ..., "RTC.00001004"),
        ("mp4_config", None, "RTC.00001003"),
        ("mp4_config", {}, "RTC.00001005"),
        ("hls_config.record_cycle", ..., "RTC.00001005"),
        ("hls_config.record_cycle", 1, "RTC.00001003"),
        ("hls_config.record_cycle", 59, "RTC.00001003"),
        ("hls_config.record_cycle", -1, "RTC.00001003"),
        ("hls_config.record_cycle", 43201, "RTC.00001003"),
        ("hls_config.record_cycle", True, "RTC.00001003"),
        ("hls_config.record_cycle", 60.5, "RTC.00001003"),
        ("hls_config.record_cycle", 10**400, "RTC.00001003"),
        ("hls_config.record_slice_duration", 1, "RTC.00001003"),
        ("hls_config.record_slice_duration", 61, "RTC.00001003"),
        ("hls_config.record_max_duration_to_merge_file", -2, "RTC.00001003"),
        ("hls_config.record_max_duration_to_merge_file", 301, "RTC.00001003"),
        ("mp4_config.record_cycle", 59, "RTC.00001003"),
        ("mp4_config.record_cycle", 10801, "RTC.00001003"),
        ("mp4_config.record_cycle", "60", "RTC.00001003"),
        ("mp4_config.record_max_duration_to_merge_file", -1, "RTC.00001003"),
        ("mp4_config.record_max_duration_to_merge_file", 301, "RTC.00001003"),
    ],
)
def test_one_violation(client, app, rule_id, refused, state, path, value, code):
    """Each statement of tables 6-3 to 6-6 and 6-48 to 6-51 is enforced, and changes nothing."""
    before = state()
    body = _with(BOTH, path, value)
    refused(client.post(f"{app}/record-rules", json=body), 400, code)
    refused(client.put(f"{app}/record-rules/{rule_id}", json=body), 400, code)
    assert state() == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hls_config.record_cycle", 0),
        ("hls_config.record_cycle", 43200),
        ("hls_config.record_slice_duration", 60),
        ("hls_config.record_max_duration_to_merge_file", 300),
        ("mp4_config.record_cycle", 10800),
        ("mp4_config.record_max_duration_to_merge_file", 300),
        ("record_formats", ["MP4"]),
    ],
)
def test_bounds_are_accepted(client, app, path, value):
    """Every bound belongs to its range."""
    assert client.post(f"{app}/record-rules", json=_with(BOTH, path, value)).status_code == 201


def test_unknown_and_foreign_rules(client, rule_id, refused, rule):
    """A rule that is another application's is not found (RTC.00001011)."""
    other = client.post("/v2/apps", json={"app_name": "other"}).json()["app_id"]
    path = f"/v2/apps/{other}/record-rules/{rule_id}"
    refused(client.get(path), 404, "RTC.00001011")
    refused(client.put(path, json=rule), 404, "RTC.00001011")
    refused(client.delete(path), 404, "RTC.00001011")


def test_deleted_rule_is_gone(client, app, rule_id, refused):
    """6.5 answers 204 without a body, and the rule is nowhere."""
    answer = client.delete(f"{app}/record-rules/{rule_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    refused(client.get(f"{app}/record-rules/{rule_id}"), 404, "RTC.00001011")
    assert client.get(f"{app}/record-rules").json() == {"rules": []}


def test_rule_list_pages(client, app, rule_id):
    """The page after the only one is empty."""
    assert client.get(f"{app}/record-rules?offset=1&limit=1").json() == {"rules": []}
    assert len(client.get(f"{app}/record-rules?offset=0&limit=1").json()["rules"]) == 1


def test_automatic_recording_holds_its_rule(client, app, rule_id, refused):
    """A rule in use is not deleted (6.5), and can be once automatic recording is off."""
    on = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": rule_id}
    answer = client.put(f"{app}/auto-record-mode", json=on)
    assert answer.status_code == 200
    assert answer.json()["auto_record_mode"]["record_rule_id"] == rule_id
    assert client.get(f"{app}/auto-record-mode").json() == answer.json()
    assert client.get(app).json()["auto_record_mode"] == answer.json()["auto_record_mode"]
    refused(client.delete(f"{app}/record-rules/{rule_id}"), 400, "RTC.00001013")
    assert client.get(f"{app}/record-rules/{rule_id}").status_code == 200
    off = client.put(f"{app}/auto-record-mode", json={"mode": "AUTO_RECORD_OFF"}).json()
    assert "record_rule_id" not in off["auto_record_mode"]
    assert off["auto_record_mode"]["update_time"] > answer.json()["auto_record_mode"]["update_time"]
    assert client.delete(f"{app}/record-rules/{rule_id}").status_code == 204


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "RTC.00001005"),
        ({"mode": "ON"}, 400, "RTC.00001003"),
        ({"mode": "AUTO_INDIVIDUAL_RECORD"}, 400, "RTC.00001004"),
        ({"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": ""}, 400, "RTC.00001004"),
        ({"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": "nope"}, 404, "RTC.00001011"),
        ({"mode": "AUTO_RECORD_OFF", "record_rule_id": 1}, 400, "RTC.00001003"),
    ],
)
def test_bad_automatic_recording(client, app, refused, state, body, status, code):
    """Switched on, automatic recording needs a rule that exists."""
    before = state()
    refused(client.put(f"{app}/auto-record-mode", json=body), status, code)
    assert state() == before


def test_callback_reads_back(client, app):
    """8.1's address and key are what 8.2, 5.3 and 5.2 answer."""
    assert client.get(f"{app}/record-callback").json()["record_callback"]["url"] == ""
    body = {"url": "https://example.com/cb", "auth_key": "k" * 32}
    answer = client.put(f"{app}/record-callback", json=body).json()
    assert answer["record_callback"] | body == answer["record_callback"]
    assert client.get(f"{app}/record-callback").json() == answer
    assert client.get(app).json()["callbacks"]["record_callback"] == answer["record_callback"]
    again = client.put(f"{app}/record-callback", json={"url": "http://example.com"}).json()
    assert again["record_callback"]["auth_key"] == ""
    assert again["record_callback"]["update_time"] > answer["record_callback"]["update_time"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (..., "RTC.00001005"),
        ("", "RTC.00001003"),
        ("ftp://example.com", "RTC.00001003"),
        ("HTTP://example.com", "RTC.00001003"),
        ("http:/example.com", "RTC.00001003"),
        ("http://", "RTC.00001003"),
        (7, "RTC.00001003"),
        ("http://nowhere.invalid/cb", "RTC.00001018"),
        ("http://[broken", "RTC.00001018"),
    ],
)
def test_bad_callbacks(client, app, refused, state, url, code):
    """Only http and https, and only what can be reached."""
    before = state()
    body = {} if url is ... else {"url": url}
    refused(client.put(f"{app}/record-callback", json=body), 400, code)
    assert state() == before
