"""The answers that the contract enumerates beside a rule (``statuses`` and ``codes``)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.document import Contract
from conformance.contract.operations import RuleSpec
from conformance.model.expectation import Answer, Expectation


def enumerated(contract: Contract, identifier: str) -> Expectation:
    """What a rule accepts: its successes as they are, its refusals with one of its codes.

    Raises LookupError for a rule that the contract does not have.
    """
    spec = _spec(contract, identifier)
    codes = spec.codes or ("*",)
    answers = (Answer(status, codes if status >= 400 else ()) for status in spec.statuses)
    return Expectation(tuple(answers), erratum=spec.erratum)


def _spec(contract: Contract, identifier: str) -> RuleSpec:
    for known, spec in _specs(contract):
        if known == identifier:
            return spec
    raise LookupError(f"{identifier} is no rule of the contract")


def _specs(contract: Contract) -> Iterator[tuple[str, RuleSpec]]:
    for operation in contract.operations.values():
        for spec in operation.rules:
            yield f"{operation.id}/rule/{spec.id}", spec
    for spec in contract.common_rules:
        yield spec.id, spec
