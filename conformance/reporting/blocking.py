"""Finds which cause prevents which requirements from being judged.

The reason of a blocked requirement names the operation that failed, and its answer; the cause that
breaks that operation in the same way is the one to fix.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.model.verdict import Verdict
from conformance.reporting.cause import Cause

if TYPE_CHECKING:
    from conformance.model.report import Report, ReportedFinding

_SAID: Final = (
    re.compile(r"\b(?P<operation>\w+) answered (?P<status>\d{3})\b"),
    re.compile(r"\b(?P<operation>\w+) does not accept its plain valid request"),
)
_UNJUDGED: Final = {Verdict.BLOCKED, Verdict.INCONCLUSIVE}


def with_blocked(report: Report, causes: Sequence[Cause]) -> list[Cause]:
    """The causes, each with the number of requirements that it prevents from being judged."""
    blocked: Counter[int] = Counter()
    reasons = Counter(item.reason for item in report.requirements if item.verdict in _UNJUDGED)
    for reason, count in reasons.items():
        guilty = _guilty(reason, causes)
        if guilty is not None:
            blocked[guilty] += count
    return [replace(cause, blocks=blocked[place]) for place, cause in enumerate(causes)]


def _guilty(reason: str, causes: Sequence[Cause]) -> int | None:
    """The index of the cause that a reason fits: the one that breaks most of the operation."""
    match = next((found for said in _SAID if (found := said.search(reason))), None)
    if match is None:
        return None
    facts = match.groupdict()
    best, place = (0, 0), None
    for number, cause in enumerate(causes):
        rank = _rank(cause.findings, facts["operation"], facts.get("status"))
        if rank[0] and rank > best:
            best, place = rank, number
    return place


def _rank(
    findings: Iterable[ReportedFinding], operation: str, status: str | None
) -> tuple[int, int]:
    """How well a finding fits: 3 a valid request refused so, 2 answered so, 1 the same text."""
    fits: Counter[int] = Counter()
    for finding in findings:
        asked = finding.exchange.operation if finding.exchange else None
        if operation not in {asked, finding.requirement.partition("/")[0]}:
            continue
        response = finding.exchange.response if finding.exchange else None
        same = response is not None and status in {None, str(response.status)}
        answered = finding.requirement.endswith("/status/answered")
        fits[(3 if answered else 2) if same and asked == operation else 1] += 1
    return max(fits.items(), default=(0, 0))
