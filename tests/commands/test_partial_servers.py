"""Servers that offer a part of the API: judged on that part, and never asked for the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import cli
from conformance.contract.document import load_contract
from tests.commands.test_run import _run, _served

_PARTIAL = """
import os, re
from pathlib import Path
from conformance.contract.document import load_contract
from conformance.contract.offered import offered_operations
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve

contract = load_contract()
offered = offered_operations(contract, {names!r})
missing = [
    (o.method, re.compile(re.sub(r"\\\\{{\\w+\\\\}}", "[^/]+", re.escape(o.path)) + "/?"))
    for o in contract.operations.values() if o.id not in offered
]
world = seeded_world(0)
inner = create_app(world)
log = Path({log!r})

async def app(scope, receive, send):
    if scope["type"] == "http":
        path = scope["raw_path"].decode()
        if any(m == scope["method"] and p.fullmatch(path) for m, p in missing):
            with log.open("a") as file:
                file.write(scope["method"] + " " + path + "\\n")
            await send({{"type": "http.response.start", "status": 500, "headers": []}})
            await send({{"type": "http.response.body", "body": b""}})
            return
    await inner(scope, receive, send)

serve(app=app, world=world)
"""
SIX = ("CreateApp", "ListApps", "ShowApp", "DeleteApp", "StartApp", "StopApp")
_OF_A_SWITCH = ("seen-by-show", "twice", "update-time-moves")
SIX_KEEP = {
    *(f"{name}App/rule/{rule}" for name in ("Stop", "Start") for rule in _OF_A_SWITCH),
    "CreateApp/rule/name-free-after-delete",
    "CreateApp/rule/nothing-inherited",
    *(f"DeleteApp/rule/{rule}" for rule in ("gone", "gone-from-list", "twice", "others-untouched")),
}
"""Rules that need these six alone: a mock of them is judged by what its operations do."""
NO_DELETION = ("ListApps", "CreateApp", "UpdateRecordCallback")
"""What it makes stays there, so it is judged at a level that stays below the quota."""
MIXES = ("CreateApp", "DeleteApp", "ShowApp", "*MixJob")
KEPT = {
    SIX: SIX_KEEP,
    MIXES: {"CreateMixJob/rule/ends-when-idle", "UpdateMixJob/rule/ends-at-new-idle-time"},
}
"""What is judged of such a part, whatever else its rules would need of others."""
READS = ("List*", "Show*")


@pytest.mark.parametrize(
    ("names", "count"),
    [
        pytest.param(SIX, 6, id="six"),
        pytest.param(("5", "13"), None, id="chapters"),
        pytest.param(READS, None, id="reads"),
        pytest.param(MIXES, 7, id="mix-jobs"),
        pytest.param(NO_DELETION, 3, id="no-deletion"),
        pytest.param(("CreateMixJob", "ShowMixJob"), 2, id="jobs-without-applications"),
    ],
)
def test_a_perfect_part_is_conformant_and_the_rest_is_never_called(
    tmp_path: Path, names: tuple[str, ...], count: int | None
) -> None:
    """Every other operation answers 500 there: one call of it would be a finding."""
    log, folder = tmp_path / "calls", tmp_path / "out"
    options = ["--operations", ",".join(names), "--format", "json,badge"]
    options += ["--level", "quick"] if names is NO_DELETION else []
    with _served(_PARTIAL.format(names=names, log=str(log))) as announced:
        ended = _run(announced, folder, *options)
    assert not log.exists(), log.read_text().splitlines()[:10]
    report = json.loads((folder / "report.json").read_text())
    bad = [
        (item["id"], item["verdict"], item["reason"])
        for item in report["requirements"]
        if item["verdict"] in {"fail", "warn", "blocked", "inconclusive"}
    ]
    assert bad == [], bad
    assert ended.returncode == 0, ended.stdout
    offered, known = report["target"]["operations"], len(load_contract().operations)
    assert count is None or len(offered) == count
    assert f"Operations {len(offered)} of {known}" in ended.stdout
    assert f"{len(offered)} of {known} operations" in (folder / "badge.svg").read_text()
    _certified(folder, offered)
    judged = {item["operation"] for item in report["requirements"] if item["verdict"] == "pass"}
    assert judged - {None} <= set(offered)
    assert len(judged) > 1
    kept = {item["id"] for item in report["requirements"] if item["verdict"] == "pass"}
    assert kept >= KEPT.get(names, set()), KEPT[names] - kept


def _certified(folder: Path, offered: list[str]) -> None:
    issued = CliRunner().invoke(cli, ["certificate", "issue", str(folder / "report.json")])
    assert issued.exception is None
    file = str(folder / "certificate.json")
    verified = CliRunner().invoke(cli, ["certificate", "verify", file], standalone_mode=False)
    assert (verified.exception, verified.return_value) == (None, 0)
    assert ", ".join(offered) in verified.output
