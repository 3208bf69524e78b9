"""The catalogue of requirements is drawn from the contract, all of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from conformance.contract.document import load_contract

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "write_catalogue.py"


def test_every_requirement_has_its_row(tmp_path: Path) -> None:
    """Each id of the contract stands in exactly one page, and each page is reached."""
    spec = importlib.util.spec_from_file_location("write_catalogue", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    contract = load_contract()
    module.write(tmp_path, contract)
    texts = {page.name: page.read_text(encoding="utf-8") for page in tmp_path.iterdir()}
    index = texts.pop("README.md")
    assert all(f"({name})" in index for name in texts)
    rows = [line for text in texts.values() for line in text.splitlines()]
    named = [line.split("`")[1] for line in rows if line.startswith("| `")]
    assert sorted(named) == sorted(contract.requirements)
