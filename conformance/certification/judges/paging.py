"""Judges how a client pages through lists; offset counts pages here, and entries there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import PREFIX
from conformance.certification.recording.call import Call
from conformance.contract.operations import Operation
from conformance.contract.paging import Pagination


@dataclass(slots=True)
class _Walk:
    """The requested pages of one list, in order."""

    operation: Operation
    limit: int
    pages: list[tuple[int, Call]] = field(default_factory=list)


class PagingJudge:
    """Judges each sequence of pages in a recording."""

    def __init__(self, ledger: ClientLedger) -> None:
        self._ledger = ledger

    def judge(self, calls: Iterable[Call]) -> None:
        """Judge the page after each full one."""
        for walk in _walks(calls):
            self._judge(walk)

    def _judge(self, walk: _Walk) -> None:
        assert walk.operation.pagination is not None
        pagination = walk.operation.pagination
        identifier = f"{PREFIX}/{walk.operation.id}/query/{pagination.offset}/paging"
        by_page = pagination.by_page
        right, wrong = (1, walk.limit) if by_page else (walk.limit, 1)
        asked = {offset for offset, _ in walk.pages}
        for (before, full), (offset, call) in zip(walk.pages, walk.pages[1:], strict=False):
            if not _is_full(full, pagination, walk.limit):
                continue
            if offset - before != wrong or before + right in asked:
                self._ledger.passed(identifier, call.case)
                continue
            what = "pages are left out" if by_page else "the same entries are asked for again"
            self._ledger.broke(
                identifier,
                call,
                f"{full.case} was a full page, and after it {what}",
                f"{pagination.offset}={before + right}",
                f"{pagination.offset}={offset}",
            )


def _walks(calls: Iterable[Call]) -> Iterable[_Walk]:
    found: dict[tuple[object, ...], _Walk] = {}
    for call in calls:
        operation = call.operation
        if operation is None or not operation.pagination or not 200 <= call.status < 300:
            continue
        query = dict(call.query)
        offset = _number(operation, query, operation.pagination.offset)
        limit = _number(operation, query, operation.pagination.limit)
        if offset is None or limit is None or limit < 2:
            continue
        other = tuple(sorted((k, v) for k, v in query.items() if k != operation.pagination.offset))
        key = (operation.id, call.raw_path, other)
        found.setdefault(key, _Walk(operation, limit)).pages.append((offset, call))
    return found.values()


def _number(operation: Operation, query: Mapping[str, str], name: str) -> int | None:
    """The number in a request, or the default when it sends none."""
    text = query.get(name)
    if text is not None:
        return int(text) if text.isascii() and text.isdigit() else None
    parameter = operation.parameter(name)
    usual = parameter.field.schema.get("default") if parameter else None
    return usual if isinstance(usual, int) else None


def _is_full(call: Call, pagination: Pagination, limit: int) -> bool:
    answer = call.exchange.json
    items = answer.get(pagination.items) if isinstance(answer, dict) else None
    return isinstance(items, list) and len(items) >= limit
