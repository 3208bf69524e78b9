"""Cleanup: what an interrupted run left is deleted, by its journal and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from conformance.access.journal import Journal, RunHeader
from conformance.cli import cli
from conformance.errors import ConformanceError
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer

PREFIX = "sparkconf-left-"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The reference at an address, with its credentials in the environment."""
    world = seeded_world(0)
    identity = world.identities[0]
    for name in [n for n in os.environ if n.startswith(("SPARKRTC_", "HUAWEICLOUD_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SPARKRTC_TOKEN", identity.token)
    monkeypatch.setenv("SPARKRTC_PROJECT_ID", identity.project_id)
    token = {"X-Auth-Token": identity.token}
    with (
        ReferenceServer(create_app(world)) as server,
        httpx.Client(base_url=server.base_url, headers=token) as made,
    ):
        yield made


def _left(client: httpx.Client, folder: Path, name: str) -> tuple[Journal, str]:
    """A journal that says that an application of that name was created."""
    url = str(client.base_url).rstrip("/")
    header = RunHeader(PREFIX, PREFIX, url, os.environ["SPARKRTC_PROJECT_ID"])
    journal = Journal.create(folder / "journal.jsonl", header)
    app = str(client.post("/v2/apps", json={"app_name": name}).json()["app_id"])
    entry = journal.intend("app", "CreateApp", f"{PREFIX}1", {})
    journal.created(entry, app)
    return journal, app


def test_what_is_ours_is_deleted(client: httpx.Client, tmp_path: Path) -> None:
    """The application goes, and so does the journal."""
    journal, app = _left(client, tmp_path, f"{PREFIX}1")
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert done.return_value == 0, done.output
    assert f"app {app}: deleted" in done.output
    assert client.get(f"/v2/apps/{app}").status_code == 404
    assert not journal.path.exists()


def test_what_is_not_ours_stays(client: httpx.Client, tmp_path: Path) -> None:
    """An application that does not carry the prefix of the run is somebody's."""
    _, app = _left(client, tmp_path, "precious")
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert "left alone, it is not ours" in done.output
    assert client.get(f"/v2/apps/{app}").status_code == 200


def test_a_journal_that_is_settled(client: httpx.Client, tmp_path: Path) -> None:
    """Nothing pending: the journal goes, and nothing is sent."""
    header = RunHeader(PREFIX, PREFIX, "http://127.0.0.1:9", "p")
    journal = Journal.create(tmp_path / "journal.jsonl", header)
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert done.return_value == 0
    assert "everything that it names is undone already" in done.output
    assert not journal.path.exists()


def test_a_target_that_allows_no_writes(client: httpx.Client, tmp_path: Path) -> None:
    """Deleting is writing: the target file must allow it."""
    _left(client, tmp_path, f"{PREFIX}1")
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "{client.base_url}"\nprofile = "live"\n'.replace('/"\n', '"\n'))
    done = CliRunner().invoke(
        cli,
        ["cleanup", "--report-dir", str(tmp_path), "--target", str(file)],
        standalone_mode=False,
    )
    assert isinstance(done.exception, ConformanceError)
    assert "does not allow writes" in str(done.exception)


TAMPERED = (
    {"kind": "changing", "entry": "1", "resource": "app", "operation": "DeleteApp"},
    {"kind": "changing", "entry": "1", "resource": "app", "operation": "DeleteApp", "before": {}},
    {"kind": "intend", "entry": "1", "resource": "app", "operation": "CreateApp", "name": 7},
    {"kind": "intend", "entry": ["1"], "resource": {}, "operation": None, "name": "\x1b[2J"},
    {"kind": "created", "entry": "1"},
    {"kind": "settled"},
    {"kind": 7},
)


@pytest.mark.parametrize("number", range(len(TAMPERED)))
def test_a_line_that_no_run_writes_is_named_and_left(
    client: httpx.Client, tmp_path: Path, number: int
) -> None:
    """What is ours is deleted; nothing else changes, and the journal stays for a look at it."""
    journal, app = _left(client, tmp_path, f"{PREFIX}1")
    precious = str(client.post("/v2/apps", json={"app_name": "precious"}).json()["app_id"])
    shown = client.get(f"/v2/apps/{precious}").json()
    line = {"path": {"app_id": precious}, **TAMPERED[number]}
    with journal.path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert (done.return_value, done.exception) == (1, None), done.output
    assert "NOT undone" in done.output
    assert "\x1b" not in done.output
    assert client.get(f"/v2/apps/{app}").status_code == 404
    assert client.get(f"/v2/apps/{precious}").json() == shown
    assert journal.path.exists()


def test_an_empty_prefix_deletes_nothing(client: httpx.Client, tmp_path: Path) -> None:
    """A header that claims every name is that of no run."""
    journal, app = _left(client, tmp_path, "precious")
    journal.path.write_text(journal.path.read_text().replace(PREFIX, ""))
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert done.return_value == 1
    assert "prefix of no run" in done.output
    assert client.get(f"/v2/apps/{app}").status_code == 200


def test_what_the_journal_does_not_know_is_named(client: httpx.Client, tmp_path: Path) -> None:
    """An application with the run's prefix under another id than the journal's is left: named."""
    _left(client, tmp_path, f"{PREFIX}1")
    lost = str(client.post("/v2/apps", json={"app_name": f"{PREFIX}2"}).json()["app_id"])
    done = CliRunner().invoke(
        cli, ["cleanup", "--report-dir", str(tmp_path)], standalone_mode=False
    )
    assert done.return_value == 1
    assert f"left: app {lost!r} named '{PREFIX}2'" in done.output
    assert client.get(f"/v2/apps/{lost}").status_code == 200
