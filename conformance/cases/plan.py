"""All generated cases of a contract, in the order in which they are best sent."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from conformance.cases.credentials import credential_cases
from conformance.cases.negative import negative_cases
from conformance.cases.positive import positive_cases
from conformance.contract.document import Contract
from conformance.model.case import EFFORTS, Case


def generated_cases(contract: Contract, operations: Container[str] | None = None) -> Iterator[Case]:
    """Every case that the contract yields by itself, operation by operation.

    ``operations``: those to make cases of; None are all.
    """
    for operation in contract.operations.values():
        if operations is not None and operation.id not in operations:
            continue
        yield from positive_cases(contract, operation)
        yield from _first_is_quick(negative_cases(contract, operation))
        yield from credential_cases(contract, operation)


def _first_is_quick(cases: Iterator[Case]) -> Iterator[Case]:
    """Put one violation per operation into level quick, which must stay quick on a real service."""
    first = next(cases, None)
    if first is not None:
        yield replace(first, effort="quick")
    yield from cases


def includes(case: Case, effort: str) -> bool:
    """Whether a run at that level includes the case."""
    return EFFORTS.index(case.effort) <= EFFORTS.index(effort)
