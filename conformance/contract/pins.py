"""Pins: judging by one reading of an erratum, with the others removed from the contract.

``spec/pins.yaml`` has the changes for each reading that some check can distinguish.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from conformance.contract.document import Contract, load_contract
from conformance.contract.errata import read_errata
from conformance.contract.files import read_yaml, spec_folder
from conformance.contract.overlay import apply_overlay
from conformance.contract.revisions import contract_text_at, load_contract_at
from conformance.errors import UsageError

FILE = "pins.yaml"


def pinnable(folder: Path | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Erratum, then reading, then the overlay actions that leave only that reading."""
    read: Mapping[str, Mapping[str, Any]] = read_yaml((folder or spec_folder()) / FILE)
    return read


def load_pinned(
    revision: str | None, pins: Mapping[str, str], folder: Path | None = None
) -> Contract:
    """The contract of an edition (None: the newest) with only the pinned readings.

    Raises UsageError for an erratum or reading that does not exist or cannot be pinned.
    """
    if not pins:
        return load_contract_at(revision, folder)
    text, digest = contract_text_at(revision, folder)
    contract = load_contract(folder, pinned_document(text, pins, folder))
    pinned = repr(sorted(pins.items())).encode()
    return replace(contract, sha256=sha256(digest.encode() + pinned).hexdigest())


def pinned_document(
    document: Mapping[str, Any], pins: Mapping[str, str], folder: Path | None = None
) -> dict[str, Any]:
    """A document without the other readings. Raises UsageError as ``load_pinned`` does."""
    actions = [action for pin in sorted(pins.items()) for action in _actions(*pin, folder)]
    return apply_overlay(document, {"overlay": "1.0.0", "actions": actions}, FILE)


def _actions(erratum: str, reading: str, folder: Path | None) -> Any:
    path = (folder or spec_folder()) / "errata.yaml"
    known = read_errata(path) if path.is_file() else {}
    if erratum not in known:
        raise UsageError(f"pin {erratum}", "is not an erratum", _closest(erratum, known))
    readings = pinnable(folder).get(erratum)
    if readings is None:
        reason = known[erratum].why_not_pinnable or "one reading is taken, and it is judged already"
        remedy = f"leave it out: {reason}"
        raise UsageError(f"pin {erratum}", "has readings that no check can distinguish", remedy)
    if reading not in readings:
        raise UsageError(
            f"pin {erratum}", f"{reading!r} is not one of its readings", _closest(reading, readings)
        )
    return readings[reading]


def _closest(name: str, known: Mapping[str, Any]) -> str:
    match = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {match[0]}?" if match else f"known: {', '.join(sorted(known))}"
