"""Analyses a finding: its side, field and keyword, and the answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.model.requirement_id import RequirementId

if TYPE_CHECKING:
    from conformance.model.report import ReceivedResponse, ReportedFinding

_VARIABLE = re.compile(
    r"""
      "[^"]*" | '[^']*' | `[^`]*`          # what is quoted
    | \b[0-9a-f]{8}[0-9a-f-]{8,}\b         # ids
    | \d[\d.:TZ+-]*                        # numbers and moments
    """,
    re.VERBOSE,
)
_INDEX = re.compile(r"\[\d+\]")
_REFUSAL = re.compile(r"\b4\d\d\b")
_WHOLE: Final = {
    ("status", "answered"): "status",
    ("status", "documented"): "status",
    ("body", "json"): "body",
    ("body", "empty"): "body",
    ("body", "undeclared"): "body",
    ("body", "nulls"): "body",
    ("json", "malformed"): "body",
    ("json", "object"): "body",
}
"""Ids that speak of no field, by their last two segments."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Trace:
    """What grouping looks at.

    ``side``: ``request`` (the id speaks of an input), ``answer``, ``auth``, ``rule`` or ``common``;
    ``client`` for whatever a client owes.
    ``part`` is the part of the message that is meant: ``field``, ``header``, ``body`` (as a whole),
    ``status``, or ``none``. ``asked`` is the operation whose answer shows it, which for a rule may
    be another than ``operation``. ``status`` is 0 when nothing was answered. ``code`` is
    the error code that was answered, ``body`` what kind of body it was (``object``, ``hollow``,
    ``json``, ``html``, ``text``, ``empty``, ``none``). ``shape`` is the message without its values.
    """

    finding: ReportedFinding
    operation: str
    asked: str
    side: str
    part: str
    place: str
    field: str
    keyword: str
    status: int
    code: str
    body: str
    shape: str

    @property
    def name(self) -> str:
        """The field below its last array: ``apps[].state.state`` is ``state.state``."""
        return self.field.rpartition("[].")[2].removesuffix("[]")

    @property
    def header(self) -> str:
        """The header that is meant, in lower case; empty when it is not about a header."""
        return self.field.removeprefix("header/").lower() if self.part == "header" else ""

    @property
    def expects_refusal(self) -> bool:
        """Whether the document wants the request refused."""
        return _REFUSAL.search(self.finding.expected) is not None


def trace(finding: ReportedFinding) -> Trace:
    """Analyse a finding, by its requirement id and its exchange."""
    parts = RequirementId.parse(finding.requirement)
    operation, place, field, keyword = parts.operation, parts.place, parts.field, parts.keyword
    response = finding.exchange.response if finding.exchange else None
    status, code, body = _answered(response)
    return Trace(
        finding=finding,
        operation=operation,
        asked=(finding.exchange and finding.exchange.operation) or operation,
        side="client" if parts.of_client else side_of(operation, place),
        part=_part(operation, place, field, keyword),
        place=place,
        field=field,
        keyword=keyword,
        status=status,
        code=code,
        body=body,
        shape=_shape(finding.message, operation, field),
    )


def without_variables(text: str) -> str:
    """A text without ids, numbers and quoted values, to compare texts that differ in those."""
    return _SPACE.sub(" ", _VARIABLE.sub("_", text)).strip()


def side_of(operation: str, place: str) -> str:
    """The side that the first two segments of a requirement id name; see ``Trace.side``."""
    if operation == "common":
        return "common"
    if place == "rule":
        return "rule"
    if place == "auth":
        return "auth"
    return "answer" if place[:1].isdigit() or place == "answer" else "request"


def _part(operation: str, place: str, field: str, keyword: str) -> str:
    if place == "header" or field.startswith("header/"):
        return "header"
    if operation == "common" or place in {"rule", "auth"}:
        return "none"
    return _WHOLE.get((field, keyword), "field")


def _answered(response: ReceivedResponse | None) -> tuple[int, str, str]:
    if response is None:
        return 0, "", "none"
    text = (response.body or "").strip()
    if not text:
        return response.status, "", "empty" if response.body_base64 is None else "binary"
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return response.status, "", "html" if text[:1] == "<" else "text"
    if not isinstance(data, dict):
        return response.status, "", "json"
    codes = (v for k, v in data.items() if "code" in k.lower() and isinstance(v, str))
    return response.status, next(codes, ""), "object" if data else "hollow"


def _shape(message: str, operation: str, field: str) -> str:
    """The message without values, numbers, operation and field."""
    words = {operation, field, field.rpartition("[].")[2], *field.replace("[]", "").split(".")}
    bare = _VARIABLE.sub("_", _INDEX.sub("[]", message))
    for word in sorted(words - {""}, key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "_", bare)
    return _SPACE.sub(" ", bare).strip().lower()
