"""The tools that are compared: each looks at a served reference and says what it holds."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from served import Served

from conformance.reference.faults.layer import find_endpoint
from conformance.suite.reaching import reach_embedded

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

    def judge(self, server: Served, folder: Path, *, clean: bool) -> Said:
        """Run the tool against the server; ``clean`` is the run that shows its false alarms."""
        folder.mkdir(parents=True, exist_ok=True)
        before, began = server.counting.requests, time.monotonic()
        try:
            complaints, hints = self.look(server, folder, clean=clean)
            problem = ""
        except (subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
            complaints, hints, problem = set(), set(), f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        requests = server.counting.requests - before
        return Said(frozenset(complaints), frozenset(hints), requests, seconds, problem)

    @abstractmethod
    def look(self, server: Served, folder: Path, *, clean: bool) -> tuple[set[str], set[str]]:
        """Complaints and hints."""


def run(command: list[str], folder: Path, env: dict[str, str] | None = None) -> int:
    """Run a tool to its end, with what it prints in ``output.txt`` of its folder."""
    with (folder / "output.txt").open("w", encoding="utf-8") as output:
        return subprocess.run(
            command, cwd=folder, env={**os.environ, **(env or {})}, stdout=output,
            stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False,
        ).returncode  # fmt: skip


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

    def look(self, server: Served, folder: Path, *, clean: bool) -> tuple[set[str], set[str]]:  # noqa: ARG002
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

    def look(self, server: Served, folder: Path, *, clean: bool) -> tuple[set[str], set[str]]:
        """Failures, by operation and kind."""
        command = [str(SCRIPTS / "schemathesis"), "run", str(self._contract)]
        command += ["--url", server.base_url, "-H", f"X-Auth-Token: {server.announced['token']}"]
        command += ["--seed", str(SEED), "--report", "json", "--report-json-path", "st.json"]
        command += ["--no-color", *self.options(server, folder, clean=clean)]
        (folder / "st.json").unlink(missing_ok=True)
        run(command, folder)
        report = json.loads((folder / "st.json").read_text(encoding="utf-8"))
        return {
            f"{operation} {failure['code']} {failure['title']}"
            for failure in report["failures"]
            for operation in failure["operations"]
        }, set()

    def options(self, server: Served, folder: Path, *, clean: bool) -> list[str]:  # noqa: ARG002
        """What its command line says besides."""
        return []


class TunedSchemathesis(Schemathesis):
    """Schemathesis as its documentation and its own warnings advise.

    Identifiers that exist; every check; on after a failure; and its own way of telling new
    failures from known ones: those of the clean server are in its baseline file.
    """

    name = "Schemathesis, tuned"

    def __init__(self, contract: Path, folder: Path, seconds: int) -> None:
        super().__init__(contract)
        self._baseline = folder / "baseline.json"
        self._seconds = seconds
        self.told = (
            f"as above and `--checks all --continue-on-failure --max-time {seconds} "
            "--baseline FILE`, so that fuzzing and sequences go on until the time is used; "
            "`schemathesis.toml` names the `project_id` and an `app_id` that exist"
        )

    def options(self, server: Served, folder: Path, *, clean: bool) -> list[str]:
        """Parameters of the path go into its configuration file, the rest on the command line."""
        announced = server.announced
        text = (
            "[parameters]\n"
            f'"path.project_id" = "{announced["project_id"]}"\n'
            f'"path.app_id" = "{announced["fixtures"]["app_id"]}"\n'
        )
        (folder / "schemathesis.toml").write_text(text, encoding="utf-8")
        options = ["--checks", "all", "--continue-on-failure"]
        options += ["--max-time", str(self._seconds), "--baseline", str(self._baseline)]
        return [*options, "--baseline-update"] if clean else options


class Prism(Judge):
    """Prism as a validating proxy. It sends nothing itself: the traffic is our level quick."""

    name = "Prism proxy"
    told = "`prism proxy CONTRACT URL`, driven by our own traffic at level quick; answers only"
    _asked = re.compile(r"\[HTTP SERVER\] (\w+) (\S+).*Request received")
    _answered = re.compile(r"The upstream call to \S+ has returned (\d+)")
    _broken = re.compile(r"Violation: (response\S* .*)")

    def __init__(self, contract: Path, program: Path) -> None:
        self._contract = contract
        self._program = program

    def look(self, server: Served, folder: Path, *, clean: bool) -> tuple[set[str], set[str]]:  # noqa: ARG002
        """Violations of answers, by operation."""
        command = [str(self._program), "proxy", str(self._contract), server.base_url]
        port = _free_port()
        command += ["-p", str(port)]
        with (folder / "prism.txt").open("w", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            try:
                suite_run(server, folder, "quick", self._listening(folder / "prism.txt", port))
            finally:
                process.terminate()
                process.wait(10)
        return set(self._violations(folder / "prism.txt")), set()

    def _listening(self, log: Path, port: int) -> str:
        for _ in range(600):
            if "Prism is listening" in _plain(log):
                return f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        raise ValueError("prism does not listen")

    def _violations(self, log: Path) -> list[str]:
        operation, status, found = "?", "?", []
        for line in _plain(log).splitlines():
            asked, broken = self._asked.search(line), self._broken.search(line)
            answered = self._answered.search(line)
            status = answered[1] if answered else status
            if asked:
                known = find_endpoint(asked[1].upper(), asked[2].partition("?")[0])
                operation = known[0].name if known else "?"
            elif broken:
                found.append(f"{operation} {status} {re.sub('[0-9a-f]{24,}', '…', broken[1])}")
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _plain(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
