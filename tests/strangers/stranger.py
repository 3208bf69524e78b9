"""Servers that people wrote from the document alone, as processes that a run can judge.

They have read neither the suite nor the reference: what the suite says of them unchanged, and of
their slips, is what it will say of the world's servers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

#: What such a server can do, and allows; everything is its own, so everything may be touched.
CAPABILITIES = (
    "writes",
    "jobs",
    "rooms.remove",
    "rooms.dismiss",
    "obs",
    "obs.authorise",
    "statistics",
    "identity",
    "aksk",
    "quota",
    "running-room",
    "room-effects",
    "second-project",
    "second-tenant",
    "expired-token",
)
_VARIABLES = {
    "token": "SPARKRTC_TOKEN",
    "ak": "HUAWEICLOUD_SDK_AK",
    "sk": "HUAWEICLOUD_SDK_SK",
    "user": "SPARKRTC_USERNAME",
    "password": "SPARKRTC_PASSWORD",
    "domain": "SPARKRTC_DOMAIN",
    "second_token": "SPARKRTC_SECOND_TOKEN",
    "expired_token": "SPARKRTC_EXPIRED_TOKEN",
    "second_project_id": "SPARKRTC_SECOND_PROJECT_ID",
}


@dataclass(frozen=True, slots=True)
class Stranger:
    """One server: how it is built, and how it is started."""

    name: str
    language: str
    tools: tuple[str, ...]
    build: tuple[str, ...]
    start: tuple[str, ...]
    stored: tuple[str, int]
    """An object in the bucket that it announces, and how many bytes that has."""
    files: str = ""
    """Those that its compiler has to be told."""
    abilities: tuple[str, ...] = ()
    """Capabilities of its own; with ``participants`` it has the door of docs/events.md."""

    @property
    def missing(self) -> str | None:
        """The tool that this machine lacks for it."""
        return next((tool for tool in self.tools if shutil.which(tool) is None), None)

    @property
    def unseen(self) -> Mapping[str, Mapping[str, Any]]:
        """Slips that cannot fail: whether they break a sentence, as we read it, and ``why``."""
        every: dict[str, dict[str, Any]] = json.loads((HERE / "UNSEEN.json").read_text())
        return every.get(self.name, {})

    @property
    def slips(self) -> Sequence[Mapping[str, Any]]:
        """The mistakes that it can be told to make."""
        slips: list[dict[str, Any]] = json.loads((HERE / self.name / "SLIPS.json").read_text())
        return slips

    def built(self, folder: Path) -> Path:
        """Compile it into ``folder``, where it has to be compiled."""
        if self.build:
            source = HERE / self.name / "src"
            files = sorted(path.name for path in source.glob(self.files)) if self.files else []
            command = [*self.build, str(folder), *files]
            subprocess.run(command, cwd=source, check=True, timeout=_LONGEST_BUILD)
        return folder


JAVA = Stranger(
    "java",
    "Java",
    ("javac", "java"),
    ("javac", "-d"),
    ("java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", "{build}", "Server"),
    ("img/testImg.jpg", 88_888),
    "*.java",
    abilities=("participants",),
)
GO = Stranger(
    "go",
    "Go",
    ("go",),
    ("go", "build", "-o"),
    ("{build}/sparkrtc-onprem",),
    ("pictures/backgrounds/campus.png", 48_213),
    abilities=("participants", "callback"),
)
NODE = Stranger(
    "node",
    "JavaScript",
    ("node",),
    (),
    ("node", str(HERE / "node" / "server.mjs")),
    ("img/background.jpg", 210 * 1024),
    abilities=("participants", "callback"),
)
STRANGERS = (JAVA, NODE, GO)

_PATIENCE = 10
"""Seconds that a server has to end itself."""
_LONGEST_BUILD = 300
"""Seconds that compiling may take."""
_LONGEST_RUN = 500
"""Seconds that a run may take, on a busy machine too."""


@contextmanager
def serving(stranger: Stranger, build: Path, slip: str = "") -> Iterator[Mapping[str, Any]]:
    """The server in a process of its own, with a slip if one is named; what it announced."""
    command = [part.replace("{build}", str(build)) for part in stranger.start]
    env = {**os.environ, "PORT": "0", "SLIP": slip}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Stop a server, also one that ignores being asked."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def write_target(announced: Mapping[str, Any], stranger: Stranger, folder: Path) -> Path:
    """The target file of a server that runs."""
    text = [
        f"base_url = {json.dumps(announced['base_url'])}",
        f"identity_url = {json.dumps(announced['identity_url'])}",
        f"project_id = {json.dumps(announced['project_id'])}",
        f"name = {json.dumps(stranger.name)}",
        'profile = "emulator"',
        f"capabilities = {json.dumps((*CAPABILITIES, *stranger.abilities))}",
        "[fixtures]",
        *(
            f"{key} = {json.dumps(announced[key])}"
            for key in ("app_id", "room_id", "user_id", "bucket")
        ),
        'bucket_location = "cn-north-4"',
        f"bucket_object = {json.dumps(stranger.stored[0])}",
        f"bucket_object_bytes = {stranger.stored[1]}",
    ]
    if "participants" in stranger.abilities:
        text.append(f"rooms_url = {json.dumps(announced['base_url'] + '/_control/rooms')}")
    path = folder / f"{stranger.name}.toml"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def judged(
    announced: Mapping[str, Any], stranger: Stranger, folder: Path, *options: str
) -> Mapping[str, Any]:
    """Run the suite against a server that runs; its report."""
    target = write_target(announced, stranger, folder)
    reports = folder / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    env = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    env |= {variable: announced[key] for key, variable in _VARIABLES.items() if key in announced}
    command = [sys.executable, "-m", "conformance.cli", "run", "--target", str(target)]
    command += ["--report-dir", str(reports), "--seed", "1", *options]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=_LONGEST_RUN
    )
    report = reports / "report.json"
    if not report.is_file():
        raise AssertionError(done.stdout + done.stderr)
    loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return loaded
