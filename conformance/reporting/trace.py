"""A finding taken apart: which side, field and keyword it speaks of, and what was answered."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Trace:
    """What grouping looks at.

    ``side``: ``request`` (the id speaks of an input), ``answer``, ``rule`` or ``common``.
    ``field`` is the path as in the id, ``name`` what follows its last array, ``header`` the header
    that is meant (lower case, else empty). ``status`` is 0 when nothing was answered. ``code`` is
    the error code that was answered, ``body`` what kind of body it was (``object``, ``hollow``,
    ``json``, ``html``, ``text``, ``empty``, ``none``). ``shape`` is the message without its values.
    """

    finding: ReportedFinding
    operation: str
    side: str
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
        if self.place == "header":
            return self.field.lower()
        kind, _, name = self.field.partition("/")
        return name.lower() if kind == "header" else ""


def trace(finding: ReportedFinding) -> Trace:
    """Take a finding apart, by the grammar of requirement ids and by its exchange."""
    operation, _, rest = finding.requirement.partition("/")
    place, _, path = rest.partition("/")
    field, _, keyword = path.rpartition("/")
    response = finding.exchange.response if finding.exchange else None
    status, code, body = _answered(response)
    return Trace(
        finding=finding,
        operation=operation,
        side=side_of(operation, place),
        place=place,
        field=field,
        keyword=keyword or place,
        status=status,
        code=code,
        body=body,
        shape=_shape(finding.message, operation, field),
    )


def side_of(operation: str, place: str) -> str:
    """Which side the first two segments of a requirement id speak of; see ``Trace.side``."""
    if operation == "common":
        return "common"
    if place == "rule":
        return "rule"
    return "answer" if place[:1].isdigit() else "request"


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
    code = data.get("error_code")
    return response.status, code if isinstance(code, str) else "", "object" if data else "hollow"


def _shape(message: str, operation: str, field: str) -> str:
    """The message without values, numbers, and the operation and field that it names."""
    words = {operation, field, field.rpartition("[].")[2], *field.replace("[]", "").split(".")}
    bare = _VARIABLE.sub("_", message)
    for word in sorted(words - {""}, key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "_", bare)
    return _SPACE.sub(" ", bare).strip().lower()
