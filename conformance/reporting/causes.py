"""Findings grouped by cause: one fault that breaks forty requirements reads as one.

First come the operations that are broken as a whole (``refused``, ``unvalidated``), then the
lenses from the coarsest to the finest; what one groups, the next does not see. What is left
follows a cause that already shows the same symptom, or is a cause of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model.requirement_id import RequirementId
from conformance.model.verdict import Verdict
from conformance.reporting.blocking import with_blocked
from conformance.reporting.cause import Cause, Facts
from conformance.reporting.lenses import COARSE, LAST, Lens, answer_facts
from conformance.reporting.trace import Trace, trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.model.report import Report

_WHOLE_OPERATION = 3
_SHARE = 0.6
_HARMLESS = {"optional", "default"}
_LITERAL = re.compile(r"""["']?([^"']{2,}?)["']?(?: \(\w+\))?""")
_REFUSALS = {"refused", "wrong-refusal", "crash"}


@dataclass(frozen=True, slots=True)
class _Group:
    kind: str
    facts: Facts
    traces: list[Trace]

    def cause(self) -> Cause:
        order = sorted(self.traces, key=lambda item: item.side in {"rule", "common"})
        return Cause(self.kind, self.facts, tuple(item.finding for item in order))


def causes_of(report: Report) -> list[Cause]:
    """The causes behind every finding that is not waived, the gravest first."""
    waived = {item.id for item in report.requirements if item.verdict is Verdict.WAIVED}
    rest = [trace(item) for item in report.findings if item.requirement not in waived]
    groups: list[_Group] = []
    whole = (_refused(report, rest), _unvalidated(report, rest), _other_success(rest))
    for lens in (*whole, *COARSE):
        seen, rest = _look(lens, rest)
        groups += seen
    rest = [item for item in rest if not _follows(item, groups)]
    for lens in LAST:
        seen, rest = _look(lens, rest)
        groups += seen
    causes = with_blocked(report, [group.cause() for group in groups])
    return sorted(causes, key=lambda cause: cause.gravity)


def _look(lens: Lens, traces: Iterable[Trace]) -> tuple[list[_Group], list[Trace]]:
    groups: dict[Facts, list[Trace]] = defaultdict(list)
    unseen: list[Trace] = []
    for item in traces:
        facts = lens.facts(item)
        if facts is None:
            unseen.append(item)
        else:
            groups[tuple(facts.items())].append(item)
    found: list[_Group] = []
    for key, group in groups.items():
        if lens.accepts(group):
            found.append(_Group(lens.kind, key, group))
        else:
            unseen += group
    return found, unseen


def _refused(report: Report, traces: list[Trace]) -> Lens:
    """The lens for operations that answer every request with the same refusal."""
    alive = {
        item.operation
        for item in report.requirements
        if item.verdict is Verdict.PASS and RequirementId.parse(item.id).place.startswith("2")
    }
    answers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for item in traces:
        if item.operation not in alive and item.side in {"request", "answer"}:
            answers[item.operation].append((item.status, item.code))
    refused: dict[str, tuple[int, str]] = {}
    for operation, seen in answers.items():
        usual = max(set(seen), key=lambda answer: (seen.count(answer), answer))
        enough = seen.count(usual) >= max(_WHOLE_OPERATION, _SHARE * len(seen))
        if 400 <= usual[0] < 500 and enough:
            refused[operation] = usual

    def facts(item: Trace) -> dict[str, str] | None:
        same = refused.get(item.asked) == (item.status, item.code)
        return answer_facts(item) if same and item.side != "common" else None

    return Lens("refused", facts, requirements=_WHOLE_OPERATION)


def _other_success(traces: list[Trace]) -> Lens:
    """The lens for operations that succeed with another status than the document has.

    Whatever wanted the documented status, a rule or an example, says no more than that.
    """
    answered_by: dict[str, tuple[int, str]] = {}
    for item in traces:
        if (item.part, item.keyword) == ("status", "answered") and 200 <= item.status < 300:
            answered_by[item.asked] = (
                item.status,
                RequirementId.parse(item.finding.requirement).place,
            )

    def facts(item: Trace) -> dict[str, str] | None:
        status, documented = answered_by.get(item.asked, (0, ""))
        says_so = item.part == "status" or item.finding.message == f"answered {status}"
        wanted = re.search(rf"\b{documented}\b", item.finding.expected) is not None
        if not status or item.status != status or not says_so or not wanted:
            return None
        return {"keyword": "answered", **answer_facts(item), "operation": item.asked}

    return Lens("status", facts)


def _unvalidated(report: Report, traces: list[Trace]) -> Lens:
    """The lens for operations that accept any violation in a request."""
    checked = {
        item.operation
        for item in report.requirements
        if item.verdict is Verdict.PASS and _is_violation(item.id)
    }
    accepted: dict[str, set[str]] = defaultdict(set)
    for item in traces:
        if item.operation not in checked and item.side == "request" and _accepts(item):
            accepted[item.operation].add(item.keyword)
    lax = {name for name, keywords in accepted.items() if len(keywords) >= _WHOLE_OPERATION}

    def facts(item: Trace) -> dict[str, str] | None:
        ours = item.side in {"request", "rule"} and item.asked in lax
        return {} if ours and _accepts(item) else None

    return Lens("unvalidated", facts, requirements=_WHOLE_OPERATION)


def _is_violation(requirement: str) -> bool:
    parts = RequirementId.parse(requirement)
    judged = parts.place in {"body", "query"}
    return judged and parts.keyword not in _HARMLESS and not parts.keyword.endswith("-code")


def _accepts(item: Trace) -> bool:
    return 0 < item.status < 400 and item.expects_refusal


def _follows(item: Trace, groups: list[_Group]) -> bool:
    """Add a finding without a field to the cause whose symptom it is; return whether it was."""
    for group in groups:
        if _same_refusal(item, group) or _same_value(item, group):
            group.traces.append(item)
            return True
    return False


def _same_refusal(item: Trace, group: _Group) -> bool:
    facts = dict(group.facts)
    if group.kind not in _REFUSALS or item.status < 400:
        return False
    if (facts["status"], facts["code"]) != (str(item.status), item.code):
        return False
    return item.side == "common" or any(item.asked == known.operation for known in group.traces)


def _same_value(item: Trace, group: _Group) -> bool:
    """Undocumented values in answers also break the rules that read them: group both."""
    facts = dict(group.facts)
    if item.side != "rule" or facts.get("keyword") != "enum" or facts.get("side") != "answer":
        return False
    matches = (_LITERAL.fullmatch(known.finding.actual) for known in group.traces)
    wrong = {match[1] for match in matches if match}
    seen = item.finding.actual
    return any(f"'{value}'" in seen or f'"{value}"' in seen for value in wrong)
