"""The commands that read files of the user's, and where each of them takes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.access.journal import Journal, RunHeader
from conformance.comparison.certificate import issue_certificate
from conformance.comparison.signature import generate_keys, read_private_key
from conformance.contract.files import read_yaml
from conformance.reporting.json_file import write_json
from tests.comparison.conftest import small_report

PETSTORE = Path(__file__).parents[1] / "plain" / "petstore.yaml"
NOWHERE = "http://127.0.0.1:9"
TARGET: dict[str, Any] = {
    "base_url": NOWHERE,
    "project_id": "p",
    "profile": "emulator",
    "capabilities": ["writes"],
    "limits": {"duration": 1},
    "headers": {"X-A": "b"},
    "waivers": [
        {
            "requirement": "ShowApp/*",
            "reason": "known",
            "owner": "media",
            "issue": "https://issues.example.test/1",
            "expires": "2099-01-01",
        }
    ],
}
SCRIPT = {
    "app": "lesson",
    "room": "r",
    "steps": [{"at": 0, "who": "u", "does": "join", "role": "player"}],
    "until": 1,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder with one good file of every kind; nothing here is ever tampered with."""

    folder: Path
    report: Path
    certificate: Path
    private: Path
    public: Path
    har: Path
    contract: Path


def prepare(folder: Path) -> Ground:
    """Write the good files."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "report.json"
    write_json(small_report(), report)
    private, public = generate_keys(folder)
    certificate = issue_certificate(report, output=None, key=read_private_key(private))
    har = folder / "recording.har"
    har.write_text(json.dumps(recording()), encoding="utf-8")
    return Ground(folder, report, certificate, private, public, har, PETSTORE)


def recording() -> dict[str, Any]:
    """A recording of one request."""
    entry = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 3.5,
        "request": {
            "method": "POST",
            "url": "https://rtc-api.myhuaweicloud.com/v2/apps?limit=1",
            "httpVersion": "h2",
            "cookies": [],
            "queryString": [{"name": "limit", "value": "1"}],
            "headers": [{"name": "X-Auth-Token", "value": "t"}],
            "postData": {"mimeType": "application/json", "text": '{"app_name": "n"}'},
        },
        "response": {"status": 200, "headers": [], "content": {"text": "{}", "encoding": "x"}},
    }
    return {"log": {"version": "1.2", "entries": [entry]}}


def overlay() -> dict[str, Any]:
    """An overlay over the newest edition."""
    action = {"target": "$.info", "update": {"title": "another"}}
    return {"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": [action]}


def plain_contract() -> Any:
    """A small OpenAPI document of somebody else's."""
    return read_yaml(PETSTORE)


def journal(ground: Ground) -> list[Any]:
    """The lines of a journal with one of each kind."""
    path = ground.folder / "journal-of-a-run.jsonl"
    path.unlink(missing_ok=True)
    written = Journal.create(path, RunHeader("sparkconf-1-", "sparkconf-1-", NOWHERE, "p"))
    entry = written.intend("app", "CreateApp", "sparkconf-1-a")
    written.created(entry, "1" * 32)
    written.seen(entry)
    written.changing("bucket", "AuthorizeObs", {}, {"bucket": "b", "auth": 0})
    lines = path.read_text("utf-8").splitlines()
    path.unlink()
    return [json.loads(line) for line in lines]


