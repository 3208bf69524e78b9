"""What a rule of the contract accepts, read from its ``statuses`` and ``codes``."""

from __future__ import annotations

import pytest

from conformance.contract.document import load_contract
from conformance.model.expectation import Answer
from conformance.suite.kit.accepted_answers import enumerated


def test_codes_go_with_refusals_alone() -> None:
    """A success has no code; every refusal may have any of the codes."""
    accepted = enumerated(load_contract(), "RemoveUsers/rule/empty-user-list")
    codes = ("RTC.00001003", "RTC.00001005")
    assert accepted.answers == (Answer(202), Answer(400, codes))
    assert accepted.erratum == "E-11-user-ids-empty"


def test_no_code_is_any_code() -> None:
    """Where the contract names no code a refusal may have any, but must have one."""
    accepted = enumerated(load_contract(), "common/method/unsupported-refused")
    assert accepted.answers == (Answer(405, ("*",)),)


def test_an_unknown_rule() -> None:
    """A slip in an id is noticed at once."""
    with pytest.raises(LookupError, match="no/such-rule"):
        enumerated(load_contract(), "common/no/such-rule")
