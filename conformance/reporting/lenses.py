"""Lenses: ways in which findings of one fault resemble each other.

Each lens returns what a finding has in common with others of its fault, or None when it does not
apply. ``COARSE`` are tried in order; ``LAST`` take what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reporting.trace import Trace

_VALUE_KEYWORDS: Final = {"type", "format", "pattern", "null", "undeclared"}
_NO_DOCUMENT: Final = {"empty", "html", "text", "json", "hollow", "binary"}
_QUOTED_NUMBER: Final = re.compile(r"""["'](-?\d+(?:\.\d+)?)["']""")
_NUMERIC: Final = re.compile(r'"(?:integer|number)"|"(?:maximum|minimum)"')


@dataclass(frozen=True, slots=True)
class Lens:
    """One way to group findings.

    A group needs at least ``requirements`` ids and ``fields`` different fields.
    """

    kind: str
    facts: Callable[[Trace], dict[str, str] | None]
    requirements: int = 1
    fields: int = 1

    def accepts(self, group: list[Trace]) -> bool:
        """Whether the group is large enough to be one fault and not chance."""
        ids = {item.finding.requirement for item in group}
        names = {item.header or item.name for item in group}
        return len(ids) >= self.requirements and len(names) >= self.fields


def answer_facts(item: Trace) -> dict[str, str]:
    """Status and error code of the answer, as facts."""
    return {"status": str(item.status), "code": item.code}


def _unanswered(item: Trace) -> dict[str, str] | None:
    failure = item.finding.exchange.failure if item.finding.exchange else None
    return None if failure is None else {"stage": failure.get("stage", "network")}


def _header(item: Trace) -> dict[str, str] | None:
    """Headers of undocumented refusals, judged under common/, are grouped with the same header."""
    if not item.header and item.side == "common" and item.place == "header":
        return {"side": "answer", "header": item.field.lower(), "keyword": _plain(item.keyword)}
    if not item.header or item.side not in {"answer", "request", "common"}:
        return None
    side = "request" if item.side == "request" else "answer"
    return {"side": side, "header": item.header, "keyword": _plain(item.keyword)}


def _plain(keyword: str) -> str:
    return "required" if keyword == "on-every-answer" else keyword


def _crash(item: Trace) -> dict[str, str] | None:
    return answer_facts(item) if item.status >= 500 and item.side != "common" else None


def _no_document(item: Trace) -> dict[str, str] | None:
    if item.side != "answer" or item.part == "header" or item.body not in _NO_DOCUMENT:
        return None
    if item.part == "body" and item.keyword == "empty":
        return None
    return {"status": str(item.status), "body": item.body}


def _numbers_as_text(item: Trace) -> dict[str, str] | None:
    """Numbers in quotes, whichever requirement judged them."""
    if item.status >= 400 or item.side not in {"answer", "request", "rule"}:
        return None
    expected, actual = item.finding.expected, item.finding.actual
    for number in _QUOTED_NUMBER.findall(f"{actual} {item.finding.message}"):
        bare = re.compile(rf"""(?<!["'\w.-]){re.escape(number)}(?!["'\w.-])""")
        if bare.search(expected) or bare.search(actual) or _NUMERIC.search(expected):
            return {}
    return None


def _wrong_refusal(item: Trace) -> dict[str, str] | None:
    """Refusals that differ from the document, or refusals of valid requests."""
    started = item.part == "status" and item.keyword == "answered"
    if not 400 <= item.status < 500 or (item.side != "request" and not started):
        return None
    if item.keyword.endswith("-code"):
        return {**answer_facts(item), "asked": "preferred"}
    return {**answer_facts(item), "asked": "violation" if item.expects_refusal else "valid"}


def _auth(item: Trace) -> dict[str, str] | None:
    return {"keyword": item.keyword, **answer_facts(item)} if item.side == "auth" else None


def _unchecked(item: Trace) -> dict[str, str] | None:
    if item.side != "request" or not 0 < item.status < 400 or not item.expects_refusal:
        return None
    return {"keyword": item.keyword}


def _undeclared(item: Trace) -> dict[str, str] | None:
    if item.keyword != "undeclared" or item.side == "client":
        return None
    return {"keyword": item.keyword, "names": item.finding.actual[:80]}


def _same_value(item: Trace) -> dict[str, str] | None:
    if item.side != "answer" or item.keyword not in _VALUE_KEYWORDS or item.part != "field":
        return None
    return {"keyword": item.keyword, "shape": item.shape}


def _incomplete_answer(item: Trace) -> dict[str, str] | None:
    if item.side != "answer" or item.keyword != "required" or item.part != "field":
        return None
    parent = item.field.rpartition(".")[0]
    return {"operation": item.operation, "status": item.place, "parent": parent}


def _status(item: Trace) -> dict[str, str] | None:
    if item.part != "status":
        return None
    return {"keyword": item.keyword, **answer_facts(item)}


def _body(item: Trace) -> dict[str, str] | None:
    if item.part != "body":
        return None
    return {"side": item.side, "keyword": item.keyword, "operation": item.operation}


def _field(item: Trace) -> dict[str, str] | None:
    if item.side not in {"answer", "request"} or item.part != "field":
        return None
    judged = "answer"
    if item.side == "request" and item.keyword != "default":
        judged = _of_input(item)
    return {"side": judged, "field": item.name, "keyword": item.keyword}


def _of_input(item: Trace) -> str:
    """What became of a wrong or a valid value."""
    if item.status < 400:
        return "accepted"
    return "refusal" if item.expects_refusal else "valid"


def _repeated_field(item: Trace) -> dict[str, str] | None:
    return _field(item) if item.side == "answer" and item.name else None


def _rule(item: Trace) -> dict[str, str] | None:
    return {"rule": item.keyword} if item.side == "rule" else None


def _rules(item: Trace) -> dict[str, str] | None:
    """Rules of one operation that one test found broken together."""
    if item.side != "rule" or not item.finding.case:
        return None
    return {"operation": item.operation, "case": item.finding.case}


def _single(item: Trace) -> dict[str, str] | None:
    return {"requirement": item.finding.requirement}


COARSE: Final = (
    Lens("unanswered", _unanswered),
    Lens("crash", _crash),
    Lens("header", _header),
    Lens("no-document", _no_document, requirements=2),
    Lens("numbers-as-text", _numbers_as_text, requirements=2),
    Lens("wrong-refusal", _wrong_refusal, requirements=3, fields=2),
    Lens("auth", _auth),
    Lens("unchecked", _unchecked, requirements=3, fields=3),
    Lens("undeclared", _undeclared),
    Lens("same-value", _same_value, requirements=3, fields=3),
    Lens("field", _repeated_field, requirements=3),
    Lens("incomplete-answer", _incomplete_answer, requirements=3, fields=3),
    Lens("body", _body),
    Lens("field", _field),
)
LAST: Final = (
    Lens("status", _status),
    Lens("rule", _rule, requirements=2),
    Lens("rules", _rules, requirements=2),
    Lens("rule", _rule),
    Lens("single", _single),
)
