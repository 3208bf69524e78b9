"""The contract that a run judges by, and what a target of another edition cannot satisfy."""

from __future__ import annotations

from conformance.contract.document import Contract
from conformance.contract.pins import load_pinned
from conformance.contract.revisions import load_contract_at
from conformance.engine.run.config import RunConfig
from conformance.engine.wire.endpoint import Reach
from conformance.errors import UsageError
from conformance.verdicts.edition_gap import EditionGap, edition_gap


def judged_by(config: RunConfig, reach: Reach) -> Contract:
    """The user's own contract, or that of the chosen edition, with the pins of the target."""
    if config.contract is not None:
        from conformance.contract.own import load_own_contract  # its checks are heavy

        return load_own_contract(config.contract, config.base, tuple(reach.settings.errata.items()))
    return load_pinned(config.revision, reach.settings.errata)


def needs_no_credentials(config: RunConfig) -> bool:
    """Whether the API of a user's own contract needs no credentials at all."""
    if config.contract is None:
        return False
    from conformance.contract.own import load_own_contract  # its checks are heavy

    contract = load_own_contract(config.contract, config.base)
    return contract.conventions.plain and contract.conventions.carrier is None


def gap_to(contract: Contract, reach: Reach) -> EditionGap | None:
    """What the target cannot satisfy because it implements another edition.

    Raises UsageError when it offers nothing of the contract.
    """
    if reach.edition is None:
        return None
    found = edition_gap(contract, load_contract_at(reach.edition), reach.settings.operations)
    if found is not None and not found.present:
        problem = f"has nothing that the reference serves, which keeps {reach.edition}"
        raise UsageError("the contract", problem, "name the target that is to be judged")
    return found
