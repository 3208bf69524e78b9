"""The random walk finds what only a sequence of requests shows, and says the shortest one."""

from __future__ import annotations

import re
from dataclasses import replace

import driver
import pytest
from sequences import WALK, sequence_faults

from conformance.faults.model import Fault
from conformance.reference.app import create_app
from conformance.reference.seeds import seeded_world

FAULTS = sequence_faults()
SHORT = 10
"""Steps that the shortest sequence to any of them may have, what it needs included."""


def _walked(fault: Fault | None, seed: int) -> driver.Verdicts:
    world = seeded_world(seed)
    world.policies = replace(world.policies, init_seconds=0.0)
    app = create_app(world, with_control=True)
    with driver.Run(world, fault.apply(world, app) if fault else app, (WALK,), seed) as run:
        return run.judge()


def _steps(verdicts: driver.Verdicts) -> int:
    message = next(one.message for one in verdicts.findings if one.requirement == WALK)
    return len(re.findall(r"(?:\(|; )\d+\. ", message))


@pytest.mark.parametrize("fault", FAULTS[:3], ids=lambda fault: fault.name)
def test_a_sequence_is_found_and_short(fault: Fault) -> None:
    """The walk fails, and its message is the sequence without what is not needed."""
    said = _walked(fault, 1)
    assert said.failed(WALK)
    assert 1 < _steps(said) <= SHORT, said.outcomes(WALK)
    sent = next(one.steps for one in said.findings if one.requirement == WALK)
    assert len(sent) >= 2, "the finding keeps the exchanges that made the world what it was"


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(1, 6))
def test_one_walk_finds_nine_of_ten(seed: int) -> None:
    """Whatever the seed, a single run of the level thorough finds at least nine in ten."""
    missed = [fault.name for fault in FAULTS if not _walked(fault, seed).failed(WALK)]
    assert len(missed) <= len(FAULTS) // 10, missed


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_clean_reference_is_walked_without_alarm(seed: int) -> None:
    """Nothing is found where nothing is wrong."""
    assert _walked(None, seed).findings == []
