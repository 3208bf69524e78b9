"""The table of generators is complete, and what it explains is said in both languages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.document import Contract
from conformance.model.requirement import glob_to_pattern

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


def _tools() -> Any:
    spec = importlib.util.spec_from_file_location("generator_tools", HERE / "tools.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.TOOLS


TOOLS = _tools()
KNOWN = yaml.safe_load((HERE / "known.yaml").read_text("utf-8"))


@pytest.mark.parametrize("page", ["generators.md", "generators.zh-CN.md"])
def test_every_generator_has_its_row(page: str) -> None:
    """In each language, with what was measured of it."""
    text = (DOCS / page).read_text("utf-8")
    measured = text.partition("<!-- measured by tox -e generators -->")[2].partition("<!--")[0]
    rows = [line for line in measured.splitlines() if "/42 |" in line]
    assert len(rows) == len(TOOLS)
    for row, tool in zip(rows, TOOLS, strict=True):
        assert row.startswith(f"| {tool.label} "), row


def test_what_is_explained_is_there(contract: Contract) -> None:
    """Generators that are measured, requirements of clients, and both languages."""
    ids = [*client_requirements(contract), *contract.requirements]
    assert KNOWN
    for reason in KNOWN:
        assert reason.keys() == {"tools", "broken", "en", "zh"}
        assert set(reason["tools"]) <= {tool.name for tool in TOOLS}
        for glob in reason["broken"]:
            pattern = glob_to_pattern(glob)
            assert any(pattern.match(one) for one in ids), glob
        assert reason["en"].endswith(".")
        assert reason["zh"].endswith("。")
