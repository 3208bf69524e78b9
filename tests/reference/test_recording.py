"""Recording: files, objects and events follow from who sends what in a room (6, 7, 12, 14.6)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from conformance.reference.clock import ManualClock
from conformance.reference.recording import courier
from conformance.reference.world import World

KEY = "k" * 32


class Listener:
    """A customer's address; ``answers`` are the statuses that it gives, the last one for ever."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers = [200]
        self.may_answer = threading.Event()
        self.may_answer.set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.got.append(json.loads(body))
                listener.headers.append({k.lower(): v for k, v in self.headers.items()})
                listener.may_answer.wait(60)
                answers = listener.answers
                self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, number: int) -> list[dict[str, Any]]:
        """What came, once that many have come."""
        deadline = time.monotonic() + 60
        while len(self.got) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.got

    def kinds(self, number: int) -> list[str]:
        """The events that came."""
        return [one["event_type"] for one in self.wait(number)]


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on a free port."""
    one = Listener()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def recorded_rule(client: httpx.Client, world: World, app: str) -> str:
    """A rule that records a minute each into a bucket that is there."""
    body = {
        "obs_addr": {
            "bucket": "rtc-records",
            "location": "cn-north-4",
            "project_id": world.identities[0].project_id,
            "object": "Record/",
        },
        "record_formats": ["MP4"],
        "mp4_config": {"record_cycle": 60},
    }
    answer = client.post(f"{app}/record-rules", json=body)
    assert answer.status_code == 201
    return str(answer.json()["rule_id"])


def _called(client: httpx.Client, app: str, url: str, key: str = KEY) -> None:
    body = {"url": url, "auth_key": key}
    assert client.put(f"{app}/record-callback", json=body).status_code == 200


def _user(client: httpx.Client, app_id: str, user: str, **how: Any) -> None:
    path = f"/_control/rooms/{app_id}/room1/users/{user}"
    assert client.put(path, json=how).status_code == 200


def _job(client: httpx.Client, app: str, rule: str, user: str = "anna") -> dict[str, Any]:
    body = {"room_id": "room1", "user_id": user, "record_param": {"record_rule_id": rule}}
    answer = client.post(f"{app}/individual-stream-jobs", json=body)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def _objects(client: httpx.Client, prefix: str = "Record/") -> list[str]:
    query = {
        "bucket": "rtc-records",
        "location": "cn-north-4",
        "type": "objects",
        "prefix": prefix,
    }
    answer = client.get("/v2/rtc-ops/buckets/objects", params=query)
    return [one["file_name"] for one in answer.json()["objects"]]


def _advance(client: httpx.Client, seconds: float) -> None:
    assert client.post("/_control/advance", json={"seconds": seconds}).status_code == 200


def test_a_job_records_and_tells(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """A minute each, the object listed, the end told once; with the key in a header."""
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    job = _job(client, app, recorded_rule)
    _advance(client, 100)
    client.delete(f"{app}/individual-stream-jobs/{job['job_id']}")
    start, complete = "RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE"
    kinds = [start, complete, start, complete, "CLOUD_RECORD_SERVER_OVER"]
    assert listener.kinds(5) == kinds
    done = [one for one in listener.got if one["event_type"] == complete]
    assert [one["record_duration"] for one in done] == [60, 40]
    assert {one["obs_object"] for one in done} <= set(_objects(client))
    stem = f"Record/{app_id}/MP4/{job['stream_name']}_20260304050607"
    assert done[0]["obs_object"] == f"{stem}/{job['stream_name']}_20260304050607.mp4"
    assert (done[0]["width"], done[0]["height"]) == (1920, 1080)
    assert {headers["authorization"] for headers in listener.headers} == {KEY}


def test_without_a_key_no_header_says_who_calls(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """Table 8-6: no key, no authentication header."""
    _called(client, app, listener.url, "")
    _user(client, app_id, "anna")
    _job(client, app, recorded_rule)
    _advance(client, 1)
    listener.wait(1)
    assert listener.headers
    assert "authorization" not in listener.headers[0]


def test_silence_ends_a_file_and_the_room_the_job(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """Muted, the file is complete; back again, another begins; gone, the job ends when idle."""
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    _job(client, app, recorded_rule)
    _advance(client, 10)
    _user(client, app_id, "anna", streams=[])
    assert listener.kinds(2) == ["RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE"]
    _advance(client, 5)
    _user(client, app_id, "anna", streams=["AUDIO"])
    assert client.delete(f"/_control/rooms/{app_id}/room1/users/anna").status_code == 204
    _advance(client, 29)
    assert len(listener.wait(4)) == 4
    _advance(client, 2)
    assert listener.kinds(5)[-1] == "CLOUD_RECORD_SERVER_OVER"
    assert client.get(f"/_control/rooms/{app_id}").json() == {"rooms": {}}


def test_who_only_watches_is_not_recorded(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """A player sends nothing, and does not keep a job alive (9.1, 10.1)."""
    _called(client, app, listener.url)
    _user(client, app_id, "anna", role="player")
    job = _job(client, app, recorded_rule)
    _advance(client, 31)
    shown = client.get(f"{app}/individual-stream-jobs/{job['job_id']}").json()
    assert shown["stop_reason"] == "EXCEED_MAX_IDLE_TIME"
    assert listener.kinds(1) == ["CLOUD_RECORD_SERVER_OVER"]


def test_interruptions_are_joined(
    client: httpx.Client, world: World, app: str, app_id: str, rule: dict[str, Any]
) -> None:
    """HLS: one file in spite of an interruption, a playlist and slices of ten seconds."""
    rule["obs_addr"] = {
        "bucket": "rtc-records",
        "location": "cn-north-4",
        "project_id": world.identities[0].project_id,
    }
    rule["record_formats"] = ["HLS"]
    rule["hls_config"] = {
        "record_cycle": 0,
        "record_max_duration_to_merge_file": 60,
        "record_prefix": "live/{record_format}/{file_start_time}",
    }
    made = client.post(f"{app}/record-rules", json=rule).json()
    _user(client, app_id, "anna")
    job = _job(client, app, made["rule_id"])
    _advance(client, 20)
    _user(client, app_id, "anna", streams=[])
    _advance(client, 20)
    _user(client, app_id, "anna")
    _advance(client, 20)
    client.delete(f"{app}/individual-stream-jobs/{job['job_id']}")
    found = _objects(client, "live/")
    assert [name.rpartition(".")[2] for name in found] == ["ts"] * 6 + ["m3u8"]
    assert found[-1] == "live/HLS/20260304050607.m3u8"


@pytest.mark.parametrize("format_", ["MP4", "HLS"])
def test_a_clock_that_is_moved_by_years_fills_no_memory(
    client: httpx.Client, world: World, app: str, app_id: str, rule: dict[str, Any], format_: str
) -> None:
    """A recording that goes on for ten years leaves its last files, and comes to its end."""
    rule["obs_addr"] = {
        "bucket": "rtc-records",
        "location": "cn-north-4",
        "project_id": world.identities[0].project_id,
    }
    rule["record_formats"] = [format_]
    cycle = 60 if format_ == "MP4" else 0
    prefix = "long/{file_start_time}"
    rule[f"{format_.lower()}_config"] = {"record_cycle": cycle, "record_prefix": prefix}
    made = client.post(f"{app}/record-rules", json=rule).json()
    _user(client, app_id, "anna")
    _job(client, app, made["rule_id"])
    _advance(client, 10 * 365 * 86400)
    client.delete(f"/_control/rooms/{app_id}/room1/users/anna")
    place = (world.identities[0].project_id, "rtc-records", "cn-north-4")
    assert 1000 < len(world.recorder.stored(place)) <= 20_001


def test_rooms_that_are_new_are_recorded_automatically(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """7.1: camera with sound and screen without, each with its name; older rooms are not."""
    _called(client, app, listener.url)
    _user(client, app_id, "early")
    body = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": recorded_rule}
    assert client.put(f"{app}/auto-record-mode", json=body).status_code == 200
    _user(client, app_id, "late")
    path = f"/_control/rooms/{app_id}/room2/users/anna"
    client.put(path, json={"streams": ["AUDIO", "CAMERASTREAM", "SCREENSTREAM"]})
    _advance(client, 1)
    names = [one["stream_name"] for one in listener.wait(2)]
    assert names == [f"{app_id}_room2_anna_av_m", f"{app_id}_room2_anna_v_a"]


def test_nothing_is_recorded_where_nothing_can_be_written(
    client: httpx.Client, app: str, app_id: str, rule_id: str, listener: Listener
) -> None:
    """A bucket that is not there takes no file; the end is told all the same."""
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    job = _job(client, app, rule_id)
    _advance(client, 10)
    client.delete(f"{app}/individual-stream-jobs/{job['job_id']}")
    assert listener.kinds(1) == ["CLOUD_RECORD_SERVER_OVER"]


def test_a_mix_tells_its_own_size(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, listener: Listener
) -> None:
    """The picture of a mix is that of its template; a rule is changed while it records."""
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    body = {
        "mix_param": {
            "room_id": "room1",
            "encode_template": "1280*720_30_1710",
            "layout_template": "nine_grids_view",
        },
        "record_param": {"record_rule_id": recorded_rule},
    }
    job = client.post(f"{app}/mix-stream-jobs", json=body).json()
    _advance(client, 5)
    client.delete(f"{app}/mix-stream-jobs/{job['job_id']}")
    done = listener.wait(3)[1]
    assert (done["width"], done["height"], done["job_id"]) == (1280, 720, job["job_id"])


def test_a_receiver_that_fails_is_tried_again(
    client: httpx.Client,
    app: str,
    app_id: str,
    recorded_rule: str,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three attempts at most, in order; the API does not wait, and the door shows how it went."""
    monkeypatch.setattr(courier, "PAUSES", (0.01, 0.01))
    listener.answers = [500, 503, 200, 500]
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    job = _job(client, app, recorded_rule)
    listener.may_answer.clear()
    _advance(client, 1)
    client.delete(f"{app}/individual-stream-jobs/{job['job_id']}")
    assert listener.answers == [500, 503, 200, 500]
    listener.may_answer.set()
    listener.wait(9)
    _settled(client, app_id, 3)
    told = client.get("/_control/deliveries", params={"app_id": app_id}).json()["deliveries"]
    assert [one["state"] for one in told] == ["delivered", "failed", "failed"]
    assert [(one["attempts"], one["status"]) for one in told] == [(3, 200), (3, 500), (3, 500)]
    assert client.get("/_control/deliveries", params={"app_id": "x"}).json() == {"deliveries": []}


