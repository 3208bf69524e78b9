"""The tools that are compared: each looks at a served reference and says what it holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prepared import furnish
from served import Served

from conformance.engine.wire.endpoint import reach_embedded

SCRIPTS = Path(sys.executable).parent
SEED = 1
TIMEOUT = 400.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool said of one server: its complaints, as ``operation complaint``, and the cost."""

    complaints: frozenset[str]
    hints: frozenset[str]
    requests: int
    seconds: float
    problem: str = ""


class Judge(ABC):
    """One tool in one configuration. ``hints`` of what it says do not make it fail by default."""

    name: str
    told: str
    version = ""
    """Of a tool that is no package of this Python."""

    def judge(self, server: Served, folder: Path) -> Said:
        """Run the tool against the server."""
        folder.mkdir(parents=True, exist_ok=True)
        before, began = server.counting.requests, time.monotonic()
        try:
            complaints, hints = self.look(server, folder)
            problem = ""
        except (subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
            complaints, hints, problem = set(), set(), f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        requests = server.counting.requests - before
        return Said(frozenset(complaints), frozenset(hints), requests, seconds, problem)

    @abstractmethod
    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
        """Complaints and hints."""


def run(command: list[str], folder: Path, env: dict[str, str] | None = None) -> int:
    """Run a tool to its end, with what it prints in ``output.txt`` of its folder."""
    with (folder / "output.txt").open("w", encoding="utf-8") as output:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            check=False,
        ).returncode


def credentials(announced: dict[str, Any]) -> dict[str, str]:
    """The environment that gives a run its credentials."""
    return {
        "SPARKRTC_TOKEN": announced["token"],
        "SPARKRTC_USERNAME": announced["username"],
        "SPARKRTC_PASSWORD": announced["password"],
        "SPARKRTC_DOMAIN": announced["domain"],
        "HUAWEICLOUD_SDK_AK": announced["ak"],
        "HUAWEICLOUD_SDK_SK": announced["sk"],
        "SPARKRTC_SECOND_TOKEN": announced["second"]["token"],
        "SPARKRTC_SECOND_PROJECT_ID": announced["second"]["project_id"],
    }


def target_file(server: Served, folder: Path, base_url: str | None = None) -> Path:
    """A target file that claims what the embedded reference offers."""
    announced = server.announced
    settings = reach_embedded(announced).settings
    lines = [
        'name = "the reference"',
        f'base_url = "{base_url or server.base_url}"',
        f'identity_url = "{server.base_url}"',
        f'project_id = "{announced["project_id"]}"',
        f'project_name = "{announced["project_name"]}"',
        'profile = "emulator"',
        f"capabilities = {json.dumps(sorted(settings.capabilities))}",
        "[fixtures]",
        f'app_id = "{announced["fixtures"]["app_id"]}"',
        f'clock_url = "{server.base_url}/_control/advance"',
    ]
    path = folder / "target.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def suite_run(server: Served, folder: Path, level: str, base_url: str | None = None) -> Path:
    """A run of the suite; where its report is."""
    target = target_file(server, folder, base_url)
    command = [str(SCRIPTS / "sparkrtc-conformance"), "run", "--target", str(target)]
    command += ["--level", level, "--seed", str(SEED), "--report-dir", "report"]
    (folder / "report" / "report.json").unlink(missing_ok=True)
    run(command, folder, credentials(server.announced))
    return folder / "report" / "report.json"


class Suite(Judge):
    """This suite. Complaints are broken MUSTs, hints are broken SHOULDs."""

    name = "sparkrtc-conformance, standard"
    told = "`run --target FILE --level standard`; a target file with the server's capabilities"

    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
        """The requirements that failed, and those that only warn."""
        report = json.loads(suite_run(server, folder, "standard").read_text(encoding="utf-8"))
        failed = {r["id"] for r in report["requirements"] if r["verdict"] == "fail"}
        warned = {r["id"] for r in report["requirements"] if r["verdict"] == "warn"}
        if report["verdict"] == "nonconformant" and not failed:
            raise ValueError("nonconformant without a failed requirement")
        if report["verdict"] == "incomplete":
            warned.add("incomplete")
        return failed, warned


class Schemathesis(Judge):
    """Schemathesis 4 with its defaults: four phases, all checks, the token as a header."""

    name = "Schemathesis, defaults"
    told = "`st run CONTRACT --url URL -H 'X-Auth-Token: …' --seed 1`"

    def __init__(self, contract: Path) -> None:
        self._contract = contract

    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
        """Failures, by operation and kind."""
        command = [str(SCRIPTS / "schemathesis"), "run", str(self._contract)]
        command += ["--url", server.base_url, "-H", f"X-Auth-Token: {server.announced['token']}"]
        command += ["--seed", str(SEED), "--report", "json", "--report-json-path", "st.json"]
        command += ["--no-color", *self.options(server, folder)]
        (folder / "st.json").unlink(missing_ok=True)
        run(command, folder)
        report = json.loads((folder / "st.json").read_text(encoding="utf-8"))
        return {
            f"{operation} {failure['code']} {failure['title']}"
            for failure in report["failures"]
            for operation in failure["operations"]
        }, set()

    def options(self, server: Served, folder: Path) -> list[str]:  # noqa: ARG002
        """What its command line says besides."""
        return []


class TunedSchemathesis(Schemathesis):
    """Schemathesis as its documentation and its own warnings advise.

    Identifiers that exist; every check; on after a failure. Failures of the clean server are
    taken off as its own baseline file would (``--baseline``).
    """

    name = "Schemathesis, tuned"

    def __init__(self, contract: Path, seconds: int) -> None:
        super().__init__(contract)
        self._seconds = seconds
        self.told = (
            f"as above and `--checks all --continue-on-failure --max-time {seconds}`, so that "
            "fuzzing and sequences go on until the time is used; "
            "`schemathesis.toml` names a project, an application, a rule and jobs that exist, "
            "and others to spare for what deletes or stops them"
        )

    def options(self, server: Served, folder: Path) -> list[str]:
        """Parameters of the path go into its configuration file, the rest on the command line."""
        existing = furnish(server)
        lines = ["[parameters]", *_overrides(existing.common, ("project_id", "app_id", "rule_id"))]
        for operation, values in existing.of_operation.items():
            lines += ["[[operations]]", f'include-operation-id = "{operation}"']
            named = ", ".join(
                f'"path.{name}" = "{value}"' for name, value in values.items() if name != "room_id"
            )
            lines.append(f"parameters = {{ {named} }}")
        (folder / "schemathesis.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        options = ["--checks", "all", "--continue-on-failure"]
        return [*options, "--max-time", str(self._seconds)]


def _overrides(values: Mapping[str, str], names: Sequence[str]) -> list[str]:
    paths = [f'"path.{name}" = "{values[name]}"' for name in names]
    return [*paths, *(f'"query.{name}" = "{values[name]}"' for name in ("app", "app_id"))]
