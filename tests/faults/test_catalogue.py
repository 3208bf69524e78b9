"""The catalogue of faults: every requirement can fail, and every fault says what it breaks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import driver
import pytest
import yaml

from conformance.errors import UsageError
from conformance.faults import all_faults, find_fault, plant
from conformance.model.requirement import Level
from conformance.reference.seeds import seeded_world

EXCEPTIONS = Path(__file__).parent / "exceptions.yaml"
LEAST = 600
"""The document of the house asks for so many faults at least."""


def _excepted() -> dict[str, str]:
    rows = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    return {str(row["requirement"]): str(row["reason"]) for row in rows}


def _named() -> set[str]:
    return {requirement for fault in all_faults().values() for requirement in fault.breaks}


def test_every_requirement_can_fail() -> None:
    """Whatever the contract demands is broken by a fault, or excepted: no capability excuses."""
    missing = sorted(driver.contract().requirements.keys() - _named() - _excepted().keys())
    assert not missing, f"{len(missing)} requirements have no fault: {missing[:20]}"


def test_exceptions_are_needed_and_say_why() -> None:
    """Each is of level MAY, which nothing can break; one that a fault has overtaken goes."""
    requirements = driver.contract().requirements
    for requirement, reason in _excepted().items():
        assert len(reason) > 40, f"{requirement} has no reason"
        assert requirements[requirement].level is Level.MAY, requirement
        assert requirement not in _named(), requirement


def test_faults_break_what_exists() -> None:
    """Every id that a fault names is one of the contract's."""
    known = driver.contract().requirements
    wrong = {
        requirement: fault.name
        for fault in all_faults().values()
        for requirement in fault.breaks
        if requirement not in known
    }
    assert not wrong


def test_faults_are_many_and_of_every_family() -> None:
    """There are more than asked for, each with a title, none without something to break."""
    families = Counter(fault.family for fault in all_faults().values())
    assert sum(families.values()) >= LEAST
    assert set(families) == {
        "input-not-enforced",
        "input-refused-wrongly",
        "input-refused-needlessly",
        "default",
        "unknown-resource",
        "credentials",
        "combination",
        "answer",
        "refusal",
        "rule",
        "transport",
    }
    assert all(fault.breaks and fault.title for fault in all_faults().values())


def test_an_unknown_fault_is_named() -> None:
    """Whoever mistypes a name is told what was probably meant."""
    name = next(iter(all_faults()))
    with pytest.raises(UsageError, match="did you mean"):
        find_fault(name[:-1])
    with pytest.raises(UsageError, match="is not known"):
        plant("no such fault", seeded_world(0))
