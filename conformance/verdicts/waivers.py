"""Applies waivers to decisions, and reports the waivers that no longer fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.model.requirement import glob_to_pattern
from conformance.model.verdict import Verdict
from conformance.model.waiver import Misfit, Waiver, WaiverProblem
from conformance.verdicts.decision import Decision

DEVIATES = frozenset({Verdict.FAIL, Verdict.WARN})


def apply_waivers(
    decisions: Mapping[str, Decision], waivers: Iterable[Waiver], today: dt.date
) -> tuple[dict[str, Decision], list[WaiverProblem]]:
    """The decisions with waivers applied, and the waivers that do not fit.

    A waiver whose requirement passes does not fit: the deviation is gone.
    """
    result = dict(decisions)
    problems: list[WaiverProblem] = []
    for waiver in waivers:
        pattern = glob_to_pattern(waiver.requirement)
        matched = [name for name in decisions if pattern.match(name)]
        misfit = _misfit(waiver, {decisions[name].verdict for name in matched}, today)
        if misfit is not None:
            problems.append(WaiverProblem(waiver.requirement, misfit, _text(waiver, misfit)))
        if misfit is Misfit.EXPIRED:
            continue
        for name in matched:
            if decisions[name].verdict in DEVIATES:
                result[name] = replace(decisions[name], verdict=Verdict.WAIVED, waiver=waiver)
    return result, problems


def needed_by_any(problems: Sequence[WaiverProblem], used: Collection[str]) -> list[WaiverProblem]:
    """The waiver problems of several shards, without waivers that some shard still needed."""
    return [
        problem
        for problem in dict.fromkeys(problems)
        if not (problem.misfit is Misfit.UNNEEDED and problem.waiver in used)
    ]


def _misfit(waiver: Waiver, verdicts: Collection[Verdict], today: dt.date) -> Misfit | None:
    if waiver.expires < today:
        return Misfit.EXPIRED
    if not verdicts:
        return Misfit.UNKNOWN
    unneeded = Verdict.PASS in verdicts and not DEVIATES & set(verdicts)
    return Misfit.UNNEEDED if unneeded else None


def _text(waiver: Waiver, misfit: Misfit) -> str:
    name = f"waiver {waiver.requirement}"
    return {
        Misfit.EXPIRED: f"{name} expired on {waiver.expires}",
        Misfit.UNKNOWN: f"{name} matches no requirement",
        Misfit.UNNEEDED: f"{name}: nothing deviates any more; remove it",
    }[misfit]
