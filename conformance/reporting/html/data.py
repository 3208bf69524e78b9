"""The data for the page's script: the report in columns, each long string once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.model.requirement import Level
from conformance.model.requirement_id import RequirementId
from conformance.model.verdict import Verdict
from conformance.reporting.difference import differing_parts
from conformance.reporting.trace import side_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.model.report import ReportedExchange, ReportedFinding, ReportedRequirement
    from conformance.reporting.cause import Cause
    from conformance.reporting.language import Language
    from conformance.reporting.material import Material
    from conformance.reporting.news import News

_VERDICTS: Final = list(Verdict)
_LEVELS: Final = [level.value for level in Level]
_FINDINGS_TOLD = 4
_BODY_CHARACTERS = 8_000
_BODY_CHARACTERS_WHEN_FULL = 400
_BUDGET_CHARACTERS = 12_000_000


@dataclass(slots=True)
class _Pool:
    """Numbers strings, since long lists repeat few sources and reasons."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass(slots=True)
class _Exchanges:
    """Exchanges by number of the run, each once, within a budget of characters."""

    drawn: list[dict[str, Any]] = field(default_factory=list)
    places: dict[tuple[int, str], int] = field(default_factory=dict)
    spent: int = 0

    def place(self, exchange: ReportedExchange | None) -> int:
        if exchange is None:
            return -1
        key = (exchange.number, exchange.case)
        if key not in self.places:
            self.places[key] = len(self.drawn)
            self.drawn.append(self._draw(exchange))
        return self.places[key]

    def _draw(self, exchange: ReportedExchange) -> dict[str, Any]:
        request, response = exchange.request, exchange.response
        drawn: dict[str, Any] = {
            "n": exchange.number,
            "method": request.method,
            "url": request.url,
            "sent": request.headers,
            **self._body("sentBody", request.body, request.body_base64),
        }
        if response is not None:
            drawn |= {
                "status": response.status,
                "ms": round(response.elapsed_ms, 1),
                "got": response.headers,
                **self._body("gotBody", response.body, response.body_base64),
            }
            if response.truncated:
                drawn["gotBodyCut"] = True
        else:
            drawn["failure"] = exchange.failure or {}
        return drawn

    def _body(self, name: str, body: str | None, encoded: str | None) -> dict[str, Any]:
        if body is None:
            return {f"{name}Bytes": len(encoded) * 3 // 4} if encoded else {}
        room = self.spent < _BUDGET_CHARACTERS
        limit = _BODY_CHARACTERS if room else _BODY_CHARACTERS_WHEN_FULL
        self.spent += min(len(body), limit)
        if len(body) <= limit:
            return {name: body}
        return {name: body[:limit], f"{name}Cut": True}


def page_data(
    material: Material, words: Language, causes: Sequence[Cause], compared: News | None
) -> dict[str, Any]:
    """Everything below the overview: requirements, findings, exchanges, causes and words."""
    report = material.report
    exchanges, sources, reasons, capabilities = _Exchanges(), _Pool(), _Pool(), _Pool()
    bases = _Pool()
    causes_of: dict[str, list[int]] = {}
    for place, cause in enumerate(causes):
        for name in cause.requirements:
            causes_of.setdefault(name, []).append(place)
    broken = set(compared.broken) if compared else set()
    findings: dict[str, list[list[Any]]] = {}
    untold: Counter[str] = Counter()
    for finding in report.findings:
        told = findings.setdefault(finding.requirement, [])
        if len(told) < _FINDINGS_TOLD:
            told.append(_finding(finding, exchanges, words))
        else:
            untold[finding.requirement] += 1
    rows = [
        [
            item.id,
            _LEVELS.index(item.level),
            item.chapter,
            sources.number(words.source(item.source)),
            words.requirement(item.text),
            _VERDICTS.index(item.verdict),
            reasons.number(item.reason),
            item.cases,
            item.erratum or 0,
            item.waiver or 0,
            [capabilities.number(name) for name in item.capabilities],
            causes_of.get(item.id, []),
            int(item.id in broken),
            findings.get(item.id, []),
            _kind(item),
            untold[item.id],
            item.basis and bases.number(words.say(f"basis.{item.basis}", lines=item.lines)),
        ]
        for item in report.requirements
    ]
    return {
        "tag": words.tag,
        "words": dict(words.strings),
        "verdicts": [verdict.value for verdict in _VERDICTS],
        "levels": _LEVELS,
        "sources": list(sources.numbers),
        "bases": list(bases.numbers),
        "reasons": [words.told(reason) for reason in reasons.numbers],
        "capabilities": list(capabilities.numbers),
        "causes": [{"id": cause.id, "title": words.cause(cause)} for cause in causes],
        "requirements": rows,
        "exchanges": exchanges.drawn,
    }


def _finding(finding: ReportedFinding, exchanges: _Exchanges, words: Language) -> list[Any]:
    expected, received = differing_parts(finding.expected, finding.actual)
    return [
        words.told(finding.message),
        words.told(expected),
        words.told(received),
        exchanges.place(finding.exchange),
        finding.curl,
        finding.pytest,
        finding.case,
        [exchanges.place(step) for step in finding.steps],
    ]


def _kind(item: ReportedRequirement) -> str:
    parts = RequirementId.parse(item.id)
    return side_of(parts.operation, parts.place)
