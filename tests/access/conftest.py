"""Settings of a target that the tests can bend."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.access.capability import CAPABILITIES
from conformance.access.settings import TargetSettings

Maker = Callable[..., TargetSettings]


@pytest.fixture
def make_settings() -> Maker:
    """Settings of a target that allows everything, with changes."""

    def make(**changes: Any) -> TargetSettings:
        facts: dict[str, Any] = {
            "base_url": "http://target.test",
            "name": "target.test",
            "project_id": "p1",
            "capabilities": frozenset(CAPABILITIES),
        }
        return TargetSettings(**{**facts, **changes})

    return make


@pytest.fixture
def side_by_side() -> Callable[..., None]:
    """Run the same script in several processes at once, to their end."""

    def run(script: str, processes: int, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", script, *arguments]
        workers = [subprocess.Popen(command, env=environment) for _ in range(processes)]
        assert [worker.wait(60) for worker in workers] == [0] * processes

    return run
