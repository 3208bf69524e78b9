"""Findings grouped by cause: one fault that breaks forty requirements reads as one.

Each lens names what findings of one fault have in common. The lenses look in the order of
``LENSES``, from the coarsest fault to the finest; what a lens groups, the next ones do not see. A
lens that finds too little in common leaves it to the next.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.model.requirement import Level
from conformance.model.verdict import Verdict
from conformance.reporting.trace import Trace, trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.model.report import Report, ReportedFinding

_LEVELS = [level.value for level in Level]
_VALUE_KEYWORDS = {"type", "format", "pattern", "null", "enum", "undeclared"}
_REFUSAL = re.compile(r"\b4\d\d\b")
_NO_DOCUMENT = {"empty", "html", "text", "json", "hollow", "binary"}


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings that one fault explains.

    ``kind`` is the lens that saw it, ``facts`` what its title is drawn from (``language.py``).
    """

    kind: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[ReportedFinding, ...]

    @property
    def id(self) -> str:
        """Stable from run to run as long as the fault is the same."""
        said = "\n".join([self.kind, *(f"{name}={value}" for name, value in self.facts)])
        return "cause-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:10]

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids that it breaks, each once, in order."""
        return tuple(dict.fromkeys(finding.requirement for finding in self.findings))

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that it strikes, each once, in order."""
        return tuple(dict.fromkeys(item.partition("/")[0] for item in self.requirements))

    @property
    def level(self) -> str:
        """The most binding level that it breaks."""
        return min((finding.level for finding in self.findings), key=_LEVELS.index)


Facts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Lens:
    """One way in which findings belong together.

    ``facts`` gives what a finding has in common with others, or None when the lens does not see
    it. A group counts from ``requirements`` ids and ``fields`` different fields upwards.
    """

    kind: str
    facts: Callable[[Trace], Facts | None]
    requirements: int = 1
    fields: int = 1

    def accepts(self, group: list[Trace]) -> bool:
        """Whether the group has enough in it to be one fault rather than chance."""
        ids = {item.finding.requirement for item in group}
        names = {item.header or item.name for item in group}
        return len(ids) >= self.requirements and len(names) >= self.fields


def causes_of(report: Report) -> list[Cause]:
    """The causes behind every finding that is not waived, the gravest first."""
    waived = {item.id for item in report.requirements if item.verdict is Verdict.WAIVED}
    rest = [trace(item) for item in report.findings if item.requirement not in waived]
    causes: list[Cause] = []
    for lens in (_refused(report, rest), *LENSES):
        seen, rest = _look(lens, rest)
        causes += seen
    return sorted(causes, key=_gravity)


def _gravity(cause: Cause) -> tuple[int, int, str]:
    return _LEVELS.index(cause.level), -len(cause.requirements), cause.requirements[0]


def _look(lens: Lens, traces: Iterable[Trace]) -> tuple[list[Cause], list[Trace]]:
    groups: dict[tuple[tuple[str, str], ...], list[Trace]] = defaultdict(list)
    unseen: list[Trace] = []
    for item in traces:
        facts = lens.facts(item)
        if facts is None:
            unseen.append(item)
        else:
            groups[tuple(facts.items())].append(item)
    causes: list[Cause] = []
    for key, group in groups.items():
        if lens.accepts(group):
            causes.append(Cause(lens.kind, key, tuple(item.finding for item in group)))
        else:
            unseen += group
    return causes, unseen


def _refused(report: Report, traces: list[Trace]) -> Lens:
    """The lens for operations that answer one and the same refusal to whatever is asked."""
    alive = {
        item.operation
        for item in report.requirements
        if item.verdict is Verdict.PASS and item.id.split("/")[1].startswith("2")
    }
    answers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for item in traces:
        if item.operation not in alive and item.side != "common":
            answers[item.operation].append((item.status, item.code))
    refused: dict[str, tuple[int, str]] = {}
    for operation, seen in answers.items():
        usual = max(set(seen), key=lambda answer: (seen.count(answer), answer))
        if usual[0] >= 400 and seen.count(usual) >= max(3, 0.6 * len(seen)):
            refused[operation] = usual

    def facts(item: Trace) -> Facts | None:
        if refused.get(item.operation) != (item.status, item.code):
            return None
        return _answer(item)

    return Lens("refused", facts, requirements=3)


def _answer(item: Trace) -> Facts:
    return {"status": str(item.status), "code": item.code}


def _unanswered(item: Trace) -> Facts | None:
    failure = item.finding.exchange.failure if item.finding.exchange else None
    return None if failure is None else {"stage": failure.get("stage", "network")}


def _crash(item: Trace) -> Facts | None:
    return _answer(item) if item.status >= 500 else None


def _no_document(item: Trace) -> Facts | None:
    if item.side != "answer" or item.header or item.body not in _NO_DOCUMENT:
        return None
    return {"status": str(item.status), "body": item.body}


def _wrong_refusal(item: Trace) -> Facts | None:
    if item.side != "request" or not 400 <= item.status < 500:
        return None
    asked = "violation" if _REFUSAL.search(item.finding.expected) else "valid"
    return {**_answer(item), "asked": asked}


def _header(item: Trace) -> Facts | None:
    if not item.header or item.side not in {"answer", "request"}:
        return None
    return {"side": item.side, "header": item.header, "keyword": item.keyword}


def _rule(item: Trace) -> Facts | None:
    return {"rule": item.keyword} if item.side == "rule" else None


def _unchecked(item: Trace) -> Facts | None:
    if item.side != "request" or not 0 < item.status < 400:
        return None
    return {"keyword": item.keyword}


def _same_value(item: Trace) -> Facts | None:
    if item.side != "answer" or item.keyword not in _VALUE_KEYWORDS - {"enum"}:
        return None
    return {"keyword": item.keyword, "shape": item.shape}


def _incomplete_answer(item: Trace) -> Facts | None:
    if item.side != "answer" or item.keyword != "required" or item.header:
        return None
    parent = item.field.rpartition(".")[0]
    return {"operation": item.operation, "status": item.place, "parent": parent}


def _field(item: Trace) -> Facts | None:
    if item.side not in {"answer", "request"}:
        return None
    judged = item.side
    if item.side == "request":
        judged = "refusal" if item.status >= 400 else "accepted"
    return {"side": judged, "field": item.name, "keyword": item.keyword}


def _repeated_field(item: Trace) -> Facts | None:
    return _field(item) if item.side == "answer" and item.name and not item.header else None


def _single(item: Trace) -> Facts | None:
    return {"requirement": item.finding.requirement}


LENSES: Final = (
    Lens("unanswered", _unanswered),
    Lens("crash", _crash),
    Lens("no-document", _no_document, requirements=2),
    Lens("wrong-refusal", _wrong_refusal, requirements=3, fields=2),
    Lens("header", _header),
    Lens("rule", _rule),
    Lens("unchecked", _unchecked, requirements=3, fields=3),
    Lens("same-value", _same_value, requirements=3, fields=3),
    Lens("field", _repeated_field, requirements=3),
    Lens("incomplete-answer", _incomplete_answer, requirements=3, fields=3),
    Lens("field", _field),
    Lens("single", _single),
)
