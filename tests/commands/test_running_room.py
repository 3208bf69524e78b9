"""Recordings of a room in which people already are, where nobody can be moved (14.6)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands.test_run import _served

_ROOM = """
from conformance.reference import participants
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

world = seeded_world(0)
tenant = world.tenant_of(world.identities[0])
app = next(iter(tenant.apps.values()))
streams = frozenset({{"AUDIO", "CAMERASTREAM"}} if {sends} else ())
role = "joiner" if {sends} else "player"
now = world.clock.now()
participants.be_there(world, tenant, app, "hall", "ann", role=role, streams=streams, now=now)
{more}
serve(app=create_app(world), world=world)
"""
_LOCAL = """
from conformance.faults.rules.notice_changes import body_changed, hours_off
body_changed("RECORD_FILE_COMPLETE", hours_off(8))(world)
"""
_TARGET = """
base_url = "{base_url}"
project_id = "{project_id}"
profile = "{profile}"
capabilities = ["writes", "jobs", "obs", "statistics", "callback", "running-room"]
[fixtures]
app_id = "{app}"
room_id = "hall"
user_id = "ann"
"""
ENDED = {"fail", "warn", "inconclusive", "blocked"}


def _judged(folder: Path, program: str, profile: str = "emulator") -> tuple[Any, Any, Any]:
    """The report of one run, and the application as it was shown before and after it."""
    target = folder / "target.toml"
    with _served(program) as told:
        app = told["fixtures"]["app_id"]
        text = _TARGET.format(**told, app=app, profile=profile)
        target.write_text(text)
        at = f"{told['base_url']}/v2/apps/{app}/record-callback"
        headers = {"X-Auth-Token": told["token"], "Content-Type": "application/json"}
        httpx.put(at, headers=headers, json={"url": "http://before.example/", "auth_key": "k" * 32})
        before = httpx.get(at, headers=headers).json()["record_callback"]
        subprocess.run(
            [
                *(sys.executable, "-m", "conformance.cli", "run", "--target", str(target)),
                *("--only", "recordEvent/*", "--report-dir", str(folder), "--format", "json"),
            ],
            env={"PATH": "/usr/bin:/bin", "SPARKRTC_TOKEN": told["token"]},
            capture_output=True,
            timeout=200,
            check=False,
        )
        after = httpx.get(at, headers=headers).json()["record_callback"]
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report, before, after


@pytest.mark.parametrize(("more", "broken"), [("", set()), (_LOCAL, {"times-in-utc"})])
def test_a_room_that_is_running_is_recorded(tmp_path: Path, more: str, broken: set[str]) -> None:
    """Most of 14.6 is judged; the callback is afterwards what it was."""
    report, before, after = _judged(tmp_path, _ROOM.format(sends=True, more=more))
    verdicts = {one["id"]: one["verdict"] for one in report["requirements"]}
    events = {name: said for name, said in verdicts.items() if name.startswith("recordEvent/")}
    failed = {name.rpartition("/")[2] for name, said in events.items() if said == "fail"}
    assert failed == broken
    assert sum(said == "pass" for said in events.values()) >= 55
    assert (after["url"], after["auth_key"]) == (before["url"], before["auth_key"])


@pytest.mark.parametrize(("sends", "profile"), [(False, "emulator"), (True, "live")])
def test_where_nothing_can_be_recorded_nothing_is_judged(
    tmp_path: Path, sends: bool, profile: str
) -> None:
    """Somebody who only watches, and an account in real use: not applicable, with the reason."""
    report, before, after = _judged(tmp_path, _ROOM.format(sends=sends, more=""), profile)
    events = [one for one in report["requirements"] if one["id"].startswith("recordEvent/")]
    assert {one["verdict"] for one in events} == {"not-applicable"}
    assert (after["url"], after["update_time"] == before["update_time"]) == (
        before["url"],
        profile == "live",
    )
