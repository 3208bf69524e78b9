"""What the document permits a server to refuse with, or to refuse, is no finding."""

from __future__ import annotations

import fnmatch

import driver
import permitted_refusals as permitted
import pytest
from varied import Variation, varied

from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world


def _alarms(variation: Variation, wanted: str, level: str = "standard") -> list[str]:
    world = seeded_world(0)
    seen: set[str] = set()
    app = varied(world, create_app(world, with_control=True), [variation], seen)
    known = driver.contract().requirements
    ids = [one for one in known if any(fnmatch.fnmatchcase(one, p) for p in wanted.split())]
    assert ids, f"{wanted} matches no requirement"
    with driver.Run(world, app, ids) as run:
        verdicts = run.judge(level)
    assert seen or variation.refuse is not None, "the variation made no difference"
    return [f"{one.requirement} ({one.case}): {one.message}" for one in verdicts.findings]


@pytest.mark.parametrize(
    ("variation", "wanted"),
    [
        (
            permitted.NOT_FOUND_AS_PRINTED,
            "*/known *RecordRule/rule/* DeleteApp/rule/* *Job/rule/*unknown* *Job/rule/*found*"
            " *Job/rule/*over* UpdateAutoRecord/rule/* */404/* StopMixJob/rule/*",
        ),
        (permitted.IN_FRONT, "common/method/* common/path/* common/answer/* common/header/*"),
        (permitted.RUNNING_AT_ONCE, "*/starts-in-init common/example/*"),
        (permitted.NULL_CALLBACK, "ShowRecordCallback/*"),
        (permitted.KEPT_AS_DELETED, "DeleteApp/rule/gone*"),
        (permitted.BLANK_IS_ABSENT, "ListApps/query/* ListRecordRules/query/*"),
        (permitted.SHORT_NAMES, "CreateApp/rule/name-*"),
        (permitted.INCOMPLETE_IDENTITY, "CreateToken/body/auth*/required CreateToken/body/*/type"),
        (permitted.OBS_AS_PRINTED, "*Obs*/auth/* *Obs*/401/* UpdateObsBucketAuthority/rule/*"),
    ],
    ids=[
        *("404", "front", "running", "null", "deleted", "blank", "names", "identity", "obs"),
    ],
)
def test_refusals_that_are_printed(variation: Variation, wanted: str) -> None:
    """At the level standard, where refusals are judged."""
    assert _alarms(variation, wanted) == []
