"""Canary secrets go through every output of every command, and none comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conformance.access.capability import CAPABILITIES
from conformance.reference.app import create_app
from conformance.reference.server import ReferenceServer, announcement
from conformance.reporting.formats import FORMATS

from .canaries import (
    APP_KEY,
    AUTH_KEY,
    CANARIES,
    Blabbing,
    CanaryIds,
    canary_world,
    leaks,
    leaks_of,
)

CLI = [sys.executable, "-m", "conformance.cli"]
PYTEST = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "-p", "no:cacheprovider"]
#: Operations whose requests or answers carry secrets, and rules about them.
ONLY = ("CreateToken/*", "CreateApp/*", "ShowApp/*", "UpdateRecordCallback/*", "common/*")
NOT_OFFERED = {"callback", "duplicates", "server-errors", "flow-control", "tls", "clock"}
#: Plugins of pytest that break the suite with a secret in their hands.
CRASHES = {
    "in-a-case": """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    yield
    session = pyfuncitem.funcargs.get("conformance_session") or pyfuncitem.funcargs["scenario"]
    lab = getattr(session, "lab", session)
    requests = [e.request for e in lab.transcript.exchanges.values()]
    fall_over(requests, [e.response.body for e in lab.transcript.exchanges.values() if e.response])

def fall_over(requests, bodies):
    raise RuntimeError(f"cannot stand {requests} {bodies}")
""",
    "outside": """
import os

def pytest_runtest_logreport(report):
    fall_over(os.environ["SPARKRTC_TOKEN"], dict(os.environ))

def fall_over(token, everything):
    raise RuntimeError(f"cannot stand {token} nor {everything['HUAWEICLOUD_SDK_SK']}")
""",
    "at-the-start": """
import os
from conformance.suite import session

def probe(self):
    raise ValueError("no " + os.environ["SPARKRTC_PASSWORD"] + repr(self.lab._credentials.secrets))

