"""The command line: exit statuses, one clear line for bad input, and the same verdicts in parallel.

Whatever ends before the first case runs in this process; whole runs are processes of their own.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click import Context

from conformance.cli import COMMANDS, cli, main
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer
from tests.processes import running

Handler = Callable[[http.server.BaseHTTPRequestHandler], None]
Said = tuple[int, str, str]
CREDENTIALS = {"SPARKRTC_TOKEN": "a-token-of-tests", "SPARKRTC_PROJECT_ID": "p1"}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials of this machine, and a token that is none."""
    for name in list(os.environ):
        if name.startswith(("SPARKRTC_", "HUAWEICLOUD_")):
            monkeypatch.delenv(name)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command in this process: exit status, standard output, standard error."""

    def run(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run


@contextmanager
def serving(answer: Handler) -> Iterator[str]:
    """A server on loopback that answers everything in the same way."""

    class Server(http.server.BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return lambda: answer(self)
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _reply(status: int, body: bytes, **headers: str) -> Handler:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def _hang(request: http.server.BaseHTTPRequestHandler) -> None:
    request.rfile.read(1)


def _close(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b'{"apps"')
    request.close_connection = True


def _process(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process, away from the checkout: the installed package is meant."""
    return subprocess.run(
        [sys.executable, "-m", "conformance.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        cwd=tempfile.gettempdir(),
        env={**os.environ, **env},
    )


def _verdicts(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {item["id"]: item["verdict"] for item in report["requirements"]}


# -- bad input: one line ---------------------------------------------------------------------


def _is_one_line(error: str) -> bool:
    return error.startswith("error: ") and error.count("\n") == 1 and "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["run", "not-a-url"], 2, "not-a-url"),
        (["run", "ftp://host"], 2, "ftp://host"),
        (["run", "http://"], 2, "http://"),
        (["run", "--only", "ShowAp"], 2, "did you mean ShowApp?"),
        (["run", "--exclude", "zzz*"], 2, "matches nothing"),
        (["run", "--profile", "lively"], 2, "stateless, emulator, live"),
        (["run", "--level", "slow"], 2, "quick, standard, thorough"),
        (["run", "--seed", "-1"], 2, "out of range"),
        (["run", "--format", "json,docx"], 2, "'docx' is not a report format"),
        (["run", "--target", "missing.toml"], 2, "missing.toml"),
        (["run", "http://127.0.0.1:9", "--target", "x.toml"], 2, "both given"),
        (["run", ""], 2, "BASE_URL: is empty"),
        (["run", "--reference", "http://127.0.0.1:9"], 2, "both given"),
        (["run", "--revision", "2001-01-01"], 2, "2001-01-01"),
        (["serve", "--fault", "nobody"], 2, "nobody"),
        (["requirements", "zzz*"], 2, "matches no requirements"),
        (["errata", "zzz*"], 2, "matches no errata"),
        (["faults", "zzz*"], 2, "matches no faults"),
        (["compare", "missing-a.json", "missing-b.json"], 2, "missing-a.json"),
    ],
)
def test_wrong_usage(
    say: Callable[..., Said], tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    """Exit status 2, one line with the thing, its value and the remedy, and no traceback."""
    where = ["--report-dir", str(tmp_path)] if arguments[0] == "run" else []
    ended, _, error = say(*arguments, *where)
    assert ended == status, error
    assert _is_one_line(error), error
    assert words in error


def test_a_container_name_is_not_silently_read_only(
    say: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the profile is and how to change it; a selection that it leaves empty is status 2."""
    monkeypatch.setenv("SPARKRTC_TOKEN", "any")
    monkeypatch.setenv("SPARKRTC_PROJECT_ID", "any")
    where = ("http://mymock:18080", "--report-dir", tmp_path, "--only", "CreateApp")
    status, _, error = say("run", *where)
    note, problem = error.splitlines()
    assert status == 2
    assert "http://mymock:18080 is not this machine" in note
    assert "--profile emulator" in note
    assert problem.startswith("error: the selection: leaves nothing to judge (the target does not")


def test_options_that_do_not_exist(say: Callable[..., Said]) -> None:
    """The usage, and exit status 2."""
    status, _, error = say("run", "--colour")
    assert status == 2
    assert "No such option" in error


def test_a_report_folder_that_cannot_be_written(say: Callable[..., Said], tmp_path: Path) -> None:
    """A file stands where the folder should be: said before anything is started."""
    (tmp_path / "file").write_text("x")
    status, _, error = say("run", "--report-dir", tmp_path / "file" / "reports")
    assert status == 2
    assert _is_one_line(error)
    assert "choose another one" in error


def test_a_host_that_refuses(say: Callable[..., Said], tmp_path: Path) -> None:
    """Nothing listens there: exit status 3."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    status, _, error = say("run", url, "--report-dir", tmp_path)
    assert status == 3
    assert _is_one_line(error)
    assert "no answer (connect" in error


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_reply(200, b"<!DOCTYPE html><p>hello"), "web page"),
        (_reply(404, b"nothing here", Content_Type="text/html"), "web page"),
        (_reply(302, b"", Location="/v2/apps"), "redirects to /v2/apps"),
        (_reply(200, b'{"apps": "\xff\xfe"}'), "no UTF-8 (byte"),
        (_close, "no answer"),
    ],
    ids=["html", "html-type", "redirect-loop", "not-utf-8", "closes-half-way"],
)
def test_what_is_no_api(
    say: Callable[..., Said], tmp_path: Path, answer: Handler, words: str
) -> None:
    """A web page, a redirect, bytes, half an answer: exit status 3 and one line."""
    with serving(answer) as url:
        status, _, error = say("run", url, "--report-dir", tmp_path)
    assert status == 3
    assert _is_one_line(error)
    assert words in error


