"""A requirement: one testable statement of the contract."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from conformance.model.requirement_id import RequirementId


class Level(enum.StrEnum):
    """How binding a statement is (design: "Levels")."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Basis(enum.StrEnum):
    """What a statement rests on; only what the document states can be a MUST.

    ``STATES``: a sentence or a table cell says it. ``SHOWS``: only examples do. ``IMPLIES``: it is
    inferred.
    """

    STATES = "states"
    SHOWS = "shows"
    IMPLIES = "implies"


Lines = tuple[int, int]
"""The first and the last line of a passage in the text of the document, counted from 1."""


def lines_in_words(lines: Iterable[Lines]) -> str:
    """Line numbers as ranges, such as "1084-1089, 1116"."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in lines)


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the document a statement stands: section "9.1", tables ("9-3", "9-4")."""

    section: str
    tables: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.tables:
            return f"section {self.section}"
        noun = "table" if len(self.tables) == 1 else "tables"
        return f"section {self.section}, {noun} {', '.join(self.tables)}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One testable statement of the contract.

    ``kind`` is the family that judges it: ``input``, ``answer``, ``auth`` or ``rule``. ``keyword``
    is the last segment of the id. ``lines`` are the lines of the document that it rests on, as
    firmly as ``basis`` says; None where the contract gives none.
    """

    id: str
    level: Level
    operation: str | None
    chapter: str
    source: Source
    text: str
    kind: str
    keyword: str
    capabilities: frozenset[str] = frozenset()
    erratum: str | None = None
    basis: Basis | None = None
    lines: tuple[Lines, ...] = ()

    @property
    def place(self) -> str:
        """Second segment of the id: such as ``body``, ``200`` or ``rule``."""
        return RequirementId.parse(self.id).place


@lru_cache(maxsize=4096)
def glob_to_pattern(glob: str) -> re.Pattern[str]:
    """Compile a glob over requirement ids: ``*`` is any run of characters, ``?`` any one.

    Brackets are ordinary characters, because array fields are written ``apps[]``.
    """
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob)
    return re.compile("".join(parts) + r"\Z", re.DOTALL)
