"""Runs of several cases at a time: the same verdicts as one after the other, right or wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from conformance.engine.wire.endpoint import reach_embedded
from conformance.faults.registry import find_fault
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

SELECTED = ("CreateApp", "ListApps", "ShowApp")


@contextmanager
def _served(fault: str | None) -> Iterator[dict[str, Any]]:
    """A fresh reference, with or without a fault."""
    world = seeded_world(0)
    app: ASGIApp = create_app(world, with_control=True)
    if fault is not None:
        app = find_fault(fault).apply(world, app)
    with ReferenceServer(app) as server:
        yield announcement(world, server.base_url)


def _judged(folder: Path, fault: str | None, count: int) -> tuple[dict[str, str], list[str]]:
    """Verdicts by requirement, and the requirements that there are findings of."""
    folder.mkdir()
    with _served(fault) as announced:
        claimed = sorted(reach_embedded(announced).settings.capabilities)
        target = (
            f'base_url = "{announced["base_url"]}"\nproject_id = "{announced["project_id"]}"\n'
            f'profile = "emulator"\ncapabilities = {json.dumps(claimed)}\n'
            f'[fixtures]\nclock_url = "{announced["base_url"]}/_control/advance"\n'
        )
        (folder / "target.toml").write_text(target, encoding="utf-8")
        command = [sys.executable, "-m", "conformance.cli", "run", "--target", "target.toml"]
        command += ["--concurrency", str(count), "--report-dir", ".", "--seed", "1"]
        command += [part for glob in SELECTED for part in ("--only", glob)]
        env = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "SPARKRTC_TOKEN": announced["token"],
            "HUAWEICLOUD_SDK_AK": announced["ak"],
            "HUAWEICLOUD_SDK_SK": announced["sk"],
            "SPARKRTC_SECOND_TOKEN": announced["second"]["token"],
            "SPARKRTC_SECOND_PROJECT_ID": announced["second"]["project_id"],
        }
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=200, check=False
        )
    assert done.returncode in {0, 1, 4}, done.stdout + done.stderr
    assert list(folder.glob("journal*")) == []
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["run"]["problems"] == []
    verdicts = {one["id"]: one["verdict"] for one in report["requirements"]}
    return verdicts, sorted(one["requirement"] for one in report["findings"])


@pytest.mark.parametrize(
    "fault",
    [None, "CreateApp/body/app_name/required/500", "ListApps/200/apps[].app_id/dropped"],
)
def test_several_at_a_time_judge_as_one_after_the_other(tmp_path: Path, fault: str | None) -> None:
    """The same verdicts and findings, nothing left behind, and no journal."""
    alone = _judged(tmp_path / "alone", fault, 1)
    several = _judged(tmp_path / "several", fault, 8)
    assert several == alone
    assert bool(alone[1]) == (fault is not None)
