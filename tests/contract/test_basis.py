"""Every requirement rests on lines of the document, and only what they state is a MUST."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.contract.basis import Bases, read_bases
from conformance.contract.document import load_contract
from conformance.contract.files import read_yaml, spec_folder
from conformance.errors import ContractError
from conformance.model.requirement import (
    Basis,
    Level,
    Requirement,
    glob_to_pattern,
    lines_in_words,
)

SPEC = spec_folder()
RAW = read_yaml(SPEC / "basis.yaml")
PLACES = json.loads((SPEC / "lines.json").read_text(encoding="utf-8"))
ENTRIES = [(kind, entry) for kind in ("rules", "derived") for entry in RAW[kind]]
FIRST, LAST = 113, 7926
CONTRACT = load_contract()
REQUIREMENTS = CONTRACT.requirements


def _of_kind(kind: str) -> list[Requirement]:
    return [r for r in REQUIREMENTS.values() if (r.kind == "rule") == (kind == "rules")]


def _within(lines: tuple[int, int], ranges: list[list[int]]) -> bool:
    return any(first <= lines[0] and lines[1] <= last for first, last in ranges)


def test_shape() -> None:
    """The file keeps its closed schema."""
    schema = json.loads((SPEC / "basis.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert not [e.message for e in Draft202012Validator(schema).iter_errors(RAW)]


def test_every_requirement_has_its_basis() -> None:
    """No requirement without basis and lines, and no line that the document does not have."""
    assert not [r.id for r in REQUIREMENTS.values() if r.basis is None or not r.lines]
    wrong = [
        r.id
        for r in REQUIREMENTS.values()
        if not all(FIRST <= first <= last <= LAST for first, last in r.lines)
    ]
    assert not wrong


def test_must_is_stated() -> None:
    """What examples alone show, or what is inferred, is a SHOULD at most."""
    unstated = [
        r.id for r in REQUIREMENTS.values() if r.level is Level.MUST and r.basis is not Basis.STATES
    ]
    assert not unstated


@pytest.mark.parametrize("kind", ["rules", "derived"])
def test_no_entry_is_idle(kind: str) -> None:
    """Every glob of a rule matches a requirement that no earlier entry took."""
    taken: set[str] = set()
    idle = []
    for entry in RAW[kind]:
        levels = set(entry.get("levels", [level.value for level in Level]))
        for glob in entry["requirements"]:
            pattern = glob_to_pattern(glob)
            found = {r.id for r in _of_kind(kind) if r.level in levels and pattern.match(r.id)}
            if not found - taken and not glob.startswith("client/"):
                idle.append(glob)
            taken |= found
    assert not idle


def test_rules_are_named() -> None:
    """No entry speaks for every rule of an operation: a new rule needs an entry of its own."""
    broad = [
        glob
        for entry in RAW["rules"]
        for glob in entry["requirements"]
        if re.fullmatch(r"(\*|\w+)(/rule)?/\*", glob)
        and glob not in {"common/text/*", "common/example/*"}
    ]
    assert not broad


def test_rows_exist() -> None:
    """A row that an entry names is one of a table that a requirement of its names as source."""
    unknown = []
    for kind, entry in ENTRIES:
        patterns = [glob_to_pattern(glob) for glob in entry["requirements"]]
        tables = {
            table
            for r in _of_kind(kind)
            if any(pattern.match(r.id) for pattern in patterns)
            for table in r.source.tables
        }
        rows = {
            name for table in tables for name in PLACES["tables"].get(table, {}).get("rows", ())
        }
        unknown += [(entry["requirements"][0], row) for row in set(entry.get("rows", ())) - rows]
    assert not unknown


def test_derived_requirements_rest_on_their_tables() -> None:
    """What transcribes a field stands in a table that its source names, in the row of the field."""
    checked: Counter[bool] = Counter()
    for requirement in _of_kind("derived"):
        name = requirement.id.split("/")[-2].replace("[]", "").rsplit(".", 1)[-1]
        ranges = [
            PLACES["tables"][table]["rows"][name]
            for table in requirement.source.tables
            if name in PLACES["tables"].get(table, {}).get("rows", ())
        ]
        if ranges and requirement.keyword not in {"catalogued", "json", "minLength"}:
            rests = all(_within(lines, ranges) for lines in requirement.lines)
            checked[rests] += 1
            assert rests, requirement.id
    assert checked[True] > 2000


def test_tables_of_sources_are_known() -> None:
    """Every table that a source names is a table of the document."""
    named = {table for r in REQUIREMENTS.values() for table in r.source.tables}
    assert not named - PLACES["tables"].keys()


def test_an_unstated_must_is_noticed() -> None:
    """A MUST that an entry only infers is found, so that the gate above can fail."""
    raw = copy.deepcopy(dict(CONTRACT.raw))
    rules = raw["x-common-rules"]
    rule: dict[str, Any] = next(r for r in rules if r["id"] == "common/body/deep-nesting")
    raw["x-common-rules"] = [{**r, "level": "MUST"} if r is rule else r for r in rules]
    found = load_contract(document=raw).requirements["common/body/deep-nesting"]
    assert (found.level, found.basis) == (Level.MUST, Basis.IMPLIES)


def test_a_contract_without_bases(tmp_path: Path) -> None:
    """A contract of the user's need not say what it rests on; broken files are one line."""
    assert read_bases(tmp_path) == Bases()
    requirement = REQUIREMENTS["common/body/deep-nesting"]
    assert Bases().rest(requirement) == requirement
    (tmp_path / "basis.yaml").write_text("rules: []\nderived: []\n", encoding="utf-8")
    with pytest.raises(ContractError, match="is missing or is not JSON"):
        read_bases(tmp_path)


def test_lines_in_words() -> None:
    """A single line is a number, a range has both its ends."""
    assert lines_in_words([(5, 5), (7, 9)]) == "5, 7-9"
