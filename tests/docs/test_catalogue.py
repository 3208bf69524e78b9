"""The catalogue of requirements is drawn from the contract, all of it, in either language."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.document import load_contract

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "write_catalogue.py"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_requirement_has_its_row(tmp_path: Path, code: str) -> None:
    """Each id, of servers and of clients, stands in exactly one page; each page is reached."""
    spec = importlib.util.spec_from_file_location("write_catalogue", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    contract = load_contract()
    module.write(tmp_path, contract, code)
    texts = {page.name: page.read_text(encoding="utf-8") for page in tmp_path.iterdir()}
    index = texts.pop("README.md")
    assert all(f"({name})" in index for name in texts)
    lines = [line for text in texts.values() for line in text.splitlines()]
    rows = [line for line in lines if line.startswith("| `")]
    named = [line.split("`")[1] for line in rows]
    assert sorted(named) == sorted([*contract.requirements, *client_requirements(contract)])
    if code == "zh":
        assert all(CHINESE.search(row.split(" | ")[2]) for row in rows)