session.Session.probe = probe
""",
}


class Place(NamedTuple):
    """A served target with canaries: its file, our environment, where output goes."""

    target: Path
    env: dict[str, str]
    out: Path
    server: Blabbing
    ids: CanaryIds

    def run(self, *command: str, **env: str) -> str:
        """Run a command to its end and answer all that it printed."""
        done = subprocess.run(
            command, env={**self.env, **env}, capture_output=True, check=False, cwd=self.out
        )
        return (done.stdout + done.stderr).decode("utf-8", "replace")

    def leaks(self, printed: str) -> list[str]:
        """Every leak so far, in what was printed and on disk."""
        secrets = {*CANARIES.values(), APP_KEY, AUTH_KEY, "cnryCOOKIE"}
        secrets |= self.server.passing | self.ids.drawn
        return leaks_of(self.out, printed, secrets)


Make = Callable[..., Place]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Make]:
    """Serve a blabbing reference; ``top`` are further lines of the target file."""
    servers: list[ReferenceServer] = []

    def make(*top: str, fails: bool = False) -> Place:
        ids = CanaryIds(5)
        world = canary_world(ids)
        app = Blabbing(create_app(world, with_control=True), fails=fails)
        servers.append(ReferenceServer(app).start())
        told = announcement(world, servers[-1].base_url)
        target = _target(tmp_path, told, top)
        out = tmp_path / "out"
        out.mkdir()
        return Place(target, _environment(told), out, app, ids)

    yield make
    for server in servers:
        server.stop()


def _target(folder: Path, told: dict[str, Any], top: tuple[str, ...]) -> Path:
    lines = [
        f"base_url = {json.dumps(told['base_url'])}",
        f"identity_url = {json.dumps(told['base_url'])}",
        f"project_id = {json.dumps(told['project_id'])}",
        f"project_name = {json.dumps(told['project_name'])}",
        'profile = "emulator"',
        f"capabilities = {json.dumps(sorted(set(CAPABILITIES) - NOT_OFFERED))}",
        *top,
    ]
    path = folder / "target.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _environment(told: dict[str, Any]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPARKRTC_")}
    more = {
        "SPARKRTC_USERNAME": told["username"],
        "SPARKRTC_DOMAIN": told["domain"],
        "SPARKRTC_SECOND_PROJECT_ID": told["second"]["project_id"],
        "SPARKRTC_PROXY_USERNAME": "proxy-user",
        "COLUMNS": "400",
    }
    source = str(Path(__file__).parents[2])
    return {**kept, "PYTHONPATH": source, **more, **CANARIES}


def _run(place: Place, name: str, *more: str, only: tuple[str, ...] = ONLY, **env: str) -> str:
    chosen = [f"--only={glob}" for glob in only]
    formats = (
        "--format",
        ",".join(FORMATS),
        "--report-dir",
        str(place.out / name),
        "--seed",
        "1",
        "--level",
        "quick",
    )
    target = ("--target", str(place.target))
    return place.run(*CLI, "run", *target, *formats, *chosen, *more, **env)


def _plugin(folder: Path, source: str) -> dict[str, str]:
    (folder / "breaking.py").write_text(source, encoding="utf-8")
    path = os.pathsep.join((str(folder), str(Path(__file__).parents[2])))
    return {"PYTEST_PLUGINS": "breaking", "PYTHONPATH": path}


@pytest.mark.parametrize(
    "auth", ["password", pytest.param("signature", marks=pytest.mark.canaries)]
)
def test_reports_of_a_run(place: Make, auth: str) -> None:
    """Every format, with findings whose evidence is full of secrets, and what is made of it."""
    at = place(f'auth = "{auth}"')
    printed = _run(at, "a") + _run(at, "b", "--strict", only=ONLY[:1])
    assert "Nonconformant" in printed
    a, b = (str(at.out / name / "report.json") for name in "ab")
    for command in (("compare", a, b), ("report", "trend", a, b), ("certificate", "issue", a)):
        printed += at.run(*CLI, *command)
    assert at.leaks(printed) == []
    report = json.loads((at.out / "a" / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["fail"] > 5
    assert "<redacted>" in (at.out / "a" / "exchanges.har").read_text(encoding="utf-8")


def test_reports_when_everything_fails(place: Make) -> None:
    """A server that answers nothing but errors, with all that it heard in them."""
    at = place(fails=True)
    printed = _run(at, "out") + _run(at, "several", "-n", "2", only=ONLY[:2])
    assert "Nonconformant" in printed
    assert at.leaks(printed) == []


@pytest.mark.parametrize(
    "verbosity",
    [
        ["-vv", "--showlocals"],
        *(pytest.param(one, marks=pytest.mark.canaries) for one in (["-q"], [], ["-v"])),
    ],
)
def test_the_terminal_of_pytest(place: Make, verbosity: list[str], tmp_path: Path) -> None:
    """The suite as a plugin of pytest, at every verbosity, with all logs, while cases crash."""
    at = place()
    env = _plugin(tmp_path, CRASHES["in-a-case"])
    command = [
        *PYTEST,
        *verbosity,
        f"--sparkrtc-target={at.target}",
        "--sparkrtc-report-dir=reports",
    ]
    command += ["--log-level=DEBUG", "-o", "log_cli=true", "--junitxml=pytest.xml", "-rA"]
    printed = at.run(*command, *(f"--sparkrtc-only={glob}" for glob in ONLY[1:3]), **env)
    assert "cannot stand" in printed
    assert "<redacted>" in printed
    assert at.leaks(printed) == []


@pytest.mark.parametrize(
    "crash",
    [
        "in-a-case",
        *(pytest.param(one, marks=pytest.mark.canaries) for one in ("at-the-start", "outside")),
    ],
)
@pytest.mark.parametrize("processes", [("-n", "1"), pytest.param((), marks=pytest.mark.canaries)])
def test_a_suite_that_breaks(
    place: Make, crash: str, processes: tuple[str, ...], tmp_path: Path
) -> None:
    """Whatever breaks inside of the suite is told without secrets; journal and progress stay."""
    at = place()
    env = _plugin(tmp_path, CRASHES[crash])
    printed = _run(at, "out", *processes, only=ONLY[1:3], **env)
    assert printed
    assert at.leaks(printed) == []


def test_secrets_of_a_proxy(place: Make) -> None:
    """A proxy that is not there, named with a password: by the environment, by the target."""
    at = place("trust_env = true")
    password = CANARIES["SPARKRTC_PROXY_PASSWORD"]
    url = "http://user:cnryPROXYURLPASSx7@127.0.0.1:9"
    printed = _run(at, "out", http_proxy=url, HTTP_PROXY=url, no_proxy="")
    assert "no answer (connect" in printed
    at.target.write_text(at.target.read_text().replace("trust_env = true", f'proxy = "{url}"'))
    printed += _run(at, "two")
    printed += at.run(*CLI, "run", f"http://user:{password}@127.0.0.1:9/")
    printed += at.run(*CLI, "run", f"http://127.0.0.1:9/?token={password}")
    printed += at.run(*CLI, "run", f"http:/user:{password}@127.0.0.1")
    assert printed.count("error: ") == 5
    assert at.leaks(printed) == []
    assert leaks(printed, {"cnryPROXYURLPASSx7"}) == []


CLIENT = """
import json, os, urllib.request
base, app_key = os.environ["SPARKRTC_BASE_URL"], os.environ["APP_KEY"]
for token in (os.environ["SPARKRTC_TOKEN"], os.environ["CANARY_TOKEN"]):
    for body in ({"app_name": app_key, "app_key": app_key, "state": 3}, {"token": token}, [token]):
        request = urllib.request.Request(
            f"{base}/v2/apps?signature={app_key.encode().hex()}", method="POST",
            headers={"X-Auth-Token": token, "Content-Type": "text/plain", "X-Other": token,
                     "Authorization": "SDK-HMAC-SHA256 Access=CNRYACCESSKEY4F7Q2ZT, "
                                      "SignedHeaders=host, Signature=cnrySIGNATURE8834"},
            data=json.dumps(body).encode())
        try:
            urllib.request.urlopen(request)
        except urllib.error.HTTPError:
            pass
"""


def test_certifying_a_client(place: Make, tmp_path: Path) -> None:
    """A client that sends secrets of its own wherever it can."""
    at = place()
    script = tmp_path / "client.py"
    script.write_text(CLIENT, encoding="utf-8")
    token = "cnryCLIENTTOKENz5Qw8"
    formats = ("--format", ",".join(FORMATS), "--report-dir", str(at.out / "client"))
    command = (*CLI, "certify-client", *formats, "--", sys.executable, str(script))
    printed = at.run(*command, CANARY_TOKEN=token, APP_KEY=APP_KEY)
    assert "Nonconformant" in printed
    assert at.leaks(printed) == []
    assert leaks_of(at.out, printed, {token, "cnrySIGNATURE8834", APP_KEY.encode().hex()}) == []


def test_a_leak_would_be_seen(tmp_path: Path) -> None:
    """The search itself finds a secret on disk and in print, whole, spelled or cut."""
    token = CANARIES["SPARKRTC_TOKEN"]
    (tmp_path / "report.json").write_text(json.dumps({"message": f"got {token}"}), encoding="utf-8")
    assert len(leaks_of(tmp_path, f"… {token[5:20]}", {token})) == 2
    assert leaks_of(tmp_path, "", {"cnryOTHERSECRET"}) == []
