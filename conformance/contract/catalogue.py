"""The error catalogue, and the accepted refusals for each kind of violation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model.expectation import Answer, Expectation


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One row of the catalogue of error codes; ``message`` is its text, empty for none."""

    code: str
    status: int
    name: str
    meaning: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All catalogued codes, and the families of codes of other services.

    ``peculiar`` are codes that only the examples of one operation show, by operation and status.
    """

    entries: Mapping[str, CatalogueEntry]
    families: Mapping[str, re.Pattern[str]]
    peculiar: Mapping[tuple[str, int], tuple[str, ...]]

    def family_of(self, code: str) -> str | None:
        """Name of the family whose pattern the code matches; None for none."""
        return next((name for name, p in self.families.items() if p.fullmatch(code)), None)


def read_catalogue(node: Mapping[str, Any]) -> Catalogue:
    """Read the ``x-error-catalogue`` extension."""
    entries = {
        row["code"]: CatalogueEntry(
            row["code"], int(row["status"]), row["name"], row["meaning"], row.get("message", "")
        )
        for row in node["codes"]
    }
    families = {
        name: re.compile(family["pattern"]) for name, family in node.get("families", {}).items()
    }
    peculiar = {
        (operation, int(family["status"])): tuple(map(str, family["codes"]))
        for family in node.get("families", {}).values()
        for operation in family.get("operations", ())
    }
    return Catalogue(entries, families, peculiar)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Accepted answers per error family and kind of violation (``x-refusals``)."""

    families: Mapping[str, Mapping[str, Expectation]]


def read_refusals(node: Mapping[str, Any]) -> Refusals:
    """Read the ``x-refusals`` extension."""
    return Refusals({family: read_kinds(kinds) for family, kinds in node.items()})


def read_kinds(node: Mapping[str, Any]) -> dict[str, Expectation]:
    """Read one family of ``x-refusals``, or an operation's exceptions from its family."""
    return {kind: _expectation(entry) for kind, entry in node.items() if isinstance(entry, dict)}


def read_answers(entry: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Read the ``answers`` of an entry: statuses, each with its codes."""
    return tuple(
        Answer(int(a["status"]), tuple(map(str, a.get("codes", ())))) for a in entry["answers"]
    )


def _expectation(entry: Mapping[str, Any]) -> Expectation:
    return Expectation(read_answers(entry), entry.get("preferred"), entry.get("erratum"))
