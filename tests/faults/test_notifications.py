"""What is told of recordings: faults of it are caught, and what the document leaves open passes."""

from __future__ import annotations

from functools import partial

import driver
import pytest

from conformance.faults import all_faults, plant
from conformance.reference.seeds import seeded_world
from conformance.variants.registry import all_variants
from conformance.variants.registry import plant as vary

JUDGED = "recordEvent/* UpdateAutoRecord/rule/*-new-rooms UpdateAutoRecord/rule/older-rooms-*"
FAULTS = [name for name, fault in all_faults().items() if fault.prepare is not None]
VARIANTS = [name for name in all_variants() if name.startswith("notifications/")]
COMPATIBLE = [
    [
        "key/other-header",
        "end/other-spelling",
        "body/pretty",
        "duration/cut",
        "words/many",
        "subscription/end-all-the-same",
    ],
    ["key/bearer", "type/charset", "again", "address/signed", "words/none"],
    ["headers", "subscription/files-only", "facts/empty"],
]


def test_there_are_enough_of_both() -> None:
    """Every variant is in one of the combinations; twenty-five faults are not too many to ask."""
    assert len(FAULTS) >= 25
    assert len(VARIANTS) >= 10
    assert sorted(VARIANTS) == sorted(f"notifications/{one}" for part in COMPATIBLE for one in part)


@pytest.mark.parametrize("name", FAULTS[1::9])
def test_a_sample_is_caught(name: str) -> None:
    """By what each of them breaks; all of them are with the matrix."""
    assert driver.hunt(all_faults()[name], partial(plant, name, with_control=True)) == {}


@pytest.mark.parametrize("names", COMPATIBLE, ids=["one", "two", "three"])
def test_what_is_left_open_is_no_finding(names: list[str]) -> None:
    """Several choices together, everything judged that they can touch."""
    world = seeded_world(0)
    app = vary([f"notifications/{one}" for one in names], world, with_control=True)
    with driver.Run(world, app, driver.matching(JUDGED)) as run:
        verdicts = run.judge("standard")
    assert [f"{one.requirement}: {one.message}" for one in verdicts.findings] == []
    assert "pass" in verdicts.outcomes("recordEvent/rule/delivered")
