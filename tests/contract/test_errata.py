"""The errata are well formed, and the contract and the errata know each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from conformance.contract.document import load_contract
from conformance.model.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Document

Erratum = dict[str, Any]

SPEC = Path(__file__).parents[2] / "spec"
AT_LEAST = 40
NAMING = ("x-erratum", "x-errata", "erratum", "errata")


def _named(node: Any) -> Iterator[str]:
    """Every erratum that a part of the contract names, wherever it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in NAMING:
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _named(value)
    elif isinstance(node, list):
        for item in node:
            yield from _named(item)


def test_shape(errata: list[Erratum]) -> None:
    """Every entry keeps the closed schema of errata, of which there are more than forty."""
    schema = json.loads((SPEC / "errata.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    errors = [
        f"{errata[error.path[0]]['id'] if error.path else ''} {error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(errata)
    ]
    assert not errors, "\n".join(errors)
    assert len(errata) > AT_LEAST


def test_ids_are_unique(errata: list[Erratum]) -> None:
    """No id stands for two errata."""
    ids = [entry["id"] for entry in errata]
    assert len(ids) == len(set(ids))


def test_pins_are_readings(errata: list[Erratum]) -> None:
    """A target can pin only what the erratum lists as a reading."""
    for entry in errata:
        names = [reading["name"] for reading in entry["readings"]]
        assert len(names) == len(set(names)), entry["id"]
        assert set(entry.get("pins", [])) <= set(names), entry["id"]


def test_contract_names_known_errata(document: Document, errata: list[Erratum]) -> None:
    """Every erratum that the contract names, anywhere, exists."""
    unknown = set(_named(document.root)) - {entry["id"] for entry in errata}
    assert not unknown, sorted(unknown)


def test_what_is_loosened_is_no_must(errata: list[Erratum]) -> None:
    """A requirement that a strict erratum loosens exists, and breaking it is only a warning."""
    requirements = load_contract().requirements
    named = [name for entry in errata for name in entry.get("loosens", ())]
    assert named
    unknown = set(named) - requirements.keys()
    assert not unknown, sorted(unknown)
    assert not [name for name in named if requirements[name].level is Level.MUST]


def test_operations_exist(document: Document, errata: list[Erratum]) -> None:
    """The operations that an erratum touches are operations of the contract."""
    for entry in errata:
        unknown = set(entry["operations"]) - set(document.operations)
        assert not unknown, f"{entry['id']} names {sorted(unknown)}"
