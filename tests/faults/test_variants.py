"""Permitted variants: what they are called and rest on, and a fair sample of the gate.

The gate itself, complete, is ``gate.py`` (``tox -e variants``).
"""

from __future__ import annotations

import json
import random

import gate
import pytest
from click.testing import CliRunner

from conformance.cli import cli
from conformance.errors import UsageError
from conformance.faults.endpoints import ENDPOINTS
from conformance.reference.seeds import seeded_world
from conformance.variants.edits import recoded
from conformance.variants.model import Variant
from conformance.variants.passages import PASSAGES, chapters
from conformance.variants.registry import all_variants, combination, find_variants, make, plant

LINES_OF_THE_DOCUMENT = 7926
SAMPLE = (
    ("codes/StopMixJob/404-invalid", "codes/ListRtcRoomList/one-code"),
    ("codes/CreateMixJob/LayoutTemplateNotExist-invalid", "codes/CreateMixJob/404-invalid"),
    ("codes/UpdateObsBucketAuthority/authority-bucket-400",),
    ("codes/ListRtcEvent/one-code", "statistics/ListRtcEvent/flat"),
    ("codes/CreateMixJob/mix-job-rule-400",),
    ("codes/CreateIndividualStreamJob/stream-job-rule-400",),
    ("codes/UpdateIndividualStreamJob/update-job-rule-400",),
    ("times/chapter-6/4-digits", "shape/rules/hls_config-zero"),
    ("times/chapter-7/0-digits",),
    ("times/chapter-8/6-digits",),
    ("shape/ListObsBuckets/order", "shape/ListApps/push_callback-empty"),
    ("shape/ShowMixJob/stop_time-absent", "shape/ShowMixJob/template-star"),
    ("habits/StartApp/enabled-already", "habits/DeleteApp/only-stopped"),
    ("statistics/ListRtcHistoryScale/every-metric",),
    ("statistics/CreateIndividualStreamJob/number-room",),
)


def test_there_are_many_in_every_chapter_and_for_every_operation() -> None:
    """At least 120, and each operation of the document has one of its own or of its chapter."""
    found = all_variants()
    assert len(found) >= 120
    named = {name for one in found.values() for name in one.operations}
    assert set(PASSAGES) <= named
    assert set(chapters()) == {str(number) for number in range(5, 14)}


@pytest.mark.parametrize("variant", all_variants().values(), ids=lambda one: one.name)
def test_each_says_what_permits_it(variant: Variant) -> None:
    """Lines of the document, one English and one Chinese sentence, operations that exist."""
    assert variant.lines
    assert all(0 < line <= LINES_OF_THE_DOCUMENT for line in variant.lines)
    assert variant.title.endswith(".")
    assert variant.chinese.endswith("。")
    assert set(variant.operations) <= {*ENDPOINTS, "*"}
    assert variant.behaviour or variant.prepare


def test_those_that_exclude_each_other_are_not_taken_together() -> None:
    """By hand it is an error; at random it does not happen."""
    with pytest.raises(UsageError, match="excludes"):
        find_variants(["times/chapter-5/0-digits", "times/chapter-5/4-digits"])
    for seed in range(20):
        chosen = combination(random.Random(seed), 10)  # noqa: S311
        assert len({one.aspect or one.name for one in chosen}) == 10


def test_they_are_listed_and_an_unknown_one_is_refused() -> None:
    """``variants GLOB --json`` in both languages; the name that was probably meant."""
    listed = CliRunner().invoke(cli, ["variants", "shape/ShowApp/*", "--json", "--lang", "zh"])
    rows = json.loads(listed.output)
    assert {row["name"].split("/")[1] for row in rows} == {"ShowApp"}
    assert all(row["title"].endswith("。") for row in rows)
    with pytest.raises(UsageError, match="not known"):
        plant(["shape/ListObsBuckets/ordr"], seeded_world(0))


@pytest.mark.parametrize("names", SAMPLE, ids=lambda names: names[0])
def test_what_is_permitted_is_no_finding(names: tuple[str, ...]) -> None:
    """At the level standard, the requirements of the operations that the variants touch."""
    seen: set[str] = set()
    chosen = find_variants(names)
    assert gate.findings(chosen, gate.touched(chosen), "standard", 0, seen) == []
    assert seen == set(names)


def test_what_is_not_permitted_is_found() -> None:
    """The gate can fail: a code of another status is noticed."""
    wrong = Variant(
        "wrong", "", "", (1,), recoded(404, {"RTC.00001015": "RTC.00001020"}), ("ShowApp",)
    )
    assert gate.findings([wrong], gate.touched([wrong]), "quick", 0) != []


def test_several_at_once_are_served() -> None:
    """One around the other, over the reference."""
    names = ["wire/json/indented", "wire/header/via", "habits/ids/uuids"]
    world = seeded_world(0)
    assert make(plant(names, world), world, ()) is not None
    assert "-" in world.ids.resource()
