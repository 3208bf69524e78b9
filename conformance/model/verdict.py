"""Verdicts: what is said of a requirement, and of a run."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """What one case found out about one requirement."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"


class Verdict(enum.StrEnum):
    """What is said of one requirement after a run (design: "Words")."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"
    NOT_SELECTED = "not-selected"
    WAIVED = "waived"


class RunVerdict(enum.StrEnum):
    """What is said of a run as a whole."""

    CONFORMANT = "conformant"
    NONCONFORMANT = "nonconformant"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One case's word on one requirement; ``exchange`` is the number of the telling exchange."""

    requirement: str
    outcome: Outcome
    case: str
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchange: int | None = None
