"""What a rule of the contract accepts, read from its ``statuses`` and ``codes``."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from conformance.contract.document import load_contract
from conformance.model.expectation import Answer

SUITE = Path(__file__).parents[2] / "conformance" / "suite"


def test_a_status_without_codes_of_its_own_takes_all_that_the_rule_lists() -> None:
    """The catalogue has no code of status 401: one of status 400 may come with it."""
    accepted = load_contract().answers_of("common/aksk/wrong-signature-refused")
    codes = {answer.status: answer.codes for answer in accepted.answers}
    assert "RTC.00001001" in codes[401]
    assert "RTC.00001001" in codes[400]


def test_codes_go_with_refusals_alone() -> None:
    """A success has no code; every refusal may have any of the codes."""
    accepted = load_contract().answers_of("RemoveUsers/rule/empty-user-list")
    codes = ("RTC.00001003", "RTC.00001005")
    assert accepted.answers == (Answer(202), Answer(400, codes))
    assert accepted.erratum == "E-11-user-ids-empty"


def test_no_code_is_any_code() -> None:
    """Where the contract names no code a refusal may have any, but must have one."""
    accepted = load_contract().answers_of("common/method/unsupported-refused")
    assert accepted.answers == (Answer(405, ("*",)), Answer(501, ("*",)))


def test_a_code_goes_with_its_own_status() -> None:
    """Of two statuses each has the codes that the catalogue gives it."""
    accepted = load_contract().answers_of("CreateMixJob/rule/unknown-record-rule")
    assert accepted.answers == (Answer(404, ("RTC.00001011",)), Answer(400, ("RTC.00001003",)))


def test_an_unknown_rule() -> None:
    """A slip in an id is noticed at once."""
    with pytest.raises(LookupError, match="no/such-rule"):
        load_contract().answers_of("common/no/such-rule")


def test_no_test_of_a_rule_says_a_code_itself() -> None:
    """Codes stand in the contract alone: the suite has none of them outside its docstrings."""
    contract = load_contract()
    said = [
        f"{file.relative_to(SUITE)}:{node.lineno} {node.value}"
        for file in SUITE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (contract.catalogue.family_of(node.value) or node.value.endswith(".*"))
    ]
    assert said == []
