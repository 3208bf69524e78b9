"""Chapter 4: both worked examples, from the application to the recorded object and its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance.access.settings import TargetSettings
from conformance.engine.wire.listener import Listener
from conformance.reference.seeds import seeded_world
from conformance.reference.server import start_reference
from conformance.reference.world import World
from conformance.suite.kit.notifications.notification import read
from conformance.suite.rules.examples.test_examples import AUTH_KEY, INDIVIDUAL, MIX, ROOM, USER

BUCKET = {"bucket": "rtc-records", "location": "cn-north-4"}


@pytest.fixture
def world() -> World:
    """A world on the machine's clock."""
    return seeded_world(4)


@pytest.fixture
def api(world: World) -> Iterator[httpx.Client]:
    """A client of the first tenant, with the token of step 1, over real HTTP."""
    server = start_reference(world)
    identity = world.identities[0]
    user = {"name": identity.user, "password": identity.password}
    body = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {**user, "domain": {"name": identity.domain}}},
            },
            "scope": {"project": {"name": identity.project}},
        }
    }
    with httpx.Client(base_url=server.base_url, trust_env=False) as client:
        answer = client.post("/v3/auth/tokens", json=body)
        client.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        yield client
    server.stop()


@pytest.mark.parametrize(
    ("jobs", "body", "size"),
    [
        ("individual-stream-jobs", INDIVIDUAL, (1920, 1080)),
        ("mix-stream-jobs", MIX, (1920, 1080)),
    ],
    ids=["4.1", "4.2"],
)
def test_from_the_token_to_the_recorded_file(
    api: httpx.Client, world: World, jobs: str, body: dict[str, Any], size: tuple[int, int]
) -> None:
    """Steps 1 to 7: what was recorded lies in the bucket, and every event was told with the key."""
    app_id = _made(api.post("/v2/apps", json={"app_name": "example"}))["app_id"]
    path = f"/v2/apps/{app_id}"
    _made(api.put("/v2/rtc-ops/buckets/authentication", json={**BUCKET, "operation": 1}))
    rule = {
        "obs_addr": {**BUCKET, "object": "Record/", "project_id": world.identities[0].project_id},
        "record_formats": ["MP4"],
        "mp4_config": {"record_cycle": 7200},
    }
    rule_id = _made(api.post(f"{path}/record-rules", json=rule))["rule_id"]
    with Listener(TargetSettings(base_url=str(api.base_url))) as listener:
        url = f"{listener.url}/callback"
        answer = api.put(f"{path}/record-callback", json={"url": url, "auth_key": AUTH_KEY})
        assert len(_made(answer)["record_callback"]["notify_event_subscription"]) == 3
        person = f"/_control/rooms/{app_id}/{ROOM}/users/{USER}"
        _made(api.put(person, json={"role": "publisher"}))
        started = {**body, "record_param": {"record_rule_id": rule_id}}
        job = _made(api.post(f"{path}/{jobs}", json=started))
        _made(api.post("/_control/advance", json={"seconds": 120}))
        _made(api.delete(person))
        _made(api.post("/_control/advance", json={"seconds": 31}))
        found = listener.until("/callback", lambda seen: len(seen) == 3, 10)
    told = [read(request) for request in found]
    assert [one.event for one in told] == [
        "RECORD_NEW_FILE_START",
        "RECORD_FILE_COMPLETE",
        "CLOUD_RECORD_SERVER_OVER",
    ]
    assert {one.content.header("authorization") for one in told} == {AUTH_KEY}
    done = told[1].body
    assert (done["width"], done["height"]) == size
    assert done["record_duration"] in {119, 120, 121}
    shown = _made(api.get(f"{path}/{jobs}/{job['job_id']}"))
    assert shown["stop_reason"] == "EXCEED_MAX_IDLE_TIME"
    query = {**BUCKET, "type": "objects", "prefix": f"Record/{app_id}/MP4/{job['stream_name']}"}
    listed = _made(api.get("/v2/rtc-ops/buckets/objects", params=query))["objects"]
    assert [one["file_name"] for one in listed] == [done["obs_object"]]


def _made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None
