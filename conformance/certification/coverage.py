"""Measures how much of the contract a client used: operations, statuses, parameters, values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.certification.recording.call import Call
from conformance.contract.document import Contract
from conformance.contract.operations import Operation
from conformance.contract.requirements import judged_inputs
from conformance.model.report import StatusCell
from conformance.model.requirement import Requirement

KINDS = ("operations", "statuses", "parameters", "values")
"""What is counted, each by itself: a field of a body is a parameter here."""


@dataclass(slots=True)
class OperationCoverage:
    """How often each part of one operation was used."""

    calls: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)

    def counts(self, kind: str) -> list[int]:
        """Uses of everything of that kind."""
        if kind == "operations":
            return [self.calls]
        if kind == "values":
            return [count for values in self.values.values() for count in values.values()]
        chosen: dict[str, int] = getattr(self, kind)
        return list(chosen.values())


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a total."""

    covered: int
    total: int

    @property
    def percent(self) -> float:
        """The share in percent; 100 when the total is 0."""
        return 100.0 * self.covered / self.total if self.total else 100.0

    def __str__(self) -> str:
        return f"{self.covered} of {self.total} ({self.percent:.1f} %)"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The use of every operation of the contract."""

    operations: Mapping[str, OperationCoverage]
    counted: frozenset[str]

    def share(self, kind: str) -> Share:
        """The share of one kind over the operations of chapters 5 to 13; ``all``: of every kind."""
        kinds = KINDS if kind == "all" else (kind,)
        counts = [
            n for name in self.counted for k in kinds for n in self.operations[name].counts(k)
        ]
        return Share(sum(1 for count in counts if count), len(counts))

    def to_dict(self) -> dict[str, Any]:
        """The coverage as plain JSON data."""
        shares = {kind: self.share(kind) for kind in (*KINDS, "all")}
        return {
            "shares": {
                kind: {"covered": s.covered, "total": s.total, "percent": round(s.percent, 2)}
                for kind, s in shares.items()
            },
            "operations": {
                name: {
                    "calls": item.calls,
                    "counted": name in self.counted,
                    "statuses": item.statuses,
                    "parameters": item.parameters,
                    "values": item.values,
                }
                for name, item in self.operations.items()
            },
        }

    def cells(self) -> list[StatusCell]:
        """The table operation × status, as reports carry it."""
        return [
            StatusCell(name, status, reached, "" if reached else _unreached(item))
            for name, item in self.operations.items()
            for status, reached in item.statuses.items()
        ]

    def unshown(self, requirement: Requirement) -> str:
        """Why no request judged a requirement."""
        if requirement.operation is None:
            return "not covered: no request of the client shows it"
        if not self.operations[requirement.operation].calls:
            return f"not covered: the client never called {requirement.operation}"
        return "not covered: no request of the client carries it"


def coverage_of(contract: Contract, calls: Iterable[Call]) -> Coverage:
    """Count what the requests of a recording used."""
    table = {o.id: _blank(o) for o in contract.operations.values()}
    for call in calls:
        if call.operation is not None:
            _count(table[call.operation.id], call, call.operation)
    counted = frozenset(o.id for o in contract.operations.values() if o.server is None)
    return Coverage(table, counted)


def _unreached(item: OperationCoverage) -> str:
    return "the client was not answered so" if item.calls else "the client never called it"


def _blank(operation: Operation) -> OperationCoverage:
    blank = OperationCoverage(statuses={str(status): 0 for status in sorted(operation.answers)})
    for place, item in judged_inputs(operation):
        name = f"{place}/{item.path}"
        if not item.path.endswith("[]"):
            blank.parameters[name] = 0
        listed = item.schema.get("enum", ())
        if listed:
            blank.values[name] = {_show(value): 0 for value in listed}
        elif item.types == ("boolean",):
            blank.values[name] = {"true": 0, "false": 0}
    return blank


def _count(item: OperationCoverage, call: Call, operation: Operation) -> None:
    item.calls += 1
    status = str(call.status)
    if status in item.statuses:
        item.statuses[status] += 1
    used = Counter((name, _show(value)) for name, value in _used(call, operation))
    for name in {name for name, _ in used}:
        if name in item.parameters:
            item.parameters[name] += 1
    for (name, value), count in used.items():
        if value in item.values.get(name, {}):
            item.values[name][value] += count


def _used(call: Call, operation: Operation) -> Iterator[tuple[str, Any]]:
    for name, value in call.query:
        yield f"query/{name}", value
        parameter = operation.parameter(name)
        if parameter is not None and parameter.field.types[:1] == ("array",):
            for part in value.split(","):
                yield f"query/{name}[]", part
    if operation.body is not None and call.body:
        try:
            yield from _leaves(json.loads(call.body), "")
        except (ValueError, RecursionError):
            return


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if path:
        yield f"body/{path}", value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _leaves(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child, f"{path}[]")


def _show(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
