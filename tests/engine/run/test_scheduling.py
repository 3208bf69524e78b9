"""Under flow control each item has its process: statistics and rooms in one, all else apart."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.access.embedded import EmbeddedReference
from conformance.contract.document import load_contract
from conformance.engine.run.scheduling import shard_of
from conformance.plugin.xdist import _flow_group

if TYPE_CHECKING:
    from pathlib import Path

RAN = re.compile(r"^\[(gw\d)\] .*?((?:generated|rules)/\S+\.py::\S+)", re.MULTILINE)
CONTRACT = load_contract()


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("generated/test_generated.py::test_generated[ListApps/query/limit/maximum~above]", "rest"),
        ("generated/test_generated.py::test_generated[ListRtcEvent/accepts/full]", "statistics"),
        ("generated/test_generated.py::test_generated[RemoveRoom/auth/wrong-token]", "statistics"),
        ("generated/test_random_requests.py::test_random_requests[ListRtcEvent]", "statistics"),
        (
            "rules/statistics/test_windows.py::test_a_span_that_is_over[ListRtcRoomList]",
            "statistics",
        ),
        ("rules/rooms/test_rooms.py::test_a_room_is_dismissed", "statistics"),
        ("rules/jobs/test_start.py::test_a_disabled_application[CreateMixJob]", "rest"),
        ("rules/examples/test_examples.py::test_the_worked_example_runs[mix-recording]", "rest"),
    ],
)
def test_the_lane_of_an_item(nodeid: str, name: str) -> None:
    """The operation in the id decides; a rule without one belongs to its chapter's file."""
    assert shard_of(nodeid, CONTRACT, _flow_group(nodeid)) == name


def test_each_process_keeps_to_its_lane(tmp_path: Path) -> None:
    """Two processes under flow control: no operation's items are spread over both."""
    only = [f"--sparkrtc-only={name}/query/*" for name in ("ListApps", "ListRtcRoomList")]
    with EmbeddedReference() as reference:
        told = reference.announced
        target = tmp_path / "target.toml"
        target.write_text(
            f"base_url = {json.dumps(told['base_url'])}\n"
            f"project_id = {json.dumps(told['project_id'])}\n"
            'profile = "emulator"\n[limits]\nflow_control = true\nscale = 60\n',
            encoding="utf-8",
        )
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "--pyargs",
                "conformance.suite",
                "-v",
                "-n",
                "2",
                "--sparkrtc-target",
                target,
                *only,
                f"--sparkrtc-report-dir={tmp_path / 'out'}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "SPARKRTC_TOKEN": told["token"]},
        )
    ran = RAN.findall(done.stdout)
    lanes = {(worker, shard_of(item, CONTRACT, _flow_group(item))) for worker, item in ran}
    assert len(ran) > 30, done.stdout + done.stderr
    assert len(lanes) == len({worker for worker, _ in lanes}) == 2
