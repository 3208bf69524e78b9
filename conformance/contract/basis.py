"""What every requirement rests on: lines of the document, and how firmly they state it.

``spec/basis.yaml`` gives it by requirement id or glob, the first entry that matches; where an entry
has no lines they are looked up in ``spec/lines.json``, which has the lines of every table row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.contract.files import read_yaml
from conformance.errors import ContractError
from conformance.model.requirement import Basis, Level, Lines, Requirement, Source, glob_to_pattern
from conformance.model.requirement_id import RequirementId


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of the document's sections, tables and table rows."""

    sections: Mapping[str, Lines]
    tables: Mapping[str, Lines]
    rows: Mapping[str, Mapping[str, Lines]]

    def of(self, source: Source, names: Sequence[str] = ()) -> tuple[Lines, ...]:
        """The lines of these rows in the tables, else of the tables, else of the section."""
        found = [
            rows[name]
            for rows in (self.rows.get(table, {}) for table in source.tables)
            for name in names
            if name in rows
        ]
        tables = [self.tables[table] for table in source.tables if table in self.tables]
        section = self.sections.get(source.section)
        return tuple(found or tables or ([section] if section else []))


@dataclass(frozen=True, slots=True)
class BasisEntry:
    """One entry of ``spec/basis.yaml``; without lines of its own those of its rows or source."""

    ids: frozenset[str]
    pattern: re.Pattern[str] | None
    basis: Basis
    lines: tuple[Lines, ...]
    rows: tuple[str, ...]
    levels: frozenset[str] = frozenset(Level)

    def holds(self, requirement: Requirement) -> bool:
        """Whether the entry matches the requirement: by its id, or by a glob."""
        if requirement.level not in self.levels:
            return False
        globbed = self.pattern is not None and self.pattern.match(requirement.id) is not None
        return globbed or requirement.id in self.ids


@dataclass(frozen=True, slots=True)
class BasisEntries:
    """Entries in order, looked up by id; only those with globs are tried one by one."""

    by_id: Mapping[str, tuple[tuple[int, BasisEntry], ...]] = field(default_factory=dict)
    globs: tuple[tuple[int, BasisEntry], ...] = ()

    @classmethod
    def of(cls, entries: Iterable[BasisEntry]) -> BasisEntries:
        """Arrange entries, the first of which wins."""
        by_id: dict[str, tuple[tuple[int, BasisEntry], ...]] = {}
        globs = []
        for numbered in enumerate(entries):
            if numbered[1].pattern is not None:
                globs.append(numbered)
            for name in numbered[1].ids:
                by_id[name] = (*by_id.get(name, ()), numbered)
        return cls(by_id, tuple(globs))

    def first(self, requirement: Requirement) -> BasisEntry | None:
        """The first entry that matches a requirement; None where none does."""
        named = ((n, e) for n, e in self.by_id.get(requirement.id, ()) if e.holds(requirement))
        number, entry = next(named, (None, None))
        for earlier, glob in self.globs:
            if number is not None and earlier >= number:
                break
            if glob.holds(requirement):
                return glob
        return entry


@dataclass(frozen=True, slots=True)
class Bases:
    """The basis entries of a contract. Without entries, requirements stay as they are."""

    rules: BasisEntries = field(default_factory=BasisEntries)
    derived: BasisEntries = field(default_factory=BasisEntries)
    places: Places | None = None

    def rest(self, requirement: Requirement) -> Requirement:
        """The requirement with its basis and its lines, where an entry matches it."""
        entries = self.rules if requirement.kind == "rule" else self.derived
        entry = entries.first(requirement)
        if entry is None or self.places is None:
            return requirement
        names = entry.rows or (() if requirement.kind == "rule" else _names(requirement))
        lines = entry.lines or self.places.of(requirement.source, names)
        return replace(requirement, basis=entry.basis, lines=lines)


def _names(requirement: Requirement) -> tuple[str, ...]:
    """The names of table rows that a derived requirement may transcribe."""
    parts = RequirementId.parse(requirement.id)
    return ((parts.field or parts.place).rpartition("/")[2].replace("[]", "").rsplit(".", 1)[-1],)


def read_bases(folder: Path) -> Bases:
    """Read ``basis.yaml`` and ``lines.json`` of a contract; empty where it has no bases.

    Raises ContractError when a file cannot be parsed.
    """
    path = folder / "basis.yaml"
    if not path.is_file():
        return Bases()
    document = read_yaml(path)
    return Bases(
        rules=BasisEntries.of(map(_entry, document["rules"])),
        derived=BasisEntries.of(map(_entry, document["derived"])),
        places=_places(folder / "lines.json"),
    )


def _places(path: Path) -> Places:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContractError(str(path), "is missing or is not JSON") from error
    return Places(
        sections={name: _lines(value) for name, value in raw["sections"].items()},
        tables={name: _lines(table["lines"]) for name, table in raw["tables"].items()},
        rows={
            name: {row: _lines(value) for row, value in table["rows"].items()}
            for name, table in raw["tables"].items()
        },
    )


def _entry(raw: Mapping[str, Any]) -> BasisEntry:
    globs = [text for text in raw["requirements"] if set(text) & set("*?")]
    patterns = (glob_to_pattern(glob).pattern for glob in globs)
    return BasisEntry(
        ids=frozenset(raw["requirements"]) - frozenset(globs),
        pattern=re.compile("|".join(patterns), re.DOTALL) if globs else None,
        basis=Basis(raw["basis"]),
        lines=tuple(map(_lines, raw.get("lines", ()))),
        rows=tuple(raw.get("rows", ())),
        levels=frozenset(raw.get("levels", Level)),
    )


def _lines(value: int | Iterable[int]) -> Lines:
    if isinstance(value, int):
        return value, value
    first, last = value
    return first, last
