"""Verdicts: what is said of a requirement, and of a run."""

from __future__ import annotations

import enum
from dataclasses import dataclass

UNTESTED = "no test judges this rule"
"""Why nothing is said of a rule that a contract of the user's has added."""


class Outcome(enum.StrEnum):
    """What one case found out about one requirement."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"


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


class RunReason(enum.StrEnum):
    """Why a run has its verdict; one sentence of a report belongs to each.

    ``KEPT``: everything that applies was tried and holds. ``BROKEN``: a MUST is broken.
    ``STRICT``: only SHOULD requirements are, and the run was strict. ``WAIVERS``: a waiver has
    expired or fits nothing. ``INTERRUPTED``: it was stopped. ``TROUBLE``: it could not be carried
    out as asked (``run.problems``). ``UNJUDGED``: something could not be judged. ``NOTHING``:
    nothing at all was judged.
    """

    KEPT = "kept"
    BROKEN = "broken"
    STRICT = "strict"
    WAIVERS = "waivers"
    INTERRUPTED = "interrupted"
    TROUBLE = "trouble"
    UNJUDGED = "unjudged"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RunDecision:
    """The verdict on a run, with its reason."""

    verdict: RunVerdict
    reason: RunReason


@dataclass(frozen=True, slots=True)
class Judgement:
    """One case's word on one requirement; ``exchange`` is the number of the telling exchange.

    ``steps`` are the numbers of all that led to it, in order, where there are several.
    """

    requirement: str
    outcome: Outcome
    case: str
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchange: int | None = None
    steps: tuple[int, ...] = ()
