"""The order of a run: ordinary requests, then what may bring a server down, then the clock."""

from __future__ import annotations

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract
from conformance.engine.run.ordering import Phase, phase_of


@pytest.mark.parametrize(
    ("marked", "expected"),
    [(None, Phase.ORDINARY), ("hostile", Phase.HOSTILE), ("last", Phase.LAST)],
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
