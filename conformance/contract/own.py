"""Loads a contract of the user's own: a document, a folder, or an overlay on an edition."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from conformance.contract.authoring.checking import errata_of, shape_problems
from conformance.contract.authoring.draft import Draft, read_draft
from conformance.contract.basis import read_bases
from conformance.contract.document import Contract, build_contract
from conformance.contract.errata import errata_from
from conformance.contract.pins import pinned_document
from conformance.contract.plain.completing import complete
from conformance.errors import ContractError


@lru_cache(maxsize=4)
def load_own_contract(
    path: Path, base: str | None = None, pins: tuple[tuple[str, str], ...] = ()
) -> Contract:
    """Read a contract of the user's: one OpenAPI file, a folder with ``openapi.yaml``, an overlay.

    ``base`` is what an overlay changes: the date of a shipped edition (None: the newest), or a
    file. ``pins`` are errata with the one reading to judge by. ``errata.yaml`` beside the file is
    read where there is one. Raises ContractError, with the file, the line and what is expected,
    when it cannot be judged by.
    """
    draft = read_draft(path, base)
    if pins:
        digest = sha256(f"{draft.sha256}{sorted(pins)}".encode()).hexdigest()
        raw = pinned_document(draft.raw, dict(pins), draft.folder)
        draft = replace(draft, raw=raw, sha256=digest)
    problems = shape_problems(draft)
    if problems:
        first, *others = problems
        more = f"contract check lists {len(others)} more" if others else "see contract check"
        raise ContractError(first.place, f"{first.problem}; expected {first.expected}", more)
    return contract_of(draft)


def contract_of(draft: Draft) -> Contract:
    """The contract made from a draft. Raises ContractError if that fails."""
    raw = draft.raw
    remarks: tuple[str, ...] = ()
    try:
        if draft.is_plain:
            completed = complete(draft.raw)
            raw, remarks = completed.document, completed.left_out
        built = build_contract(raw, draft.sha256, errata_from(errata_of(draft)))
        return replace(built, bases=read_bases(draft.folder), remarks=remarks)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"is not a contract that this suite reads ({type(error).__name__}: {error})"
        raise ContractError(str(draft.source.path), problem, "see contract check") from error
