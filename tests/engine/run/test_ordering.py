"""The order of a run: ordinary requests, then what may bring a server down, then the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract
from conformance.engine.run import ordering as order
from conformance.engine.run.ordering import place


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("test_05_applications.py", 0),
        ("test_common_addresses.py", 1),
        ("test_random_requests.py", 1),
        ("test_99_clock_jobs.py", 2),
    ],
)
def test_files(file: str, expected: int) -> None:
    """What no client sends comes after what every client sends; the clock is moved last."""
    assert place(file) == expected
    assert place("test_05_applications.py", hostile=True) == 1


def test_cases(contract: Contract) -> None:
    """A body that is no JSON comes after all bodies that are."""
    placed = {case.id: place("test_generated.py", case) for case in generated_cases(contract)}
    assert placed["CreateApp/body/json/malformed~truncated"] == 1
    assert placed["CreateApp/body/app_name/required~missing"] == 0
    assert set(placed.values()) == {0, 1}


def test_every_file_is_there() -> None:
    """A file that is renamed must not lose its place."""
    folder = Path(order.__file__).parent
    assert all((folder / name).is_file() for name in order._HOSTILE)
