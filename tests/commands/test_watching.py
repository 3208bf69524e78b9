"""``run --watch``: again at every change of a file or of a server on this machine, else not."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.commands import watching
from conformance.commands.watching import Watch, rerun, server_of, watch
from conformance.errors import ConfigurationError

SOON = 0.02


def after(seconds: float, do: Callable[[], object]) -> threading.Timer:
    """Do it a little later."""
    timer = threading.Timer(seconds, do)
    timer.start()
    return timer


@pytest.mark.parametrize("change", ["write", "replace", "delete", "new in folder"])
def test_a_file_that_changes_ends_the_wait(tmp_path: Path, change: str) -> None:
    """Written, replaced by an editor, deleted, or new in a watched folder: each is named."""
    (tmp_path / "folder").mkdir()
    file, new = tmp_path / "contract.yaml", tmp_path / "folder" / "new.yaml"
    file.write_text("a")
    watched = Watch([file, tmp_path / "folder"], None, SOON)

    def act() -> None:
        if change == "write":
            file.write_text("ab")
        elif change == "replace":
            (tmp_path / "other").write_text("b")
            (tmp_path / "other").replace(file)
        elif change == "delete":
            file.unlink()
        else:
            new.write_text("x")

    after(0.1, act)
    assert watched.wait(watched.stamp()) == str(new if change == "new in folder" else file)


def test_a_server_that_comes_back_ends_the_wait() -> None:
    """Gone and back is a change; a server that stays is none."""
    first = socket.create_server(("127.0.0.1", 0))
    port = first.getsockname()[1]
    watched = Watch([], f"http://127.0.0.1:{port}", SOON)
    held: list[socket.socket] = []
    after(0.3, first.close)
    after(0.6, lambda: held.append(socket.create_server(("127.0.0.1", port))))
    began = time.monotonic()
    assert watched.wait(()) == "the server is back"
    assert time.monotonic() - began > 0.5
    held[0].close()


def test_a_server_elsewhere_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No connection is made between runs to what is not this machine."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(watching.socket, "create_connection", refuse)
    file = tmp_path / "t.toml"
    file.write_text("x")
    watched = Watch([file], "https://rtc.example.com", SOON)
    after(0.1, lambda: file.write_text("xy"))
    assert watched.wait(watched.stamp()) == str(file)


def test_it_runs_again_until_interrupted(tmp_path: Path) -> None:
    """A change during a run counts too; the status is that of the last run."""
    file = tmp_path / "t.toml"
    file.write_text("0")
    statuses = [1, 4, 0]

    def again() -> int:
        if not statuses:
            raise KeyboardInterrupt
        file.write_text(file.read_text() + "x")
        return statuses.pop(0)

    assert watch(Watch([file], None, SOON), again) == 0
    assert statuses == []


def test_the_command_itself_does_not_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is run again is the same command without watching."""
    ran: list[list[str]] = []

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 4)

    monkeypatch.setattr(watching.subprocess, "run", note)
    given = ["run", "--watch", "--only", "X", "--watch-file", "src", "--watch-file=a", "--strict"]
    assert rerun(given)() == 4
    assert ran == [[sys.executable, "-m", "conformance.cli", "run", "--only", "X", "--strict"]]


def test_the_command_line_hands_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``run --watch`` watches the target file and its server; a missing path is one line."""
    target = tmp_path / "t.toml"
    target.write_text('base_url = "http://127.0.0.1:1"\n')
    seen: list[object] = []

    def note(watched: Watch, again: Callable[[], int]) -> int:
        seen.append(watched.stamp()[0][0])
        return 4

    monkeypatch.setattr(watching, "watch", note)
    for more, status in ((["--watch"], 4), (["--watch-file", str(tmp_path / "none")], 2)):
        with pytest.raises(SystemExit) as left:
            main(["run", "--target", str(target), "--report-dir", str(tmp_path / "r"), *more])
        assert left.value.code == status
    assert seen == [str(target)]
    assert "is not there to be watched" in capsys.readouterr().err


def test_a_missing_path_and_an_unreadable_target(tmp_path: Path) -> None:
    """What cannot be watched is said; a target file that is none is the run's to tell."""
    with pytest.raises(ConfigurationError, match="is not there"):
        Watch([tmp_path / "none"], None)
    (tmp_path / "t.toml").write_text("base_url = [")
    assert server_of(str(tmp_path / "t.toml")) is None
    assert server_of("http://127.0.0.1:1") == "http://127.0.0.1:1"
