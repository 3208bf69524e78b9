"""The tools that come from Node.js's registry: a proxy, and two that send what examples say."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from judges import Judge, run, suite_run
from prepared import furnish, prepared
from served import Served

from conformance.faults.middleware import find_endpoint


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
        self.version = _version(program)

    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
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


class Dredd(Judge):
    """Dredd: every documented success once, with the contract's own examples."""

    name = "Dredd"
    told = (
        "`dredd CONTRACT URL --sorted --header 'X-Auth-Token: …'`; the contract with names that "
        "exist in its examples, and without the refusals, which it would ask for with valid "
        "requests"
    )

    def __init__(self, program: Path) -> None:
        self._program = program
        self.version = _version(program)

    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
        """What each failed transaction says of the answer."""
        contract = folder / "contract.json"
        _write(contract, prepared(furnish(server), as_enum=False))
        token = server.announced["token"]
        report = folder / "dredd.xml"
        report.unlink(missing_ok=True)
        command = [str(self._program), str(contract), server.base_url, "--sorted"]
        command += ["--header", f"X-Auth-Token: {token}", "--loglevel", "error"]
        run([*command, "--reporter", "xunit", "--output", str(report)], folder)
        return set(_dredd_failures(report)), set()


def _dredd_failures(report: Path) -> list[str]:
    found = []
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - our own file
        failure = case.find("failure")
        if failure is None:
            continue
        method, path = _method_and_path(case.get("name", ""))
        text = (failure.text or "").partition("Request:")[0].removeprefix("Message:")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found += [f"{method} {path} {_plain_ids(line)}" for line in lines]
    return found


def _method_and_path(name: str) -> tuple[str, str]:
    """``GET (200) /v2/apps/9ca…?state=…`` as the operation's method and path."""
    match = re.search(r"\b([A-Z]+) \(\d+\) (\S+)", name)
    if match is None:
        return "?", "?"
    known = find_endpoint(match[1], match[2].partition("?")[0])
    return match[1], known[0].path if known else match[2]


class Specmatic(Judge):
    """Specmatic's contract test: requests it makes up from the schemas, and their answers."""

    name = "Specmatic"
    told = (
        "`token=… MAX_TEST_REQUEST_COMBINATIONS=20 specmatic test CONTRACT --testBaseURL URL`; "
        "names that exist as the only values of their parameters; without the identity service "
        "and the refusals"
    )

    def __init__(self, program: Path) -> None:
        self._program = program
        self.version = _version(program)

    def look(self, server: Served, folder: Path) -> tuple[set[str], set[str]]:
        """What each failed scenario says of the answer."""
        contract = folder / "contract.json"
        _write(contract, prepared(furnish(server), as_enum=True))
        env = {"token": server.announced["token"], "MAX_TEST_REQUEST_COMBINATIONS": "20"}
        command = [str(self._program), "test", str(contract), "--testBaseURL", server.base_url]
        run(command, folder, env)
        text = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
        if "Tests run:" not in text:
            raise ValueError("Specmatic ran no test")
        return set(_specmatic_failures(text)), set()


def _specmatic_failures(text: str) -> list[str]:
    """``API: GET /x/(id:string) -> 200``, and below it what is wrong where, until the request."""
    operation, place, found = "", "", []
    for raw in text.splitlines():
        line = raw.strip()
        if match := re.match(r"API: ([A-Z]+) (\S+) -> (\S+)", line):
            path = re.sub(r"\((\w+):\w+\)", r"{\1}", match[2])
            operation, place = f"{match[1]} {path}", ""
        elif line.startswith(("-----", "Request to", "Tests run")):
            operation = ""
        elif operation and line.startswith(">> "):
            place = re.sub(r"\[\d+\]", "[]", line[3:])
        elif operation and line.startswith("Specification expected"):
            found.append(f"{operation} {place} {_plain_ids(line)}")
    return found


def _plain_ids(text: str) -> str:
    """Without what differs from run to run: ids, times, names that were made up."""
    text = re.sub(r"[0-9a-fA-F]{24,}", "…", text)
    text = re.sub(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?", "…", text)
    return re.sub(r'"[^"]*"', '"…"', text) if "but response contained" in text else text


def _version(program: Path) -> str:
    """The first number with dots that ``--version`` prints."""
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else ""


def _write(path: Path, document: dict[str, object]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, default=str), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _plain(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
