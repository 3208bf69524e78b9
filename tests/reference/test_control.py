"""The door for tests, flow control, ids and clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from conformance.reference.app import create_app
from conformance.reference.clock import ManualClock, SystemClock, later, timestamp
from conformance.reference.flow import FlowControl
from conformance.reference.ids import Ids
from conformance.reference.seeds import seeded_world

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_advance(client, clock, refused):
    """The clock moves, and says where to; it never moves back."""
    answer = client.post("/_control/advance", json={"seconds": 1.5})
    assert answer.json() == {"now": "2026-03-04T05:06:08.589Z"}
    assert clock.now().second == 8
    refused(client.post("/_control/advance", json={"seconds": -1}), 400, "RTC.00001003")


def test_snapshot_sees_changes_and_not_reads(client, app, rule_id, clock):
    """Reading and the passing of time change nothing; a write does."""
    path = f"{app}/individual-stream-jobs"
    job = client.post(path, json={"room_id": "r", "user_id": "u"}).json()
    before = client.get("/_control/snapshot").json()
    for read in (app, f"{app}/record-rules/{rule_id}", f"{path}/{job['job_id']}", "/v2/apps"):
        assert client.get(read).status_code == 200
    clock.advance(100)
    client.get(f"{path}/{job['job_id']}")
    assert client.get("/_control/snapshot").json() == before
    client.post(f"{app}/disable")
    assert client.get("/_control/snapshot").json() != before


def test_control_is_closed_by_default(stranger, refused):
    """Without being asked for, the door is not there."""
    refused(stranger.get("/_control/snapshot"), 404, "APIGW.0101")
    refused(stranger.post("/_control/advance", json={"seconds": 1}), 404, "APIGW.0101")


@pytest.fixture
def throttled(client):
    """A client of a world whose flow is controlled, with its clock."""
    clock = ManualClock(NOW)
    world = seeded_world(2, clock=clock, flow=FlowControl())
    transport = type(client._transport)(create_app(world))
    headers = {"X-Auth-Token": world.identities[0].token}
    with httpx.Client(transport=transport, base_url="http://rtc.example", headers=headers) as one:
        yield one, clock, world


def test_flow_control(throttled, refused):
    """Table 1-2: two bucket calls a second, then 429 with the seconds to wait."""
    client, clock, _ = throttled
    for _ in range(2):
        assert client.get("/v2/rtc-ops/buckets").status_code == 200
    answer = client.get("/v2/rtc-ops/buckets")
    refused(answer, 429, "APIGW.0308")
    clock.advance(float(answer.headers["Retry-After"]))
    assert client.get("/v2/rtc-ops/buckets").status_code == 200


def test_flow_groups_and_projects_are_apart(throttled):
    """One group's calls leave the others alone, and one project's the other project."""
    client, _, world = throttled
    codes = [client.get("/v2/apps").status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    assert client.get("/v2/rtc-ops/buckets").status_code == 200
    other = {"X-Auth-Token": world.identities[1].token}
    assert client.get("/v2/apps", headers=other).status_code == 200


def test_flow_of_statistics(throttled):
    """Thirty statistics calls a minute."""
    client, _, world = throttled
    path = f"/v1/{world.identities[0].project_id}/rtc/rooms"
    codes = [client.get(path).status_code for _ in range(31)]
    assert codes.count(429) == 1


def test_ids_follow_the_seed():
    """Equal seeds give equal ids, whatever the number of requests in between."""
    one, two = Ids(5), Ids(5)
    one.request()
    assert one.resource() == two.resource()
    assert one.secret(20) == two.secret(20)
    assert len(one.secret(20)) == 20
    assert Ids().resource() != Ids().resource()


def test_worlds_follow_the_seed():
    """The same seed and time make the same world; no seed makes another each time."""
    one, two = (seeded_world(3, clock=ManualClock(NOW)) for _ in range(2))
    assert one.identities == two.identities
    assert one.tenants == two.tenants
    assert seeded_world(None).identities != seeded_world(None).identities


def test_world_without_data():
    """Asked to, a world starts empty."""
    world = seeded_world(3, data=False)
    assert all(not tenant.apps and not tenant.buckets for tenant in world.tenants.values())


def test_clocks():
    """The system clock runs from where it was moved to; stamps have milliseconds."""
    clock = SystemClock()
    before = datetime.now(UTC)
    assert (clock.advance(3600) - before).total_seconds() >= 3600
    assert timestamp(NOW) == "2026-01-01T00:00:00.000Z"
    assert later(NOW, NOW) > NOW
