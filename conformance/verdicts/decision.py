"""The decision on one requirement."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model.verdict import Verdict
from conformance.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one requirement, with its reason and the waiver that excuses it."""

    verdict: Verdict
    reason: str = ""
    waiver: Waiver | None = None
