"""What keeps the loop short: little is imported, and only what is selected is made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract
from conformance.verdicts.selection import select

HEAVY = frozenset({"jinja2", "pyrate_limiter", "jsonpath_rfc9535"})


def test_little_is_imported() -> None:
    """Pages, flow control and older editions are what a run may not need."""
    program = "import sys, conformance.commands.run; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout.split()
    assert set() == HEAVY & set(loaded)


@pytest.mark.parametrize(
    ("only", "operations"),
    [(("ShowApp",), {"ShowApp"}), (("Show*",), None), (("common/*",), None), ((), None)],
)
def test_only_cases_of_selected_operations_are_made(
    contract: Contract, only: tuple[str, ...], operations: set[str] | None
) -> None:
    """A selection of operations makes their cases alone, and misses none that it needs."""
    capabilities = frozenset(
        name for one in contract.operations.values() for name in one.capabilities
    )
    selection = select(contract, only, (), capabilities, "emulator")
    everything = tuple(generated_cases(contract))
    made = tuple(generated_cases(contract, selection.operations))
    needed = [case.id for case in everything if selection.needs(case)]
    assert [case.id for case in made if selection.needs(case)] == needed
    assert needed
    if operations is not None:
        assert {case.operation for case in made} == operations
    if not only:
        assert len(made) == len(everything)
