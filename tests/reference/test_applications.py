"""Chapter 5 on the reference."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest


def test_created_is_shown_and_listed(client, app_id):
    """What 5.1 creates, 5.3 shows with every documented field and 5.2 lists alike."""
    shown = client.get(f"/v2/apps/{app_id}").json()
    assert re.fullmatch(r"[0-9a-f]{32}", app_id)
    assert shown["app_name"] == "mine"
    assert shown["state"] == {"state": "ACTIVATION", "update_time": "2026-03-04T05:06:07.089Z"}
    assert shown["domain"].startswith(app_id + ".")
    assert shown["tenant_name"] == "demo-domain"
    assert shown["scope"] == "DOMESTIC"
    assert shown["authentication"]["expire"] == 300
    assert shown["authentication"]["enable"] is True
    assert shown["auto_record_mode"]["mode"] == "AUTO_RECORD_OFF"
    assert shown in client.get("/v2/apps").json()["apps"]


@pytest.mark.parametrize("name", ["a", "实时音视频", "🎥", "e\u0301", "x" * 5000, "tab\there"])
def test_any_utf8_name_comes_back(client, name):
    """Table 5-2 restricts names to UTF-8 and to nothing else."""
    app_id = client.post("/v2/apps", json={"app_name": name}).json()["app_id"]
    assert client.get(f"/v2/apps/{app_id}").json()["app_name"] == name


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "RTC.00001005"),
        ({"app_name": None}, "RTC.00001005"),
        ({"app_name": ""}, "RTC.00001003"),
        ({"app_name": 7}, "RTC.00001003"),
        ({"app_name": ["x"]}, "RTC.00001003"),
        ([], "RTC.00001002"),
        ("x", "RTC.00001002"),
    ],
)
def test_bad_names(client, refused, body, code):
    """A missing, empty or mistyped name is refused with the code for it."""
    refused(client.post("/v2/apps", json=body), 400, code)


def test_name_is_unique_in_the_tenant(client, stranger, app_id, refused):
    """5.1 refuses a second application of the same name, not another tenant's."""
    refused(client.post("/v2/apps", json={"app_name": "mine"}), 400, "RTC.00001020")
    assert stranger.post("/v2/apps", json={"app_name": "mine"}).status_code == 201


def test_name_is_free_after_deletion(client, app):
    """A deleted application's name can be used again."""
    assert client.delete(app).status_code == 204
    assert client.post("/v2/apps", json={"app_name": "mine"}).status_code == 201


def test_twenty_applications(client, refused):
    """The twenty-first application is refused (RTC.00001017)."""
    held = client.get("/v2/apps").json()["count"]
    for number in range(held, 20):
        assert client.post("/v2/apps", json={"app_name": f"n{number}"}).status_code == 201
    refused(client.post("/v2/apps", json={"app_name": "one more"}), 400, "RTC.00001017")


def test_policies_can_be_replaced(client, world, app_id):
    """The limits come from the world's policies, which is where a deviation is planted."""
    world.policies = replace(world.policies, unique_app_names=False)
    assert client.post("/v2/apps", json={"app_name": "mine"}).status_code == 201


def test_disable_and_enable(client, app, app_id, clock):
    """5.5 and 5.6 move the state everywhere; repeating one changes nothing."""
    clock.advance(1)
    stopped = client.post(f"{app}/disable").json()
    assert stopped["app_id"] == app_id
    assert stopped["state"] == {"state": "DEACTIVATION", "update_time": "2026-03-04T05:06:08.089Z"}
    assert client.get(app).json()["state"] == stopped["state"]
    clock.advance(1)
    assert client.post(f"{app}/disable").json() == stopped
    started = client.post(f"{app}/enable").json()
    assert started["state"]["state"] == "ACTIVATION"
    assert started["state"]["update_time"] > stopped["state"]["update_time"]


def test_list_by_state(client, app, app_id):
    """A state keeps only the applications in it, and counts only them."""
    client.post(f"{app}/disable")
    stopped = client.get("/v2/apps", params={"state": "DEACTIVATION"}).json()
    active = client.get("/v2/apps", params={"state": "ACTIVATION"}).json()
    assert [one["app_id"] for one in stopped["apps"]] == [app_id]
    assert stopped["count"] == 1
    assert active["count"] == len(active["apps"]) == client.get("/v2/apps").json()["count"] - 1
    assert client.get("/v2/apps", params={"state": "ARREARS"}).json() == {"count": 0, "apps": []}


def test_pages_are_numbered(client):
    """``offset`` is a page number from 0; the pages join up to the whole, the count stays."""
    for number in range(5):
        client.post("/v2/apps", json={"app_name": f"page {number}"})
    whole = client.get("/v2/apps").json()
    pages = [
        client.get("/v2/apps", params={"offset": page, "limit": 3}).json() for page in range(4)
    ]
    assert [one for page in pages for one in page["apps"]] == whole["apps"]
    assert {page["count"] for page in pages} == {whole["count"]}
    times = [one["create_time"] for one in whole["apps"]]
    assert times == sorted(times)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=",
        "limit=+5",
        "limit=1_0",
        "offset=-1",
        "offset=2147483648",
        "offset=" + "9" * 5000,
        "state=DELETED",
        "state=",
        "state=activation",
        "limit=1&limit=2",
        "offset=%00",
        "limit=%FF",
    ],
)
def test_bad_queries(client, refused, query):
    """Whatever is outside table 5-9 is an invalid value, duplicates included."""
    refused(client.get(f"/v2/apps?{query}"), 400, "RTC.00001003")


def test_unknown_parameters_are_ignored(client):
    """Only documented parameters are judged."""
    assert client.get("/v2/apps?x=1&x=2&limit=100&offset=0").status_code == 200


def test_deleted_is_gone(client, app, app_id, rule_id, refused):
    """A deleted application answers 404 with 1015, on itself and on everything beneath."""
    answer = client.delete(app)
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/enable"),
        ("POST", "/disable"),
        ("GET", "/record-rules"),
        ("POST", "/record-rules"),
        ("GET", f"/record-rules/{rule_id}"),
        ("GET", "/auto-record-mode"),
        ("PUT", "/record-callback"),
        ("POST", "/mix-stream-jobs"),
        ("GET", "/individual-stream-jobs/x"),
        ("POST", "/rooms/r/dismiss"),
    ):
        refused(client.request(method, app + path), 404, "RTC.00001015")
    assert app_id not in client.get("/v2/apps").text


def test_another_tenants_application_is_not_found(stranger, app, refused):
    """Nothing of one tenant is visible to another."""
    refused(stranger.get(app), 404, "RTC.00001015")
    refused(stranger.delete(app), 404, "RTC.00001015")
