"""The order of a run: ordinary requests, then what may bring a server down, then the clock."""

from __future__ import annotations

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract
from conformance.engine.run.ordering import Phase, phase_of


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (None, Phase.ORDINARY),
        ("hostile", Phase.HOSTILE),
        ("ending", Phase.ENDING),
        ("last", Phase.LAST),
    ],
)
def test_marks(marked: str | None, expected: Phase) -> None:
    """What no client sends comes after what every client sends; the clock is moved last."""
    assert phase_of(marked) is expected


def test_a_phase_that_does_not_exist() -> None:
    """A misspelt mark is an error, not an ordinary item."""
    with pytest.raises(KeyError):
        phase_of("hostil")


def test_cases(contract: Contract) -> None:
    """A body that is no JSON comes after all bodies that are."""
    placed = {case.id: phase_of(None, case) for case in generated_cases(contract)}
    assert placed["CreateApp/body/json/malformed~truncated"] is Phase.HOSTILE
    assert placed["CreateApp/body/app_name/required~missing"] is Phase.ORDINARY
    assert set(placed.values()) == {Phase.ORDINARY, Phase.HOSTILE}


def test_what_ends_a_given_thing_comes_late(contract: Contract) -> None:
    """A room is dismissed when nothing else needs it any more; what is refused ends none."""
    cases = [case for case in generated_cases(contract) if case.operation == "RemoveRoom"]
    placed = {case.violates is None: phase_of(None, case, {"RemoveRoom"}) for case in cases}
    assert placed == {True: Phase.ENDING, False: Phase.ORDINARY}
