"""``contract export``: which document, in which format, to where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from conformance.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.document import Contract

PLAIN = "tests/plain/petstore.yaml"


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["contract", "export", *arguments])
    return int(ended.value.code or 0)


def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def test_as_it_is(contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole contract, on standard output, without anchors."""
    assert _run() == 0
    text = capsys.readouterr().out
    assert _loaded(text) == contract.raw
    assert "&id" not in text


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    """And the same document in both formats, which the file's name chooses."""
    first, second, other = (tmp_path / name for name in ("a.yaml", "b.yml", "c.json"))
    for file in (first, second, other):
        assert _run("--for", "generators", "--output", str(file)) == 0
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(other.read_text("utf-8")) == _loaded(first.read_text("utf-8"))


def test_the_format_that_is_asked_for(tmp_path: Path) -> None:
    """Goes before the name."""
    file = tmp_path / "a.yaml"
    assert _run("--format", "json", "--output", str(file)) == 0
    assert json.loads(file.read_text("utf-8"))["openapi"] == "3.1.0"


def test_an_earlier_edition(capsys: pytest.CaptureFixture[str]) -> None:
    """Its overlay is applied."""
    assert _run("--revision", "2022-09-30", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["x-revision"] == "2022-09-30"


def test_a_contract_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain document is exported for generators like any other."""
    assert _run("--contract", PLAIN, "--for", "generators", "--format", "json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["paths"]
    assert "x-" not in " ".join(made)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--revision", "1999-01-01"], "revision '1999-01-01': is not known; known are"),
        (["--revision", "2022-09-30", "--contract", PLAIN], "--revision: names an edition beside"),
        (["--base", "2022-09-30"], "--base: has no overlay to apply to it"),
        (["--output", "no/such/folder/a.yaml"], "a.yaml: cannot be written (No such file"),
    ],
)
def test_what_cannot_be_exported(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit status 2."""
    assert _run(*arguments) == 2
    said = capsys.readouterr()
    assert line in said.err
    assert (said.out, len(said.err.splitlines())) == ("", 1)
