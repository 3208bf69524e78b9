"""Bodies drawn from schemas that are not ours: whatever form they ask for, they get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.certification.scripted.sampling import maximal, value_of
from conformance.certification.scripted.situations import situations_of
from conformance.cli import cli
from conformance.contract.own import load_own_contract
from conformance.contract.validation import Validator

PETS = Path(__file__).parents[1] / "plain" / "petstore.yaml"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[a-z]{3}-[0-9]{4}$"},
        {"type": "string", "pattern": "^[A-F0-9]+$", "minLength": 4, "maxLength": 64},
        {"type": "string", "minLength": 40},
        {"type": "string", "maxLength": 2},
        {"type": "string", "minLength": 8, "maxLength": 8},
        *({"type": "string", "format": name} for name in ("date", "uuid", "email", "ipv4", "uri")),
    ],
    ids=str,
)
def test_a_text_has_the_form_that_is_asked_for(schema: dict[str, Any]) -> None:
    """Of a pattern, a format or a length; the same one every time."""
    assert Validator(schema).is_valid(value_of(schema))
    whole = {"type": "object", "properties": {"it": schema}}
    assert maximal(whole) == maximal(whole)


def test_what_cannot_be_drawn_is_not_sent(tmp_path: Path) -> None:
    """A lookahead is a pattern that nothing is drawn for: no answer with a wrong text is sent."""
    pattern = "^(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{12}$"
    text = PETS.read_text(encoding="utf-8")
    strange = tmp_path / "pets.yaml"
    strange.write_text(text.replace("maxLength: 20", f"pattern: '{pattern}'"), encoding="utf-8")
    contract = load_own_contract(strange)
    found = situations_of(contract, contract.operation("show"))
    assert "html" in found
    assert {"minimal", "slow", "cut", "malformed"}.isdisjoint(found)


def test_clients_of_a_plain_document_have_requirements() -> None:
    """A document of anybody's: its patterns and formats are none of the document that is ours."""
    done = CliRunner().invoke(cli, ["requirements", "--contract", str(PETS)])
    assert done.exit_code == 0, done.output
    assert "client/show/answer/maximal" in done.output
