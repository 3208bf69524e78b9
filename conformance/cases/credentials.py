"""Cases with credentials that must be refused: none, a wrong token, a malformed token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.cases.requests import bases
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.requirements import AUTH_KINDS
from conformance.model.case import Case

_CREDENTIALS = {"no-credentials": "none", "wrong-token": "wrong", "malformed-token": "malformed"}


def credential_cases(contract: Contract, operation: Operation) -> Iterator[Case]:
    """One request for each kind of bad credentials."""
    expectation = contract.refusal(operation, "unauthenticated")
    if operation.is_open or expectation is None:
        return
    for kind in AUTH_KINDS:
        requirement = f"{operation.id}/auth/{kind}"
        yield Case(
            id=requirement,
            operation=operation.id,
            kind="auth",
            template=replace(bases(operation)[0].template, credentials=_CREDENTIALS[kind]),
            expectation=expectation,
            effort="quick" if kind == "wrong-token" else "standard",
            title=f"a request with {kind.replace('-', ' ')} is refused",
            violates=requirement,
        )
