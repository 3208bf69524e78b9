"""Whoever reads the output, and in whatever letters: the exit status is that of the run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.faults.registry import find_fault
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer
from tests.sampling import a_part

COMMAND = f"{sys.executable} -m conformance.cli"
FAULT = "ShowApp/path/app_id/known/accepted"
UNABLE = {"PYTHONIOENCODING": "ascii"}
PLAIN = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture(scope="module")
def broken() -> Iterator[dict[str, str]]:
    """A server with a fault: what the environment has to say of it."""
    world = seeded_world(0)
    with ReferenceServer(find_fault(FAULT).apply(world, create_app(world))) as server:
        identity = world.identities[0]
        yield {
            "SPARKRTC_BASE_URL": server.base_url,
            "SPARKRTC_TOKEN": identity.token,
            "SPARKRTC_PROJECT_ID": identity.project_id,
        }


def _shell(line: str, environment: dict[str, str]) -> tuple[list[int], str]:
    """The statuses of all parts of a pipe, and what came out of it."""
    done = subprocess.run(
        ["bash", "-c", f'{line}; echo "statuses ${{PIPESTATUS[*]}}"'],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=240,
        check=True,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    found = re.search(r"statuses ([\d ]+)", said)
    assert found is not None, said
    for word in ("Traceback", "BrokenPipe", "INTERNALERROR", "Exception ignored", "Unicode"):
        assert word not in said
    return [int(status) for status in found[1].split()], said


@pytest.mark.parametrize(
    "line",
    a_part(
        [
            f"{COMMAND} requirements | true",
            f"{COMMAND} requirements --lang zh | head -1",
            f"{COMMAND} errata --json | head -1",
            f"{COMMAND} nonsense 2>&1 | true",
            f"{COMMAND} --help | true",
            f"{COMMAND} requirements >&-",
        ],
        every=2,
    ),
)
def test_nobody_reads_to_the_end(line: str) -> None:
    """The status is that of the command, and nothing is said of the pipe."""
    statuses, _ = _shell(line, {})
    assert statuses[0] == (2 if "nonsense" in line else 0)


@pytest.mark.parametrize("pipe", a_part(["| head -1", "2>&1 | true", ">&- 2>&-"], every=3))
def test_a_run_that_nobody_reads_has_its_verdict(
    pipe: str, broken: dict[str, str], tmp_path: Path
) -> None:
    """Nonconformant is status 1, and conformant 0, whoever reads it."""
    folder = f"--report-dir {tmp_path} --seed 1"
    statuses, _ = _shell(f"{COMMAND} run --only 'ShowApp/path/*' {folder} {pipe}", broken)
    assert statuses[0] == 1
    statuses, _ = _shell(f"{COMMAND} run --only 'ShowApp/200/*' {folder} {pipe}", broken)
    assert statuses[0] == 0
    assert (tmp_path / "report.json").is_file()


@pytest.mark.parametrize("environment", [UNABLE, PLAIN], ids=["ascii", "C"])
def test_letters_that_the_terminal_has_not(
    environment: dict[str, str], broken: dict[str, str], tmp_path: Path
) -> None:
    """Chinese on a stdout of ASCII is spelled out; the verdict is the same."""
    folder = f"--report-dir {tmp_path} --seed 1 --lang zh"
    statuses, said = _shell(
        f"{COMMAND} run --only 'ShowApp/path/*' {folder}", {**broken, **environment}
    )
    assert statuses == [1]
    # A locale C is taken for C.UTF-8 (PEP 538) where nothing else is said.
    assert r"\u4e0d\u7b26\u5408" in said or "不符合" in said
    statuses, _ = _shell(f"{COMMAND} requirements --lang zh", environment)
    assert statuses == [0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_finds_no_room_is_an_error() -> None:
    """Half a list with status 0 would be taken for the whole."""
    statuses, said = _shell(f"{COMMAND} requirements > /dev/full", {})
    assert statuses == [2]
    assert "error: the output: cannot be written (No space left on device)" in said
