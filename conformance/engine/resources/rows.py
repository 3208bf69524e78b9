"""Reads the rows of lists that show resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.operations import Operation
from conformance.contract.resources import MadeKind
from conformance.engine.resources.names import id_in
from conformance.engine.sender import Sender
from conformance.errors import ContractError
from conformance.model.case import Template
from conformance.model.exchange import Exchange

_MOST_PAGES = 1000


def rows_of(answer: Any, field: str) -> list[dict[str, Any]]:
    """The rows of a list that an answer shows; none where it shows something else."""
    rows = answer.get(field) if isinstance(answer, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def all_rows(sender: Sender, operation: Operation, kind: MadeKind) -> Iterator[dict[str, Any]]:
    """Every row of the list of a kind, page by page; a page with nothing new ends it.

    Raises LookupError when a page is refused.
    """
    if kind.listing is None or operation.pagination is None:
        raise ContractError(kind.kind, "has no list that can be paged")
    seen: set[str] = set()
    for page in range(_MOST_PAGES):
        query = {operation.pagination.offset: page}
        listed = sender.send(Template(operation.id, query=query), judge=False)
        must_succeed(listed)
        rows = rows_of(listed.legible, kind.listing.items)
        new = [row for row in rows if id_of(row, kind) not in seen]
        if not new:
            return
        seen.update(id_of(row, kind) for row in new)
        yield from (row for row in new if id_of(row, kind))


def id_of(row: dict[str, Any], kind: MadeKind) -> str:
    """The id in a row; empty where it has none."""
    return id_in(row, kind.id) or ""


def must_succeed(exchange: Exchange) -> None:
    """Raise LookupError, quoting request and answer, unless the request succeeded."""
    if not 200 <= exchange.status < 300:
        failure = exchange.failure
        said = f"{failure.stage}: {failure.message}" if failure else str(exchange.status)
        raise LookupError(f"{exchange.request.method} {exchange.request.url}: {said}")
