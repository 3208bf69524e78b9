"""A run that passes its time ends orderly: interrupted, with its reason, and all deleted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.access.budget import BudgetSpent, TimeBudget
from conformance.engine.run.config import RunConfig
from conformance.errors import UsageError
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer
from tests.labs import MakeLab

SECONDS = 2.0


def test_time_is_over_once_and_deletion_has_all_it_needs() -> None:
    """Nothing is refused before, everything after, and nothing once the limit is lifted."""
    now = [100.0]
    budget = TimeBudget(10, "--duration", lambda: now[0])
    now[0] = 109.9
    budget.check()
    assert budget.left == pytest.approx(0.1)
    now[0] = 110.0
    with pytest.raises(BudgetSpent, match=r"all 10 s that it may take are over; raise --duration"):
        budget.check()
    budget.lift()
    budget.check()
    TimeBudget(None).check()


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_what_is_no_time(value: float) -> None:
    """One line says so."""
    with pytest.raises(UsageError, match="--duration"):
        RunConfig(duration=value)


def test_a_request_after_the_time_is_not_sent(make_lab: MakeLab) -> None:
    """The lab asks before each request, also of those that it sends together."""
    lab, requests = make_lab()
    app = lab.resources.get("app")
    lab.time = TimeBudget(0.000001)
    time.sleep(0.01)
    count = len(requests)
    with pytest.raises(BudgetSpent):
        lab.resources.fresh("app")
    assert len(requests) == count
    lab.time.lift()
    assert lab.resources.clean() == []
    assert requests[-1].url.path.endswith(app)


class _Slow:
    """The reference, a tenth of a second late."""

    def __init__(self) -> None:
        self.world = seeded_world(0)
        self._inner = create_app(self.world)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        time.sleep(0.1)
        await self._inner(scope, receive, send)

    def apps(self) -> set[str]:
        """Ids of every application of the tenant."""
        return set(self.world.tenant_of(self.world.identities[0]).apps)


@pytest.mark.parametrize("told", ["file", "option", "processes"])
def test_a_run_has_a_limit_of_its_own(told: str, tmp_path: Path) -> None:
    """Status 3, the reason in the report, and no application is left."""
    slow = _Slow()
    identity = slow.world.identities[0]
    with ReferenceServer(slow) as server:
        before = slow.apps()
        target = tmp_path / "t.toml"
        limit = f"[limits]\nduration = {SECONDS}\n" if told == "file" else ""
        target.write_text(
            f'base_url = "{server.base_url}"\nproject_id = "{identity.project_id}"\n'
            f'profile = "emulator"\n{limit}',
            encoding="utf-8",
        )
        options = [] if told == "file" else ["--duration", str(SECONDS)]
        options += ["-n", "2"] if told == "processes" else []
        done = subprocess.run(
            [
                *(sys.executable, "-m", "conformance.cli", "run", "--target", str(target)),
                *("--report-dir", str(tmp_path / "out"), "--only", "*App", "--seed", "1", *options),
            ],
            env={**os.environ, "SPARKRTC_TOKEN": identity.token},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        after = slow.apps()
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "s that it may take are over" in done.stderr
    assert after == before
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["run"]["interrupted"] is True
    assert report["run"]["problems"][0].startswith("ended early: the run: all ")
    assert not any("not deleted" in text for text in report["run"]["problems"])
