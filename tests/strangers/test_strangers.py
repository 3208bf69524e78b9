"""A sample: servers written from the document alone, and slips of theirs, seen by the suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from measure import broken, new_in
from stranger import STRANGERS, Stranger, judged, serving

#: A few slips of each sort, with the requirements among which the one is that finds them.
SLIPS = [
    ("java", "rule-mp4-cycle-like-hls", "CreateRecordRule/*/mp4_config*"),
    ("java", "single-idle-as-text", "ShowIndividualStreamJob/200/*"),
]
_BY_NAME = {stranger.name: stranger for stranger in STRANGERS}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Stranger], Path]:
    """Compile a server once; skip where this machine lacks its tools."""
    built: dict[str, Path] = {}

    def make(stranger: Stranger) -> Path:
        if stranger.missing:
            pytest.skip(f"{stranger.missing} is not installed")
        if stranger.name not in built:
            built[stranger.name] = stranger.built(tmp_path_factory.mktemp(stranger.name))
        return built[stranger.name]

    return make


@pytest.mark.parametrize("name", list(_BY_NAME))
def test_an_unchanged_server_is_conformant(
    name: str, build: Callable[[Stranger], Path], tmp_path: Path
) -> None:
    """Nobody cried wolf: no MUST of the document is called broken."""
    stranger = _BY_NAME[name]
    with serving(stranger, build(stranger)) as told:
        report = judged(told, stranger, tmp_path, "--level", "quick")
    failed = [row["id"] for row in report["requirements"] if row["verdict"] == "fail"]
    assert (report["verdict"], failed) == ("conformant", [])


@pytest.mark.parametrize(("name", "slip", "glob"), SLIPS)
def test_a_slip_is_found_as_a_failure(
    name: str, slip: str, glob: str, build: Callable[[Stranger], Path], tmp_path: Path
) -> None:
    """What the unchanged server does not show is a failure with the slip."""
    stranger = _BY_NAME[name]
    only = ("--level", "standard", "--only", glob)
    with serving(stranger, build(stranger)) as told:
        known = broken(judged(told, stranger, tmp_path, *only))
    with serving(stranger, build(stranger), slip) as told:
        report = judged(told, stranger, tmp_path, *only)
    assert new_in(report, known)[0] == "fail"
