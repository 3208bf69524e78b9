"""``simulate``: a script of people in rooms, from which everything else follows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.errors import TargetUnreachable, UsageError
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, start_reference
from conformance.reference.simulation.player import Stage
from conformance.reference.simulation.script import read_script
from conformance.reference.world import World

LESSON = Path(__file__).parents[2] / "examples" / "simulation" / "lesson.yaml"


@pytest.fixture
def live() -> World:
    """A world of its own, with the machine's clock."""
    return seeded_world(3)


@pytest.fixture
def server(live: World) -> Iterator[ReferenceServer]:
    """It, served with its door open."""
    started = start_reference(live)
    yield started
    started.stop()


def _play(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from conformance.cli import main; main()", "simulate"]
    return subprocess.run(
        [*command, str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_lesson_is_seen_everywhere(live: World, server: ReferenceServer) -> None:
    """Jobs follow the room, recordings what is sent, statistics who was there."""
    app_id = next(iter(live.tenant_of(live.identities[0]).apps))
    identity = live.identities[0]
    client = httpx.Client(
        base_url=server.base_url, headers={"X-Auth-Token": identity.token}, trust_env=False
    )
    path = f"/v2/apps/{app_id}"
    rule = {
        "obs_addr": {
            "bucket": "rtc-records",
            "location": "cn-north-4",
            "project_id": identity.project_id,
        },
        "record_formats": ["MP4"],
        "mp4_config": {"record_cycle": 7200},
    }
    rule_id = client.post(f"{path}/record-rules", json=rule).json()["rule_id"]
    mode = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": rule_id}
    client.put(f"{path}/auto-record-mode", json=mode)
    client.put(f"{path}/record-callback", json={"url": "http://127.0.0.1:9/nobody"})
    done = _play(LESSON, "--target", server.base_url)
    assert done.returncode == 0, done.stderr
    assert "lesson-1: teacher join as publisher" in done.stdout
    assert "10 steps in 360 s; told so far: CLOUD_RECORD_SERVER_OVER ×2" in done.stdout
    jobs = live.tenant_of(identity).apps[app_id].jobs.values()
    now = live.clock.now()
    names = {job.stream_name.removeprefix(f"{app_id}_lesson-1_"): job.finished(now) for job in jobs}
    assert names == {"teacher_av_m": True, "teacher_v_a": True}
    rooms = [r for r in live.statistics.app(app_id).rooms() if r.room_id == "lesson-1"]
    assert [room.state for room in rooms] == ["CLOSED"]
    assert rooms[0].ended is not None
    assert rooms[0].ended - rooms[0].started in {310, 311}
    query = {"bucket": "rtc-records", "location": "cn-north-4", "type": "objects", "prefix": app_id}
    found = client.get("/v2/rtc-ops/buckets/objects", params=query).json()["objects"]
    assert len(found) >= 2
    client.close()


def test_time_may_be_waited_for(server: ReferenceServer) -> None:
    """With --wait the clock is left alone, and time passes as fast as is said."""
    slept: list[float] = []
    with Stage(server.base_url, moves=False, speed=10, sleep=slept.append) as stage:
        stage.play(read_script(LESSON), lambda *_: None)
    assert sum(slept) == pytest.approx(36)


STEP = {"at": 0, "who": "anna", "does": "join"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{**STEP, "does": "sing"}]}, "step 1.does"),
        ({"steps": [{**STEP, "at": -1}]}, "step 1.at"),
        ({"steps": [{**STEP, "streams": ["SMELL"]}]}, "step 1.streams"),
        ({"steps": [{**STEP, "colour": "red"}]}, "step 1.colour"),
        ({"room": None}, "step 1: names no room"),
        ({"steps": [{**STEP, "does": "leave"}]}, "step 1: anna is not in r"),
        ({"steps": [STEP, STEP]}, "step 2: anna is in r already"),
        ({"steps": [STEP, {**STEP, "does": "role"}]}, "step 2: names no role"),
        ({"app": ""}, "app"),
    ],
)
def test_a_script_that_cannot_be_played(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """The place and the problem are named, before anything is played."""
    file = tmp_path / "script.yaml"
    whole = {"app": "a", "room": "r", "steps": [STEP], **change}
    file.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_script(file)


@pytest.mark.parametrize("text", ["[", "- 1", "", "\x00"])
def test_what_is_no_script(tmp_path: Path, text: str) -> None:
    """One line, status 2, no traceback."""
    file = tmp_path / "script.yaml"
    file.write_text(text, encoding="utf-8")
    done = _play(file, "--target", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_where_there_is_no_door(live: World) -> None:
    """Nobody there, a reference without --control, a production host, an unknown application."""
    script = read_script(LESSON)
    with (
        Stage("http://127.0.0.1:9") as stage,
        pytest.raises(TargetUnreachable, match="serve --control"),
    ):
        stage.play(script, lambda *_: None)
    closed = start_reference(live, with_control=False)
    with Stage(closed.base_url) as stage, pytest.raises(TargetUnreachable, match="answered 404"):
        stage.play(script, lambda *_: None)
    closed.stop()
    assert _play(LESSON, "--target", "https://rtc-api.myhuaweicloud.com").returncode == 2


def test_an_application_that_is_not_there(server: ReferenceServer, tmp_path: Path) -> None:
    """Those that are there are named."""
    file = tmp_path / "script.yaml"
    text = LESSON.read_text(encoding="utf-8").replace("app: demo-classroom", "app: nobody's")
    file.write_text(text, encoding="utf-8")
    with Stage(server.base_url) as stage, pytest.raises(UsageError, match="demo-meeting"):
        stage.play(read_script(file), lambda *_: None)
