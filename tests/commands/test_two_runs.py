"""Two runs at a time with one seed on one server, and servers that answer wrong ids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.access.journal import Journal, RunHeader
from conformance.engine.run.folder_lock import lock_folder
from conformance.faults.middleware import read_all
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer

PREFIX = "sparkconf-left-"


class Watching:
    """The reference; who has made which application, and who has sent what else to which.

    ``wrong``: creations of applications answer an id that is not the one they made.
    """

    def __init__(self, *, wrong: bool = False) -> None:
        self.world = seeded_world(0)
        self.made: dict[str, set[str]] = {}
        self.changed: dict[str, set[str]] = {}
        self.turns: list[str] = []
        self._inner = create_app(self.world)
        self._wrong = wrong

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, and note it."""
        run = dict(scope["headers"]).get(b"x-run", b"").decode()
        method, parts = scope["method"], scope["path"].split("/")
        self.turns.append(run)
        if method != "GET" and len(parts) > 3 and parts[2] == "apps":
            self.changed.setdefault(run, set()).add(parts[3])
        body = await read_all(receive)
        messages: list[Any] = []

        async def again() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def gather(message: Any) -> None:
            messages.append(message)

        await self._inner(scope, again, gather)
        if (method, scope["path"]) == ("POST", "/v2/apps") and messages[0]["status"] == 201:
            self._created(run, messages)
        for message in messages:
            await send(message)

    def _created(self, run: str, messages: list[Any]) -> None:
        answer = json.loads(messages[1]["body"])
        self.made.setdefault(run, set()).add(answer["app_id"])
        if self._wrong:
            answer["app_id"] = answer["app_id"][::-1]
            messages[1]["body"] = json.dumps(answer).encode()
            headers = [pair for pair in messages[0]["headers"] if pair[0] != b"content-length"]
            messages[0]["headers"] = headers

    def apps(self) -> set[str]:
        """Ids of every application of the tenant."""
        return set(self.world.tenant_of(self.world.identities[0]).apps)

    def target(self, url: str, folder: Path, name: str) -> Path:
        """A target file whose requests carry a name."""
        path = folder / f"{name}.toml"
        project = self.world.identities[0].project_id
        path.write_text(
            f'base_url = "{url}"\nproject_id = "{project}"\nprofile = "emulator"\n'
            f'[headers]\nX-Run = "{name}"\n',
            encoding="utf-8",
        )
        return path

    def start(self, target: Path, folder: Path, *options: str) -> subprocess.Popen[str]:
        """Begin a run."""
        chosen = ("--only", "CreateApp", "--only", "*App", "--seed", "7", "--level", "quick")
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "conformance.cli", "run", "--target", str(target)),
                *("--report-dir", str(folder), *chosen, *options),
            ],
            env={**os.environ, "SPARKRTC_TOKEN": self.world.identities[0].token},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def cleanup(self, folder: Path) -> subprocess.CompletedProcess[str]:
        """Undo what a journal in the folder names."""
        identity = self.world.identities[0]
        known = {"SPARKRTC_TOKEN": identity.token, "SPARKRTC_PROJECT_ID": identity.project_id}
        return subprocess.run(
            [sys.executable, "-m", "conformance.cli", "cleanup", "--report-dir", str(folder)],
            env={**os.environ, **known},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def _serving(*, wrong: bool = False) -> Iterator[tuple[Watching, str]]:
    watching = Watching(wrong=wrong)
    with ReferenceServer(watching) as server:
        yield watching, server.base_url


@pytest.mark.parametrize("end", ["whole", "killed"])
def test_two_runs_with_one_seed_keep_their_hands_off_each_other(end: str, tmp_path: Path) -> None:
    """Each changes what it has made itself; a killed one's cleanup takes none of the other's."""
    with _serving() as (watching, url):
        before = watching.apps()
        runs = {
            name: watching.start(watching.target(url, tmp_path, name), tmp_path / name)
            for name in ("a", "b")
        }
        if end == "killed":
            while not watching.made.get("a") or not watching.made.get("b"):
                assert runs["a"].poll() is None
            runs["a"].kill()
            done = watching.cleanup(tmp_path / "a")
            assert done.returncode == 0, done.stdout + done.stderr
        told = {name: run.communicate(timeout=240) for name, run in runs.items()}
        made_by = dict(watching.made)
    assert runs["b"].returncode == 0, told["b"]
    assert end == "killed" or runs["a"].returncode == 0, told["a"]
    assert all(made_by[name] for name in runs)
    overlap = "".join(watching.turns)
    if "ab" not in overlap or "ba" not in overlap:
        pytest.skip("one run was over before the other began: this machine is busy")
    changed_by_b = watching.changed.pop("b")
    changed_by_a_and_its_cleanup = set().union(*watching.changed.values())
    assert not changed_by_a_and_its_cleanup & (made_by["b"] | before)
    assert not changed_by_b & (made_by["a"] | before)
    assert watching.apps() == before


def test_one_run_at_a_time_in_a_folder(tmp_path: Path) -> None:
    """A second run, and cleanup, are told that one is at work there; they touch nothing."""
    with _serving() as (watching, url):
        header = RunHeader(PREFIX, PREFIX, url, watching.world.identities[0].project_id)
        journal = Journal.create(tmp_path / "journal.jsonl", header)
        journal.intend("app", "CreateApp", f"{PREFIX}1")
        noted = journal.path.read_bytes()
        lock = lock_folder(tmp_path)
        second = watching.start(watching.target(url, tmp_path, "b"), tmp_path)
        said = second.communicate(timeout=120)
        cleaned = watching.cleanup(tmp_path)
        lock.release()
    assert second.returncode == 2, said
    assert "another run is writing to it; wait until it ends" in said[1]
    assert cleaned.returncode == 2
    assert "another run is writing to it" in cleaned.stderr
    assert journal.path.read_bytes() == noted
    assert watching.made == {}


def test_wrong_ids_are_named_in_the_end(tmp_path: Path) -> None:
    """What carries our prefix is listed and named, and so is the id that was never shown."""
    with _serving(wrong=True) as (watching, url):
        before = watching.apps()
        run = watching.start(watching.target(url, tmp_path, "a"), tmp_path / "a")
        out, _ = run.communicate(timeout=240)
        left = watching.apps() - before
    assert run.returncode == 1
    report = json.loads((tmp_path / "a" / "report.json").read_text(encoding="utf-8"))
    problems = report["run"]["problems"]
    assert left
    for app in left:
        if app != app[::-1]:
            assert any(f"'{app}' named 'sparkconf-" in text for text in problems), problems
    assert any("never shown under that id" in text for text in problems)
    assert "problem: not deleted:" in out
    assert not watching.changed.get("a", set()) & before


def test_cleanup_names_the_id_that_was_never_shown(tmp_path: Path) -> None:
    """A 404 says that a thing is gone only where it was there before."""
    with _serving() as (watching, url):
        header = RunHeader(PREFIX, PREFIX, url, watching.world.identities[0].project_id)
        journal = Journal.create(tmp_path / "journal.jsonl", header)
        for number, shown in (("1", False), ("2", True)):
            entry = journal.intend("app", "CreateApp", f"{PREFIX}{number}")
            journal.created(entry, number * 32)
            if shown:
                journal.seen(entry)
        first, second = watching.cleanup(tmp_path), watching.cleanup(tmp_path)
    assert first.returncode == 1, first.stdout + first.stderr
    assert first.stderr.count("left: ") == 1
    assert f"left: app '{'1' * 32}': answered to its creation, and never shown" in first.stderr
    assert f"app {'2' * 32}: gone already" in first.stdout
    assert second.returncode == 0
    assert not journal.path.exists()


def test_what_cleanup_has_deleted_by_name_is_gone_by_its_id(tmp_path: Path) -> None:
    """One thing that two entries mean, the later one without an id, is not said to be left."""
    with _serving() as (watching, url):
        before = watching.apps()
        identity = watching.world.identities[0]
        header = RunHeader(PREFIX, PREFIX, url, identity.project_id)
        journal = Journal.create(tmp_path / "journal.jsonl", header)
        first = journal.intend("app", "CreateApp", f"{PREFIX}taken")
        sent = {"headers": {"X-Auth-Token": identity.token}, "json": {"app_name": f"{PREFIX}taken"}}
        journal.created(first, httpx.post(f"{url}/v2/apps", **sent).json()["app_id"])
        journal.intend("app", "CreateApp", f"{PREFIX}taken")
        done = watching.cleanup(tmp_path)
        assert watching.apps() == before
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left:" not in done.stderr
