"""A draft with a new parameter, a raised maximum, a new operation and a removed value."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.access.gateway import Gateway
from conformance.access.transport import TargetClient
from conformance.cases.plan import generated_cases
from conformance.comparison.contracts import diff_contracts
from conformance.contract.document import Contract
from conformance.contract.own import load_own_contract
from conformance.engine.judging.case_runner import judge
from conformance.engine.lab import Lab
from conformance.engine.outcomes import Blocked
from conformance.model.verdict import Outcome
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import announcement
from tests.editions.server import FAULTS, DraftServer
from tests.labs import BASE_URL, InProcess, reach_with
from tests.processes import running

ROOT = Path(__file__).parents[2]
DRAFT = Path(__file__).with_name("draft.overlay.yaml")
TOUCHED = ("ListApps", "ShowApp", "ShowAppSummary")
BROKEN = {
    "": set(),
    "ignores-like": {"ListApps/query/like/maxLength"},
    "keeps-maximum": {"ListApps/query/limit/maximum"},
    "sends-removed": {"ListApps/200/apps[].scope/enum", "ShowApp/200/scope/enum"},
    "lacks-operation": {
        "ShowAppSummary/200/status/answered",
        "ShowAppSummary/auth/malformed-token",
        "ShowAppSummary/auth/no-credentials",
        "ShowAppSummary/auth/wrong-token",
        "ShowAppSummary/path/app_id/known",
    },
}


@cache
def draft() -> Contract:
    """The draft over the edition of 2023-11-28."""
    return load_own_contract(DRAFT, "2023-11-28")


def broken_by(fault: str) -> set[str]:
    """What the cases of the touched operations find broken, in this process."""
    world = seeded_world(0)
    reach = reach_with(announcement(world, BASE_URL), {})
    with asyncio.Runner() as runner:
        app: Any = DraftServer(create_app(world, with_control=True), fault)
        client = TargetClient(reach.settings, transport=InProcess(app, runner, None))
        gateway = Gateway(reach.settings, client, draft().flow_groups, None)
        lab = Lab(draft(), reach, gateway, prefix="sparkconf-test-", seed=1)
        for case in generated_cases(draft(), TOUCHED):
            try:
                judge(lab, case)
            except Blocked:
                continue
        return {
            judgement.requirement
            for judgement in lab.ledger.drain().judgements
            if judgement.outcome is Outcome.FAIL
        }


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_a_server_is_judged_by_the_draft(fault: str) -> None:
    """One that keeps it has no findings; one that keeps the old is found where it does."""
    assert broken_by(fault) == BROKEN[fault]


def test_the_changes_are_told() -> None:
    """Each of the four, and the rule that comes with one of them."""
    difference = diff_contracts("2023-11-28", str(DRAFT), base="2023-11-28")
    assert {(change.kind, change.place) for change in difference.changes} == {
        ("request-field-added", "ListApps/query"),
        ("rule-added", "ListApps"),
        ("request-widened", "ListApps/query"),
        ("operation-added", "ShowAppSummary"),
        ("answer-narrowed", "ListApps/200"),
        ("answer-narrowed", "ShowApp/200"),
    }


@contextmanager
def served() -> Iterator[dict[str, Any]]:
    """A server that keeps the draft, as a process; what it announces."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with running(command, env=env) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())


def said(folder: Path, env: dict[str, str], words: Sequence[str]) -> tuple[int, str]:
    """Run the command line there: its exit status and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_server_of_the_draft_is_certified(tmp_path: Path) -> None:
    """From an empty folder: run, badge, certificate; what no test judges is said in each."""
    (tmp_path / DRAFT.name).write_text(DRAFT.read_text("utf-8"), "utf-8")
    only = [word for name in TOUCHED for word in ("--only", name)]
    with served() as announced:
        env = {"SPARKRTC_TOKEN": announced["token"], "SPARKRTC_PROJECT_ID": announced["project_id"]}
        status, printed = said(
            tmp_path,
            env,
            [
                *("run", announced["base_url"], "--contract", DRAFT.name, "--profile", "emulator"),
                *("--format", "json,badge,markdown,junit", "--report-dir", "out", *only),
            ],
        )
    assert status == 0, printed
    assert "no test judges ListApps/rule/by-name" in printed
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["contract"]["revision"] == "2024-05-31"
    judged = {item["operation"] for item in report["requirements"] if item["verdict"] == "pass"}
    assert judged == set(TOUCHED)
    for name in ("summary.md", "junit.xml"):
        assert "ListApps/rule/by-name" in (tmp_path / "out" / name).read_text("utf-8")
    assert (tmp_path / "out" / "badge.svg").is_file()
    assert said(tmp_path, {}, ["certificate", "issue", "out/report.json"])[0] == 0
    status, printed = said(tmp_path, {}, ["certificate", "verify", "out/certificate.json"])
    assert status == 0, printed
    assert "but not   ListApps/rule/by-name (no test judges them)" in printed
    assert "contract  revision 2024-05-31" in printed