def toml(value: Any) -> str:
    """A table as TOML, as far as TOML can say it."""
    lines = []
    for key, item in value.items() if isinstance(value, dict) else ():
        quoted = json.dumps(str(key), ensure_ascii=True)
        lines.append(f"{quoted} = {_toml(item)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case None:
            return "nothing"
        case float():
            return "inf"
        case _:
            return json.dumps(value)


Arguments = Callable[[Ground, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A command that reads a file: where it is given, and what a good one holds, if it is JSON.

    ``name``: what the file has to be called there. ``write``: how the good value is written.
    """

    title: str
    arguments: Arguments
    name: str = "given"
    good: Callable[[Ground], Any] | None = None
    write: Callable[[Any], str] = json.dumps
    lenient: tuple[str, ...] = ()
    """Tampered files that are fine there: no file, an empty one."""
    statuses: tuple[int, ...] = (2,)
    """How it may end where the file is not fine: what is at fault in a file may be listed."""


def _report(ground: Ground) -> Any:
    return json.loads(ground.report.read_text("utf-8"))


def _certificate(ground: Ground) -> Any:
    return json.loads(ground.certificate.read_text("utf-8"))


def _lines(value: Any) -> str:
    return "\n".join(map(json.dumps, value)) if isinstance(value, list) else json.dumps(value)


def _out(ground: Ground) -> list[str]:
    return ["--report-dir", str(ground.folder / "out")]


def _receiving(ground: Ground, path: Path) -> list[str]:
    return ["certify-receiver", NOWHERE, "--timeout", "1", "--waivers", str(path), *_out(ground)]


WAIVERS = {"waivers": TARGET["waivers"]}
READERS: tuple[Reader, ...] = (
    Reader("compare, the first", lambda g, p: ["compare", str(p), str(g.report)], good=_report),
    Reader("compare, the second", lambda g, p: ["compare", str(g.report), str(p)], good=_report),
    Reader(
        "report merge",
        lambda g, p: ["report", "merge", str(g.report), str(p), *_out(g)],
        good=_report,
    ),
    Reader(
        "report trend",
        lambda _, p: ["report", "trend", str(p.parent)],
        name="report.json",
        good=_report,
    ),
    Reader(
        "certify-client --har",
        lambda g, p: ["certify-client", "--har", str(p), *_out(g)],
        good=lambda _: recording(),
    ),
    Reader(
        "certify-client --waivers",
        lambda g, p: ["certify-client", "--har", str(g.har), "--waivers", str(p), *_out(g)],
        good=lambda _: WAIVERS,
        write=toml,
        lenient=("empty", "lines", "missing"),
    ),
    Reader(
        "certify-receiver --waivers",
        _receiving,
        good=lambda _: WAIVERS,
        write=toml,
        lenient=("empty", "lines"),
    ),
    Reader(
        "cleanup",
        lambda _, p: ["cleanup", "--report-dir", str(p.parent), "--target", NOWHERE],
        name="journal.jsonl",
        good=journal,
        write=_lines,
        lenient=("missing", "empty", "lines"),
        statuses=(1, 2),
    ),
    Reader(
        "run --target",
        lambda g, p: ["run", "--target", str(p), "--level", "quick", *_out(g)],
        good=lambda _: TARGET,
        write=toml,
    ),
    Reader(
        "certificate issue",
        lambda g, p: ["certificate", "issue", str(p), "--output", str(g.folder / "new.json")],
        good=_report,
    ),
    Reader("certificate verify", lambda _, p: ["certificate", "verify", str(p)], good=_certificate),
    Reader(
        "certificate issue --key",
        lambda g, p: ["certificate", "issue", str(g.report), "--key", str(p)],
    ),
    Reader(
        "certificate verify --public-key",
        lambda g, p: ["certificate", "verify", str(g.certificate), "--public-key", str(p)],
    ),
    Reader(
        "contract check",
        lambda _, p: ["contract", "check", str(p)],
        good=lambda _: plain_contract(),
        statuses=(1, 2),
    ),
    Reader(
        "contract check, an overlay",
        lambda _, p: ["contract", "check", str(p)],
        good=lambda _: overlay(),
        statuses=(1, 2),
    ),
    Reader(
        "contract diff",
        lambda g, p: ["contract", "diff", str(g.contract), str(p)],
        good=lambda _: plain_contract(),
    ),
    Reader(
        "contract diff --baseline",
        lambda _, p: ["contract", "diff", "2023-11-28", "2023-11-28", "--baseline", str(p)],
        good=_report,
    ),
    Reader(
        "requirements --contract",
        lambda _, p: ["requirements", "--contract", str(p)],
        good=lambda _: plain_contract(),
    ),
    Reader(
        "simulate",
        lambda _, p: ["simulate", str(p), "--target", NOWHERE],
        good=lambda _: SCRIPT,
    ),
)
