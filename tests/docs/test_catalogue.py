"""The catalogue of requirements is drawn from the contract, all of it, in either language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.certification.scripted.sweep import client_requirements
from conformance.cli import cli
from conformance.contract.document import Contract, load_contract
from conformance.contract.own import load_own_contract

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DRAFT = Path(__file__).parents[1] / "editions" / "draft.overlay.yaml"


def rows_of(folder: Path, contract: Contract, *options: str) -> list[str]:
    """The rows of the pages: each id of the contract in one of them, each page reached."""
    done = CliRunner().invoke(cli, ["catalogue", str(folder), *options], standalone_mode=False)
    assert done.exception is None
    texts = {page.name: page.read_text(encoding="utf-8") for page in folder.iterdir()}
    index = texts.pop("README.md")
    assert contract.revision in index
    assert all(f"({name})" in index for name in texts)
    lines = [line for text in texts.values() for line in text.splitlines()]
    rows = [line for line in lines if line.startswith("| `")]
    named = [line.split("`")[1] for line in rows]
    assert sorted(named) == sorted([*contract.requirements, *client_requirements(contract)])
    return rows


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_requirement_has_its_row(tmp_path: Path, code: str) -> None:
    """Each id, of servers and of clients, stands in exactly one page; each page is reached."""
    rows = rows_of(tmp_path / "pages", load_contract(), "--lang", code)
    assert not [row for row in rows if "no test judges" in row]
    if code == "zh":
        assert all(CHINESE.search(row.split(" | ")[2]) for row in rows)


def test_a_draft_has_its_own_catalogue(tmp_path: Path) -> None:
    """What it adds is there; the rule that no test judges is marked, and no other."""
    contract = load_own_contract(DRAFT, "2023-11-28")
    rows = rows_of(tmp_path, contract, "--contract", str(DRAFT), "--base", "2023-11-28")
    marked = [row.split("`")[1] for row in rows if "(no test judges this rule)" in row]
    assert marked == ["ListApps/rule/by-name"]