@pytest.mark.parametrize(
    ("answer", "lines", "words"),
    [
        (_hang, "[timeouts]\nread = 0.2\ntotal = 0.3\n", "no answer ("),
        (_reply(200, b" " * 5000), "[limits]\nresponse_bytes = 2048\n", "no answer ("),
    ],
    ids=["hangs", "huge"],
)
def test_limits_of_a_target_file(
    say: Callable[..., Said], tmp_path: Path, answer: Handler, lines: str, words: str
) -> None:
    """A host that hangs or never stops talking is given up."""
    file = tmp_path / "target.toml"
    with serving(answer) as url:
        file.write_text(f'base_url = "{url}"\nprofile = "emulator"\nproject_id = "p"\n{lines}')
        status, _, error = say("run", "--target", file, "--report-dir", tmp_path)
    assert status == 3
    assert _is_one_line(error)
    assert words in error


# -- lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "glob", "key"),
    [
        ("requirements", "CreateApp/body/*", "id"),
        ("errata", "E-9-*", "id"),
        ("faults", "*", "name"),
        ("capabilities", None, "name"),
    ],
)
def test_lists(say: Callable[..., Said], command: str, glob: str | None, key: str) -> None:
    """As text, one a line, and as JSON that says the same."""
    arguments = [command, glob] if glob else [command]
    status, text, _ = say(*arguments)
    assert status == 0
    _, plain, _ = say(*arguments, "--json")
    rows = json.loads(plain)
    assert len(text.splitlines()) == len(rows) > 1
    assert all(row[key] in line for row, line in zip(rows, text.splitlines(), strict=True))


def test_the_plan(say: Callable[..., Said], tmp_path: Path) -> None:
    """--dry-run tells cases and requests, and the least time where there is flow control."""
    dry = ("--dry-run", "--level", "quick", "--report-dir", tmp_path)
    status, text, _ = say("run", *dry)
    assert status == 0
    assert "plan of level quick" in text
    assert "in all " in text
    assert "flow control" not in text
    target = tmp_path / "target.toml"
    target.write_text('base_url = "http://127.0.0.1:9"\n[limits]\nflow_control = true\n')
    status, text, _ = say("run", *dry, "--target", target)
    assert status == 0
    assert "management: " in text
    assert "(60 per 60 s)" in text
    assert "flow control allows it in" in text
    assert not (tmp_path / "report.json").exists()


def test_cleanup_without_a_journal(say: Callable[..., Said], tmp_path: Path) -> None:
    """Nothing to be done is no error."""
    status, text, _ = say("cleanup", "--report-dir", tmp_path)
    assert status == 0
    assert "nothing is left" in text


def test_a_target_file_from_options(say: Callable[..., Said], tmp_path: Path) -> None:
    """Target init writes a file that run can read; unknown capabilities are refused."""
    file = tmp_path / "t.toml"
    options = ("--base-url", "http://127.0.0.1:9", "--profile", "emulator")
    status, text, _ = say("target", "init", file, *options)
    assert (status, file.is_file()) == (0, True)
    assert "written to" in text
    status, _, error = say("target", "init", file, *options)
    assert status == 2
    assert "t.toml" in error
    assert say("target", "init", tmp_path / "u.toml", *options, "--capability", "magic")[0] == 2


def test_every_command_is_there_once() -> None:
    """Each has a name of its own and a sentence of help."""
    context = Context(cli)
    commands = {name: cli.get_command(context, name) for name in COMMANDS}
    names = list(COMMANDS)
    assert len(names) == len(set(names)) > 10
    assert all(command is not None and command.help for command in commands.values())


