"""``--contract`` and ``--base``: the contract that a command works by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.contract.document import Contract, load_contract
from conformance.contract.own import load_own_contract
from conformance.errors import UsageError


def contract_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command both options."""
    for option in (
        click.option(
            "--base",
            metavar="DATE|FILE",
            help="edition or file under an overlay (default: the newest edition)",
        ),
        click.option(
            "--contract",
            type=click.Path(path_type=Path),
            metavar="FILE|DIR",
            help="contract of your own, or an overlay on an edition",
        ),
    ):
        command = option(command)
    return command


def chosen_contract(contract: Path | None, base: str | None) -> Contract:
    """The user's contract, or the one that is shipped. Raises UsageError for a base alone."""
    if contract is not None:
        return load_own_contract(contract, base)
    if base is not None:
        raise UsageError("--base", "has no overlay to apply to it", "name it with --contract")
    return load_contract()
