"""A target that is held to one reading is judged by it: the reference takes the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance import cli
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world
from conformance.reference.server import ReferenceServer, announcement

NULL = "CreateApp/body/app_name/null"
DATE = "ListObsBuckets/200/buckets[].creation_date/format"


@pytest.mark.parametrize(
    ("pins", "verdicts"),
    [
        ("", {NULL: "pass", DATE: "pass"}),
        (
            'E-14-null-code = "missing"\nE-12-date-format = "slashes"',
            {NULL: "pass", DATE: "pass"},
        ),
        (
            'E-14-null-code = "invalid"\nE-12-date-format = "digits"',
            {NULL: "fail", DATE: "fail"},
        ),
    ],
)
def test_the_reading_that_is_pinned(
    pins: str, verdicts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a pin every reading is accepted; with one, that one only, and the report says so."""
    world = seeded_world(0)
    with ReferenceServer(create_app(world)) as server:
        told = announcement(world, server.base_url)
        monkeypatch.setenv("SPARKRTC_TOKEN", told["token"])
        target = tmp_path / "target.toml"
        target.write_text(
            f'base_url = "{server.base_url}"\nproject_id = "{told["project_id"]}"\n'
            f'profile = "emulator"\n[errata]\n{pins}\n',
            encoding="utf-8",
        )
        only = [f"--only={identifier}" for identifier in verdicts]
        with pytest.raises(SystemExit):
            cli.main(["run", "--target", str(target), f"--report-dir={tmp_path}", *only])
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    said = {r["id"]: r["verdict"] for r in report["requirements"] if r["id"] in verdicts}
    assert said == verdicts
    assert report["contract"].get("pinned", {}).keys() == set(pins.replace("=", " ").split()[::2])
