"""Every fault is caught by every requirement that it names, and the clean reference by none.

A fault is planted, and just the cases that ``--only`` would select for what it names are run.
"""

from __future__ import annotations

from functools import partial

import driver
import hunting
import pytest
from alarms import alarms

from conformance.faults import all_faults, plant
from conformance.faults.model import Fault

SAMPLE = hunting.batches(hunting.sample())
COMPLETE = hunting.batches(all_faults().values())
SEEDS = 20


def _survivors(faults: tuple[Fault, ...]) -> list[str]:
    """What was not caught: the fault, the requirement that missed it, and what it said."""
    found: list[str] = []
    for fault in faults:
        missed = driver.hunt(fault, partial(plant, fault.name, with_control=True))
        found += [f"{fault.name}: {requirement}: {said}" for requirement, said in missed.items()]
    return found


@pytest.mark.parametrize("batch", list(SAMPLE.values()), ids=list(SAMPLE))
def test_a_sample_of_faults_is_caught(batch: tuple[Fault, ...]) -> None:
    """Some of every kind of fault are caught by what they name."""
    survivors = _survivors(batch)
    assert not survivors, "\n".join(survivors)


@pytest.mark.matrix
@pytest.mark.parametrize("batch", list(COMPLETE.values()), ids=list(COMPLETE))
def test_every_fault_is_caught(batch: tuple[Fault, ...]) -> None:
    """All of them are."""
    survivors = _survivors(batch)
    assert not survivors, "\n".join(survivors)


@pytest.mark.parametrize("seed", range(2))
def test_the_clean_reference_raises_no_alarm(seed: int) -> None:
    """Without a fault nothing is found at the level quick, SHOULD included."""
    assert alarms("quick", seed)[0] == []


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("level", ["quick", "standard", "thorough"])
def test_no_seed_raises_an_alarm(level: str, seed: int) -> None:
    """Nor in twenty seeds at every level."""
    assert alarms(level, seed)[0] == []
