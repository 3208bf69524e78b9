"""A sample: servers written from the document alone, and slips of theirs, seen by the suite."""

from __future__ import annotations

from pathlib import Path

import pytest
from measure import broken, new_in
from stranger import JAVA, judged, serving

#: One of each sort: a filter, a merge, a lost write, a leak between applications, text for numbers.
SAMPLE = {
    "app-get-any-tenant": "ShowApp",
    "enable-not-stored": "EnableApp",
    "rule-mp4-cycle-like-hls": "CreateRecordRule",
    "single-idle-as-text": "ShowIndividualStreamJob",
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Java server, compiled."""
    if JAVA.missing:
        pytest.skip(f"{JAVA.missing} is not installed")
    return JAVA.built(tmp_path_factory.mktemp("build"))


@pytest.mark.parametrize("slip", SAMPLE)
def test_a_slip_is_found_as_a_failure(build: Path, tmp_path: Path, slip: str) -> None:
    """What the unchanged server does not show is a failure with the slip."""
    only = ("--level", "standard", "--only", f"{SAMPLE[slip]}/*")
    with serving(JAVA, build) as told:
        known = broken(judged(told, JAVA, tmp_path, *only))
    with serving(JAVA, build, slip) as told:
        report = judged(told, JAVA, tmp_path, *only)
    assert new_in(report, known)[0] == "fail"
