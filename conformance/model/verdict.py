"""Outcomes of cases, verdicts on requirements, verdicts on runs."""

from __future__ import annotations

import enum
from dataclasses import dataclass

UNTESTED = "no test judges this rule"
"""Why nothing is said of a rule that a contract of the user's has added."""


class Outcome(enum.StrEnum):
    """The result of one case for one requirement."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"


class Verdict(enum.StrEnum):
    """The verdict on one requirement after a run (design: "Words")."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"
    NOT_SELECTED = "not-selected"
    WAIVED = "waived"


class RunVerdict(enum.StrEnum):
    """The verdict on a run as a whole."""

    CONFORMANT = "conformant"
    NONCONFORMANT = "nonconformant"
    INCOMPLETE = "incomplete"

    @property
    def exit_status(self) -> int:
        """The exit status of a command whose run has this verdict."""
        return _EXIT_STATUS[self]


_EXIT_STATUS = {RunVerdict.CONFORMANT: 0, RunVerdict.NONCONFORMANT: 1, RunVerdict.INCOMPLETE: 4}


class RunReason(enum.StrEnum):
    """Why a run has its verdict; reports have one sentence for each reason.

    ``KEPT``: everything that applies was judged and is kept. ``BROKEN``: a MUST is broken.
    ``STRICT``: only SHOULD requirements are broken, and the run was strict. ``WAIVERS``: a waiver
    has expired or matches nothing. ``INTERRUPTED``: the run was stopped. ``TROUBLE``: it could not
    be carried out as asked (``run.problems``). ``UNJUDGED``: some requirements could not be judged.
    ``NOTHING``: none could be.
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
    """The outcome of one case for one requirement; ``exchange`` is the number of the evidence.

    ``steps`` are the numbers of all exchanges that led to it, in order, where there are several.
    """

    requirement: str
    outcome: Outcome
    case: str
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchange: int | None = None
    steps: tuple[int, ...] = ()