# -- runs ------------------------------------------------------------------------------------


def test_a_conformant_run_and_the_same_in_parallel(tmp_path: Path) -> None:
    """Exit status 0 and reports; two processes come to the same verdicts."""
    arguments = ["run", "--level", "quick", "--seed", 5, "--only", "*AutoRecord*"]
    arguments += ["--only", "ListApps", "--strict", "--format", "json,junit"]
    one = _process(*arguments, "--report-dir", tmp_path / "one")
    assert one.returncode == 0, one.stdout + one.stderr
    assert "seed 5" in one.stdout
    assert (tmp_path / "one" / "junit.xml").is_file()
    two = _process(*arguments, "--report-dir", tmp_path / "two", "-n", 2)
    assert two.returncode == 0, two.stdout + two.stderr
    assert _verdicts(tmp_path / "one") == _verdicts(tmp_path / "two")


def test_a_nonconformant_run(tmp_path: Path) -> None:
    """A server that answers {} to everything: exit status 1, and the report says what is wrong."""
    with serving(_reply(200, b"{}", Content_Type="application/json")) as url:
        done = _process(
            "run", url, "--only", "ListApps", "--level", "quick", "--report-dir", tmp_path
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert _verdicts(tmp_path)["ListApps/200/apps/required"] == "fail"


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, str]]]:
    """The reference at an address, and the credentials for it."""
    world = seeded_world(0)
    identity = world.identities[0]
    with ReferenceServer(create_app(world, with_control=True)) as server:
        yield (
            server.base_url,
            {
                "SPARKRTC_TOKEN": identity.token,
                "SPARKRTC_PROJECT_ID": identity.project_id,
            },
        )


def test_an_interrupted_run_goes_on(
    tmp_path: Path, served: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C: exit status 130 with a report and nothing left behind; --resume ends the run."""
    url, credentials = served
    arguments = ["run", url, "--only", "*RecordRule*", "--report-dir", str(tmp_path)]
    command = [sys.executable, "-m", "conformance.cli", *arguments]
    progress = tmp_path / "progress.jsonl"
    with running(
        command,
        env={**os.environ, **credentials},
        cwd=tmp_path,
        stderr=subprocess.STDOUT,
    ) as process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            if progress.is_file() and progress.read_bytes().count(b"\n") > 3:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert json.loads((tmp_path / "report.json").read_bytes())["run"]["interrupted"] is True
    assert "--resume goes on where this run stopped" in said
    seed = json.loads((tmp_path / "report.json").read_bytes())["run"]["seed"]
    first = progress.read_bytes().count(b"\n")
    done = _process(*arguments, "--resume", **credentials)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "report.json").read_bytes())["run"]["seed"] == seed
    assert not progress.exists()
    assert first > 3
    again = _process(*arguments, "--resume", **credentials)
    assert again.returncode == 2
    assert "there is no run to resume" in again.stderr


@pytest.mark.parametrize("closing", ["<&-", "</dev/null"])
def test_nobody_is_there_to_answer(tmp_path: Path, closing: str) -> None:
    """A question to a closed or empty standard input is one line, status 2, and no traceback."""
    command = (
        f"{sys.executable} -m conformance.cli target init {tmp_path / 'target.toml'} {closing}"
    )
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "error: standard input: no terminal to ask on" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 0),
        (("--fail-on", "breaking"), 1),
        (("--fail-on", "risky"), 1),
    ],
)
def test_a_difference_of_contracts_has_an_exit_rule(options: tuple[str, ...], status: int) -> None:
    """0 whatever has changed, unless it is said from when on it is 1; the same never is."""
    old, new = "2022-09-30", "2023-11-28"
    assert _process("contract", "diff", old, new, *options).returncode == status
    assert _process("contract", "diff", new, new, *options).returncode == 0


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_run_in_a_project_of_others(tmp_path: Path, processes: str) -> None:
    """The conftest.py files of a project around us, and what it tells its pytest, are not ours."""
    for folder in (tmp_path, tmp_path / "tests"):
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text("raise RuntimeError('of the project')\n", "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nope\n", "utf-8")
    spread = ("-n", processes) if processes != "0" else ()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "conformance.cli", "run", "--level", "quick"),
            *("--only", "ShowApp/path/*", "--report-dir", str(tmp_path / "out"), *spread),
        ],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": "--nope-either"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_somebody_stops_reading(tmp_path: Path) -> None:
    """A closed pipe, as of head, is no traceback."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m conformance.cli requirements | head -1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=tmp_path,
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
