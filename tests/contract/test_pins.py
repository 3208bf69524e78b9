"""Every pin leaves a contract that judges by one reading, and refuses what cannot be pinned."""

import pytest

from conformance.contract.document import load_contract
from conformance.contract.errata import read_errata
from conformance.contract.files import spec_folder
from conformance.contract.pins import load_pinned, pinnable
from conformance.errors import UsageError

PINS = pinnable()
"""What the file says, read once."""


def test_every_pin_is_a_reading_of_its_erratum() -> None:
    """The catalogue of errata lists every reading of the file as one to be pinned."""
    known = read_errata(spec_folder() / "errata.yaml")
    assert {name: set(readings) - set(known[name].pins) for name, readings in PINS.items()} == {
        name: set() for name in PINS
    }


@pytest.mark.parametrize("number", [0, 1, 2])
def test_pins_change_the_contract(number: int) -> None:
    """One reading of every erratum, all at once: their actions find what they narrow."""
    pins = {name: list(readings)[number % len(readings)] for name, readings in PINS.items()}
    contract = load_pinned(None, pins)
    assert contract.sha256 != load_contract().sha256
    lost = load_contract().requirements.keys() - contract.requirements.keys()
    assert all(identifier.endswith("-code") for identifier in lost)


def test_no_pins_is_the_contract_itself() -> None:
    """A target that pins nothing is judged by every accepted reading."""
    assert load_pinned(None, {}).sha256 == load_contract().sha256


def test_a_code_that_is_pinned_is_the_only_one() -> None:
    """Of the codes of a refusal the pinned one is left."""
    contract = load_pinned(None, {"E-14-null-code": "missing"})
    refusal = contract.refusal(contract.operation("CreateApp"), "null")
    assert refusal is not None
    assert [answer.codes for answer in refusal.answers] == [("RTC.00001005",)]


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        ({"E-12-date-fromat": "digits"}, "did you mean E-12-date-format?"),
        ({"E-12-date-format": "digit"}, "did you mean digits?"),
        ({"E-1-flow-window": "fixed"}, "no check can distinguish"),
    ],
)
def test_what_cannot_be_pinned(pins: dict[str, str], said: str) -> None:
    """A pin that would have no effect is an error with a remedy, not a silence."""
    with pytest.raises(UsageError, match=said):
        load_pinned(None, pins)
