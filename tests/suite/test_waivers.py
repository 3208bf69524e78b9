"""Waivers of a target file, end to end: what holds, what warns, and what fails the run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from conformance import cli
from conformance.faults.registry import plant
from conformance.model.waiver import Waiver
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

TODAY = dt.datetime.now(dt.UTC).date()
FAULT = "ShowApp/path/app_id/known/other-code"
BROKEN = "ShowApp/path/app_id/known"
KEPT = "ShowApp/200/app_id/type"


@pytest.mark.parametrize(
    ("days", "warns"), [(-1, False), (0, True), (1, True), (14, True), (15, False)]
)
def test_a_waiver_warns_before_it_ends(days: int, warns: bool) -> None:
    """In its last fortnight, its last day among them; after that it has expired."""
    waiver = Waiver("Op/x", "known", "me", "https://i.example/1", TODAY + dt.timedelta(days=days))
    said = waiver.warning(TODAY)
    assert (said is not None) is warns
    assert said is None or (str(waiver.expires) in said and "Op/x" in said)


@pytest.mark.parametrize(
    ("waivers", "status", "printed"),
    [
        ([], 1, "Nonconformant"),
        ([(BROKEN, 90)], 0, "Conformant"),
        ([(BROKEN, 14)], 0, "warning: waiver ShowApp/path/app_id/known expires on"),
        ([(BROKEN, -1)], 1, "expired on"),
        ([(BROKEN, 90), ("ShowApp/200/nothing/*", 90)], 1, "matches no requirement"),
        ([(BROKEN, 90), (KEPT, 90)], 1, "nothing deviates any more"),
    ],
)
def test_a_run_with_waivers(
    waivers: list[tuple[str, int]],
    status: int,
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit status and what is said, with a fault planted that a waiver covers or not."""
    world = seeded_world(0)
    monkeypatch.setenv("COLUMNS", "200")
    with ReferenceServer(plant(FAULT, world)) as server:
        told = announcement(world, server.base_url)
        monkeypatch.setenv("SPARKRTC_TOKEN", told["token"])
        lines = [f'base_url = "{server.base_url}"', 'profile = "emulator"']
        lines.append(f'project_id = "{told["project_id"]}"')
        for glob, days in waivers:
            lines += [
                "[[waivers]]",
                f'requirement = "{glob}"',
                'reason = "known"',
                'owner = "me"',
                'issue = "https://i.example/1"',
                f"expires = {TODAY + dt.timedelta(days=days)}",
            ]
        target = tmp_path / "target.toml"
        target.write_text("\n".join(lines), encoding="utf-8")
        only = [f"--only={BROKEN}", f"--only={KEPT}"]
        with pytest.raises(SystemExit) as ended:
            cli.main(["run", "--target", str(target), f"--report-dir={tmp_path}", *only])
    shown = capsys.readouterr().out
    assert (ended.value.code, printed in " ".join(shown.split())) == (status, True), shown
    run = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["run"]
    assert bool(run["problems"]) == (bool(status) and bool(waivers))
    assert bool(run["warnings"]) == ("warning" in printed)
