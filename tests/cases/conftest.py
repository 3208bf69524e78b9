"""The contract and all cases that it yields, made once."""

from __future__ import annotations

import pytest

from conformance.cases.plan import generated_cases
from conformance.contract.document import Contract, load_contract
from conformance.model.case import Case


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the newest edition."""
    return load_contract()


@pytest.fixture(scope="session")
def cases(contract: Contract) -> tuple[Case, ...]:
    """Every generated case."""
    return tuple(generated_cases(contract))