def _settled(client: httpx.Client, app_id: str, number: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = client.get("/_control/deliveries", params={"app_id": app_id})
        told = answer.json()["deliveries"]
        if len(told) == number and all(one["state"] != "waiting" for one in told):
            return
        time.sleep(0.01)


def test_an_address_that_was_changed_is_left_alone(
    client: httpx.Client,
    app: str,
    app_id: str,
    recorded_rule: str,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even a notice that is tried again is not taken to an address that was replaced."""
    monkeypatch.setattr(courier, "PAUSES", (0.3, 0.3))
    listener.answers = [500]
    _called(client, app, listener.url)
    _user(client, app_id, "anna")
    _job(client, app, recorded_rule)
    _advance(client, 1)
    listener.wait(1)
    _called(client, app, "http://127.0.0.1:9/elsewhere")
    _settled(client, app_id, 1)
    told = client.get("/_control/deliveries", params={"app_id": app_id}).json()["deliveries"]
    assert [one["state"] for one in told] == ["withdrawn"]
    assert len(listener.got) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_control/rooms/none/r/users/u", {}, 404),
        ("/_control/rooms/{app}/r/users/u", {"role": "king"}, 400),
        ("/_control/rooms/{app}/r/users/u", {"streams": ["SMELL"]}, 400),
    ],
)
def test_the_door_refuses_what_it_does_not_know(
    client: httpx.Client, app_id: str, path: str, body: dict[str, Any], status: int
) -> None:
    """Unknown applications, roles and streams are refused as everywhere."""
    assert client.put(path.format(app=app_id), json=body).status_code == status
    assert client.delete(f"/_control/rooms/{app_id}/r/users/nobody").status_code == 404


def test_the_statistics_show_who_joined(client: httpx.Client, app_id: str, world: World) -> None:
    """Chapter 13 knows the room and its users, from the moment they join."""
    _user(client, app_id, "anna")
    assert isinstance(world.clock, ManualClock)
    sessions = world.statistics.app(app_id).sessions
    assert [(it.uid, it.room_id, it.state) for it in sessions] == [("anna", "room1", "ONLINE")]
    assert [room.state for room in world.statistics.app(app_id).rooms()] == ["RUNNING"]


def test_what_is_recorded_counts_as_usage(
    client: httpx.Client, app: str, app_id: str, recorded_rule: str, world: World
) -> None:
    """13.7 counts who was recorded, and nobody who was only there."""
    _user(client, app_id, "anna")
    _user(client, app_id, "bert")
    _job(client, app, recorded_rule)
    _advance(client, 3600)
    for user in ("anna", "bert"):
        assert client.delete(f"/_control/rooms/{app_id}/room1/users/{user}").status_code == 204
    _advance(client, 72000)
    today = world.clock.now().date()
    window = {"start_date": str(today - timedelta(days=2)), "end_date": str(today)}
    seconds = {}
    for metric in ("CommunicationDuration", "RecordDuration", "TranscodeDuration"):
        query = {"app": app_id, "metric": metric, **window}
        path = f"/v1/{world.identities[0].project_id}/rtc/history/usage"
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        rows = answer.json()["usage"]
        seconds[metric] = sum(row["total_duration"] for row in rows)
    assert seconds == {
        "CommunicationDuration": 7200,
        "RecordDuration": 3600,
        "TranscodeDuration": 0,
    }
