"""The coverage gate: ``--min-coverage 80`` or ``--min-coverage operations=100``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.certification.coverage import KINDS, Coverage
from conformance.errors import UsageError

_EVERY = "all"


def read_gates(texts: Iterable[str]) -> dict[str, float]:
    """Minimum percentages by kind. Raises UsageError if a threshold cannot be parsed."""
    gates: dict[str, float] = {}
    for text in texts:
        kind, _, number = text.rpartition("=")
        kind = kind or _EVERY
        if kind not in {*KINDS, _EVERY}:
            raise UsageError(
                "--min-coverage", f"{kind!r} is not counted", f"use {', '.join(KINDS)} or {_EVERY}"
            )
        try:
            gates[kind] = float(number)
        except ValueError:
            raise UsageError(
                "--min-coverage", f"{number!r} is not a number", "give a percentage"
            ) from None
        if not 0 <= gates[kind] <= 100:
            raise UsageError("--min-coverage", f"{number} is not a percentage", "give 0 to 100")
    return gates


def shortfalls(coverage: Coverage, gates: Mapping[str, float]) -> list[str]:
    """One line for each kind whose coverage is below its minimum."""
    return [
        f"coverage of {kind}: {coverage.share(kind)}, less than {least:g} %"
        for kind, least in gates.items()
        if coverage.share(kind).percent < least
    ]
