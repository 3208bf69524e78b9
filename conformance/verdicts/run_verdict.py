"""The verdict on a run as a whole: one rule for runs, clients and merged reports."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.model.requirement import Level
from conformance.model.verdict import RunDecision, RunReason, RunVerdict, Verdict

OPEN = frozenset({Verdict.BLOCKED, Verdict.INCONCLUSIVE})
"""Verdicts that leave a requirement unjudged although it was to be judged."""


def decide_run(
    judged: Iterable[tuple[Level, Verdict]],
    *,
    misfits: bool = False,
    interrupted: bool = False,
    trouble: bool = False,
) -> RunDecision:
    """The verdict on a run and its reason; the gravest reason is given.

    ``misfits``: a waiver has expired or fits nothing. ``trouble``: the run could not be carried
    out as asked. Nothing that was skipped, blocked or inconclusive reads as green.
    """
    found = set(judged)
    verdicts = {verdict for _, verdict in found}
    if (Level.MUST, Verdict.FAIL) in found:
        return RunDecision(RunVerdict.NONCONFORMANT, RunReason.BROKEN)
    if Verdict.FAIL in verdicts:
        return RunDecision(RunVerdict.NONCONFORMANT, RunReason.STRICT)
    if misfits:
        return RunDecision(RunVerdict.NONCONFORMANT, RunReason.WAIVERS)
    for reason, holds in (
        (RunReason.INTERRUPTED, interrupted),
        (RunReason.TROUBLE, trouble),
        (RunReason.UNJUDGED, bool(verdicts & OPEN)),
        (RunReason.NOTHING, Verdict.PASS not in verdicts),
    ):
        if holds:
            return RunDecision(RunVerdict.INCOMPLETE, reason)
    return RunDecision(RunVerdict.CONFORMANT, RunReason.KEPT)
