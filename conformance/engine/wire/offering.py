"""The operations that a target offers; all others are never called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.contract.document import Contract
from conformance.contract.offered import offered_operations
from conformance.contract.operations import Operation
from conformance.engine.outcomes import NotOffered
from conformance.model.exchange import Request


class Offering:
    """The operations that the target file lists (``operations``); without a list, all.

    ``asked_for``: the first operation not offered that the current case asked about.
    """

    def __init__(self, contract: Contract, named: tuple[str, ...]) -> None:
        self._operations = contract.operations
        self._offered = offered_operations(contract, named)
        self._absent = tuple(
            (operation, re.compile(f"{_pattern(operation.path)}/?$"))
            for operation in contract.operations.values()
            if operation.id not in self._offered
        )
        self.asked_for: str | None = None

    def offers(self, operation: str) -> bool:
        """Whether the target offers it; for callers that can do without it."""
        return operation in self._offered

    def has(self, operation: str) -> bool:
        """Whether the target offers it; if not, remember that the case asked for it."""
        offered = self.offers(operation)
        if not offered and self.asked_for is None:
            self.asked_for = operation
        return offered

    def demand(self, operation: str) -> None:
        """Raise NotOffered unless the target offers it."""
        if operation in self._operations and not self.has(operation):
            raise NotOffered(needs(operation))

    def check(self, request: Request) -> None:
        """Raise NotOffered for a request to an operation that is not offered."""
        if request.operation is not None:
            self.demand(request.operation)
        path = urlsplit(request.url).path if self._absent else ""
        for operation, pattern in self._absent:
            if operation.method == request.method.upper() and pattern.search(path):
                self.demand(operation.id)

    def harmless(self) -> Iterator[Operation]:
        """Operations that only read and need no resource, in the document's order."""
        for operation in self._operations.values():
            places = _NAMING | ({"header"} if operation.conventions.plain else frozenset())
            needed = (p for p in operation.parameters if p.required and p.place in places)
            reads = operation.reads_only and operation.server is None
            if reads and operation.id in self._offered and not any(needed):
                yield operation


_NAMING = frozenset({"path", "query"})


def needs(operation: str) -> str:
    """The reason why nothing that needs an operation which is not offered is judged."""
    return f"it needs {operation}, which the target does not offer"


def _pattern(path: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
