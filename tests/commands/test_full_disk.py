"""A report folder that fills up, or is gone: deletion goes on, the verdict is told, in one line."""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access.journal import Journal, RunHeader
from conformance.engine.run.config import RunConfig
from conformance.engine.run.session import Session
from conformance.errors import ConfigurationError
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer
from tests.labs import MakeLab
from tests.processes import unmeasured

ONLY = ("--only", "CreateApp", "--only", "DeleteApp", "--seed", "1")


class _Watching:
    """The reference; ``then`` is called once, at the third creation of an application."""

    def __init__(self) -> None:
        self.world = seeded_world(0)
        self._inner = create_app(self.world)
        self._created = 0
        self.then: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if (scope.get("method"), scope.get("path")) == ("POST", "/v2/apps"):
            self._created += 1
            if self._created == 3 and self.then is not None:
                self.then()
        await self._inner(scope, receive, send)

    def apps(self) -> set[str]:
        """Ids of every application of the tenant."""
        tenant = self.world.tenant_of(self.world.identities[0])
        return set(tenant.apps)


@pytest.fixture
def served() -> Iterator[tuple[_Watching, str]]:
    """The watching reference and its address."""
    watching = _Watching()
    with ReferenceServer(watching) as server:
        yield watching, server.base_url


def _run(
    watching: _Watching, url: str, folder: Path, *options: str, room: int | None = None
) -> subprocess.CompletedProcess[str]:
    """A run of which no file may be longer than ``room`` octets."""
    identity = watching.world.identities[0]
    known = {"SPARKRTC_TOKEN": identity.token, "SPARKRTC_PROJECT_ID": identity.project_id}

    def limit() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.run(
        [
            *(sys.executable, "-m", "conformance.cli", "run", url, *ONLY),
            *("--report-dir", str(folder), *options),
        ],
        env={**unmeasured(), **known},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        preexec_fn=limit,
    )


def _no_trace(done: subprocess.CompletedProcess[str]) -> None:
    for word in ("Traceback", "INTERNALERROR", "OSError"):
        assert word not in done.stdout + done.stderr


def test_no_room_for_the_journal(served: tuple[_Watching, str], tmp_path: Path) -> None:
    """Nothing more is created, what was made is deleted, and the report says why it ended."""
    watching, url = served
    before = watching.apps()
    done = _run(watching, url, tmp_path / "out", room=3000)
    _no_trace(done)
    assert done.returncode == 3, done.stderr
    assert "no journal could name what it makes" in done.stderr
    assert "report.json: cannot be written (File too large)" in done.stderr
    assert "Incomplete" in done.stdout
    assert "problem: ended early: POST /v2/apps" in done.stdout
    assert "reports in" in done.stdout
    assert watching.apps() == before


def test_no_room_for_the_report(served: tuple[_Watching, str], tmp_path: Path) -> None:
    """The verdict is printed, formats that find room are written, and the status is 2."""
    watching, url = served
    before = watching.apps()
    done = _run(watching, url, tmp_path / "out", "--format", "json,badge", room=60_000)
    _no_trace(done)
    assert done.returncode == 2, done.stderr
    assert "Conformant" in done.stdout
    assert "progress.jsonl: cannot be written (File too large)" in done.stdout
    assert "badge.svg" in done.stdout
    assert "report.json: cannot be written (File too large)" in done.stderr
    assert watching.apps() == before


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_folder_that_becomes_a_file(
    served: tuple[_Watching, str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Nothing can be written or read there any more; what was made is deleted by memory."""
    watching, url = served
    before = watching.apps()
    folder = tmp_path / "out"

    def pull_away() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.touch()

    watching.then = pull_away
    done = _run(watching, url, folder, *options)
    _no_trace(done)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "problem: ended early" in done.stdout
    assert watching.apps() == before


def test_a_folder_that_is_none_from_the_start(
    served: tuple[_Watching, str], tmp_path: Path
) -> None:
    """Plain pytest says so in one line as the command line does."""
    watching, url = served
    (tmp_path / "file").touch()
    identity = watching.world.identities[0]
    known = {"SPARKRTC_TOKEN": identity.token, "SPARKRTC_PROJECT_ID": identity.project_id}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--pyargs", "conformance.suite"),
            *(f"--sparkrtc-target={url}", f"--sparkrtc-report-dir={tmp_path / 'file'}"),
        ],
        env={**unmeasured(), **known},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        cwd=tmp_path,
    )
    _no_trace(done)
    assert done.returncode == 2
    assert "cannot be written to" in done.stdout + done.stderr


def test_without_a_journal_there_is_no_lab(make_lab: MakeLab, tmp_path: Path) -> None:
    """The second look for it fails as the first did, and nothing is sent without a journal."""
    lab, _ = make_lab()
    (tmp_path / "file").touch()
    config = RunConfig(target="http://127.0.0.1:9", report_dir=tmp_path / "file")
    session = Session(config, lab.reach)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="file"):
            _ = session.lab


def test_what_became_of_an_intention_is_remembered(tmp_path: Path) -> None:
    """Where the disk does not take it, this process knows it still; an intention is none then."""
    journal = Journal.create(tmp_path / "journal.jsonl", RunHeader("r", "p", "http://t"))
    first = journal.intend("app", "CreateApp", "p1")
    journal.path.unlink()
    with pytest.raises(ConfigurationError):
        journal.created(first, "a1")
    with pytest.raises(ConfigurationError):
        journal.intend("app", "CreateApp", "p2")
    (item,) = journal.pending()
    assert getattr(item, "id", None) == "a1"
    assert journal.header().prefix == "p"
    with pytest.raises(ConfigurationError):
        journal.settled(first, "deleted")
    assert journal.pending() == ()


def test_requests_are_counted_on_without_their_file(tmp_path: Path) -> None:
    """A budget whose file is gone for good counts in memory, and ends at its limit all the same."""
    program = """
import json, pathlib, sys
from conformance.access.budget import BudgetSpent, RequestBudget
folder = pathlib.Path(sys.argv[1]) / "f"
folder.mkdir()
budget = RequestBudget(5, folder / "budget")
budget.take(); budget.take()
for file in folder.iterdir(): file.unlink()
folder.rmdir(); folder.touch()
taken = 2
try:
    while True:
        budget.take(); taken += 1
except BudgetSpent:
    print(json.dumps(taken))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == 5


def test_a_journal_that_is_left_tells_cleanup_all(
    served: tuple[_Watching, str], tmp_path: Path
) -> None:
    """Whatever a full disk kept of a journal, nothing of it is deleted twice or wrongly."""
    watching, url = served
    identity = watching.world.identities[0]
    header = RunHeader("sparkconf-x-", "sparkconf-x-", url, identity.project_id)
    journal = Journal.create(tmp_path / "journal.jsonl", header)
    entry = journal.intend("app", "CreateApp", "sparkconf-x-1")
    token = {"X-Auth-Token": identity.token}
    app = httpx.post(f"{url}/v2/apps", json={"app_name": "sparkconf-x-1"}, headers=token).json()
    journal.created(entry, app["app_id"])
    before = watching.apps() - {app["app_id"]}
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", "cleanup", "--report-dir", str(tmp_path)],
        env={
            **unmeasured(),
            "SPARKRTC_TOKEN": identity.token,
            "SPARKRTC_PROJECT_ID": identity.project_id,
        },
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)),
    )
    _no_trace(done)
    assert done.returncode == 0, done.stderr
    assert watching.apps() == before
