"""What every answer has, and what hostile requests get."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from conformance.reference import wire
from conformance.reference.app import OPERATIONS, create_app

JSON = {"Content-Type": "application/json"}


def test_operations_are_those_of_the_document():
    """Chapters 5 to 12 have 28 operations, each with one name and one place."""
    assert len(OPERATIONS) == 28
    assert len({one.name for one in OPERATIONS}) == 28
    assert len({(one.method, one.path) for one in OPERATIONS}) == 28


def test_request_ids_never_repeat(client):
    """Every answer has an id of its own, refusals included."""
    paths = ["/v2/apps", "/v2/apps/x", "/nope", "/v2/rtc-ops/buckets", "/v3/projects"] * 20
    seen = [client.get(path).headers["X-request-Id"] for path in paths]
    assert len(set(seen)) == len(seen)


def test_unknown_paths(client, anonymous, refused):
    """A path that nothing is at is 404 with an envelope, and no redirect."""
    for path in ("/", "/v2", "/v2/app", "/v2/apps/", "/v2/apps//enable", "/V2/apps", "/%00"):
        refused(client.get(path), 404, "APIGW.0101")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_unsupported_methods(client, method):
    """405 with the methods that are there."""
    answer = client.request(method, "/v2/apps")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.json()["error_code"] == "APIGW.0101"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "RTC.00001002"),
        (b"{", "RTC.00001002"),
        (b"null", "RTC.00001002"),
        (b"1", "RTC.00001002"),
        (b'{"app_name": "\xff"}', "RTC.00001002"),
        (b'{"app_name": "\\ud800"}', "RTC.00001002"),
        (b'{"app_name": NaN}', "RTC.00001002"),
        (b"[" * 100_000, "RTC.00001002"),
        (b'{"a":' * 5000, "RTC.00001002"),
        (b'{"app_name": ' + b"9" * 5000 + b"}", "RTC.00001002"),
        (b'{"app_name": ' + b"9" * 4000 + b"}", "RTC.00001003"),
        (b'{"app_name": 1e999}', "RTC.00001003"),
        (b'{"app_name": "x"} x', "RTC.00001002"),
        (b"\xef\xbb\xbf{}", "RTC.00001002"),
        ("{'app_name': 'x'}".encode("utf-16"), "RTC.00001002"),
    ],
)
def test_hostile_bodies(client, refused, body, code):
    """Whatever is sent as JSON and is none is a clean 400."""
    refused(client.post("/v2/apps", content=body, headers=JSON), 400, code)


def test_control_characters_are_text(client):
    """NUL is UTF-8, and comes back as sent."""
    app_id = client.post("/v2/apps", json={"app_name": "a\0b\n"}).json()["app_id"]
    assert client.get(f"/v2/apps/{app_id}").json()["app_name"] == "a\0b\n"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "RTC.00001005"),
        ({"Content-Type": ""}, "RTC.00001005"),
        ({"Content-Type": "text/plain"}, "RTC.00001003"),
        ({"Content-Type": "application/xml; charset=utf-8"}, "RTC.00001003"),
    ],
)
def test_bad_content_types(client, refused, headers, code):
    """A body that is not declared as JSON is refused, even if it is JSON."""
    answer = client.post("/v2/apps", content=b'{"app_name": "t"}', headers=headers)
    refused(answer, 400, code)


@pytest.mark.parametrize("value", ["application/json;charset=utf-8", "Application/JSON"])
def test_good_content_types(client, value):
    """Parameters and letter case of the type do not matter."""
    headers = {"Content-Type": value}
    answer = client.post("/v2/apps", content=b'{"app_name": "t"}', headers=headers)
    assert answer.status_code == 201


def test_content_type_without_body(client, app):
    """An operation without a body does not insist on a content type."""
    assert client.post(f"{app}/disable").status_code == 200
    answer = client.put(
        "/v2/rtc-ops/buckets/authentication",
        content=b'{"bucket": "rtc-images", "location": "cn-north-4", "operation": 1}',
    )
    assert answer.status_code == 200


def test_oversized_bodies(client, refused, monkeypatch):
    """Beyond 12 MB the request is refused, whether or not its length is announced."""
    refused(client.post("/v2/apps", headers={"Content-Length": "9" * 20}), 413, "APIGW.0201")
    monkeypatch.setattr(wire, "MAX_BODY_BYTES", 100)
    answer = client.post("/v2/apps", content=b" " * 101, headers=JSON)
    refused(answer, 413, "APIGW.0201")
    assert answer.headers["Connection"] == "close"


def test_missing_comes_before_invalid_before_combination(client, app, refused):
    """One code per refusal: the first that applies in the order of the document's checks."""
    path = f"{app}/record-rules"
    rule = {"obs_addr": {"location": "mars", "project_id": 1}, "record_formats": ["HLS"]}
    refused(client.post(path, json=rule), 400, "RTC.00001005")
    rule["obs_addr"]["bucket"] = "b"
    refused(client.post(path, json=rule), 400, "RTC.00001003")
    rule["obs_addr"]["project_id"] = "p"
    refused(client.post(path, json=rule), 400, "RTC.00001012")
    rule["obs_addr"]["location"] = "cn-north-4"
    refused(client.post(path, json=rule), 400, "RTC.00001004")


def test_refusals_do_not_repeat_what_was_sent(client):
    """An error names the field, never the value."""
    answer = client.post("/v2/apps", json={"app_name": ["<script>canary</script>"]})
    assert "app_name" in answer.json()["error_msg"]
    assert "canary" not in answer.text


def test_a_bug_is_a_bare_500(world, client, caplog):
    """An exception in an operation shows a code of the catalogue and nothing of the inside."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    operations = tuple(
        replace(one, handle=broken) if one.name == "ListApps" else one for one in OPERATIONS
    )
    transport = type(client._transport)(create_app(world, operations=operations))
    with httpx.Client(transport=transport, base_url="http://rtc.example") as other:
        answer = other.get("/v2/apps", headers={"X-Auth-Token": world.identities[0].token})
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "RTC.00002002"
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text
