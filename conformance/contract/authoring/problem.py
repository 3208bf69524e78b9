"""A fault in a contract, with file, line, operation, member, and what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault before its line is known: ``way`` is its path; ``source`` names its file."""

    way: tuple[str | int, ...]
    problem: str
    expected: str
    source: str = "contract"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file. ``line`` counts from 1; None where the file has no useful lines."""

    file: str
    line: int | None
    operation: str
    member: str
    problem: str
    expected: str

    @property
    def place(self) -> str:
        """File, line, operation and member, as an editor takes the first two."""
        position = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (position, self.operation, self.member) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; expected {self.expected}"


def operation_at(document: Any, way: Sequence[str | int]) -> tuple[str, str]:
    """The operation that a path leads into ("" for none), and the rest of the path."""
    steps = list(map(str, way))
    if len(steps) > 2 and steps[0] in {"paths", "webhooks"} and steps[2] in METHODS:
        try:
            node = document[way[0]][way[1]][way[2]]
            named = node.get("operationId")
        except (KeyError, TypeError, AttributeError):
            named = None
        return str(named or f"{steps[2].upper()} {steps[1]}"), _dotted(steps[3:])
    return "", _dotted(steps)


def _dotted(steps: Sequence[str]) -> str:
    return ".".join(steps)
