"""Places where the document contradicts itself, and the reading that is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.contract.files import read_yaml


@dataclass(frozen=True, slots=True)
class Erratum:
    """One contradiction: its readings with sources, the one used, and the consequences.

    Of an erratum that accepts any reading: why no single answer shows one, why none can be pinned.
    """

    id: str
    title: str
    reading: str
    readings: tuple[Mapping[str, Any], ...]
    taken: str
    consequence: str
    operations: tuple[str, ...]
    pins: tuple[str, ...]
    loosens: tuple[str, ...] = ()
    why_no_answer: str = ""
    why_not_pinnable: str = ""


def read_errata(path: Path) -> dict[str, Erratum]:
    """Read ``spec/errata.yaml``. Raises ContractError when it cannot be parsed."""
    document = read_yaml(path)
    return errata_from(document["errata"] if isinstance(document, dict) else document)


def errata_from(entries: Iterable[Mapping[str, Any]]) -> dict[str, Erratum]:
    """Errata by id, from parsed entries. Raises KeyError for a missing part."""
    return {
        entry["id"]: Erratum(
            id=entry["id"],
            title=entry["title"],
            reading=entry["reading"],
            readings=tuple(entry["readings"]),
            taken=entry["taken"],
            consequence=entry["consequence"],
            operations=tuple(entry.get("operations", ())),
            pins=tuple(map(str, entry.get("pins", ()))),
            loosens=tuple(entry.get("loosens", ())),
            why_no_answer=" ".join(entry.get("why-no-answer", "").split()),
            why_not_pinnable=" ".join(entry.get("why-not-pinnable", "").split()),
        )
        for entry in entries
    }
