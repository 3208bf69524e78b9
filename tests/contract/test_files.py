"""Reading files of the contract: every way in which that goes wrong is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract import files
from conformance.errors import ContractError


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: [1", r"spec.yaml:[0-9]+: is not YAML"),
        (b"\xff\xfe\xff", "is not UTF-8"),
        (None, "cannot be"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes | None, problem: str) -> None:
    """No YAML, no UTF-8, no file."""
    path = tmp_path / "spec.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContractError, match=problem):
        files.read_yaml(path)


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """Reports name the contract by its SHA-256."""
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert files.digest(path).startswith("e3b0c44298fc1c14")


def test_the_contract_travels_with_the_code() -> None:
    """spec/ is found without a working directory."""
    assert (files.spec_folder() / "openapi.yaml").is_file()
