"""Explains one finding in plain text: request, answer, and what the document says."""

from __future__ import annotations

import textwrap
from http import HTTPStatus
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from conformance.reporting.difference import differing_parts
from conformance.reporting.excerpt import excerpt
from conformance.reporting.language import Language, language
from conformance.reporting.trace import trace

if TYPE_CHECKING:
    from conformance.model.report import (
        ReceivedResponse,
        ReportedExchange,
        ReportedFinding,
        SentRequest,
    )

_WIDTH = 100
_MARGIN = 12
_STEP_CHARACTERS = 100
_REPLAY_CHARACTERS = 800
"""Of a line for a shell: a longer one fills the screen, and stands in the report."""


def explain(
    finding: ReportedFinding,
    text: str = "",
    words: Language | None = None,
    most: int | None = None,
) -> str:
    """The finding as a few lines that need no other page to be understood.

    ``text`` is the text of its requirement: what the document says. ``words`` is the language to
    tell it in; English when it is not given. ``most``: lines of each of its parts that are told,
    for places with little room; what led there and lines for a shell are left to the report then.
    """
    words = words or language("en")
    said = _indent(words.told(finding.message), 2)
    lines = [f"{finding.requirement}  ({words.say(f'story.{finding.level}')})", said, ""]
    aimed = trace(finding)
    field = aimed.field if aimed.part == "field" else ""
    expected, received = differing_parts(finding.expected, finding.actual)
    stated = (words.requirement(text), words.source(finding.source))
    entries = {
        "steps": _steps(finding, words),
        "sent": _sent(finding.exchange, field if aimed.place == "body" else "", words),
        "came-back": _received(finding.exchange, field, words),
        "expected": words.told(expected),
        "received": words.told(received),
        "document": "\n".join(line for line in stated if line),
        "replay": "\n".join(line for line in (finding.curl, finding.pytest) if line),
    }
    if most is not None:
        entries = {name: _cut(value, most) for name, value in entries.items()}
        entries["steps"] = ""
        short = not finding.steps and len(finding.curl) <= _REPLAY_CHARACTERS
        replays = (finding.curl, finding.pytest) if short else (finding.pytest,)
        entries["replay"] = "\n".join(line for line in replays if line)
    for name, value in entries.items():
        lines += _entry(words.say(f"story.{name}"), value)
    return "\n".join(lines).rstrip()


def _cut(value: str, most: int) -> str:
    lines = value.splitlines()
    kept = [line if len(line) <= 2 * _WIDTH else f"{line[: 2 * _WIDTH]}…" for line in lines[:most]]
    return "\n".join([*kept, *(["…"] if len(lines) > most else [])])


def _steps(finding: ReportedFinding, words: Language) -> str:
    """The exchanges that led to it, a line each; the one shown in full is marked."""
    told = finding.exchange.number if finding.exchange is not None else None
    lines: list[str] = []
    for place, step in enumerate(finding.steps, 1):
        here = f"  ← {words.say('ui.this-one')}" if step.number == told else ""
        lines.append(f"{place}. {_in_a_line(step, words)}{here}")
    return "\n".join(lines)


def _in_a_line(step: ReportedExchange, words: Language) -> str:
    address = urlsplit(step.request.url)._replace(scheme="", netloc="").geturl()
    sent = f"{step.request.method} {address}"
    if step.request.body:
        sent += f" {_short(step.request.body)}"
    if step.response is None:
        return f"{sent} → {words.say('story.no-answer', **_failure(step, words))}"
    return f"{sent} → {step.response.status} {_short(step.response.body or '')}".rstrip()


def _short(body: str) -> str:
    text = " ".join(body.split())
    return text if len(text) <= _STEP_CHARACTERS else f"{text[:_STEP_CHARACTERS]}…"


def status_line(status: int) -> str:
    """A status with its usual phrase: ``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def pretty_body(body: str | None, base64: str | None = None, field: str = "") -> str:
    """A body for people: JSON around ``field``, anything else unchanged, cut with a count."""
    if body is None:
        return "" if base64 is None else f"({len(base64) * 3 // 4} bytes that are not UTF-8 text)"
    return excerpt(body, field)


def _sent(exchange: ReportedExchange | None, field: str, words: Language) -> str:
    if exchange is None:
        return words.say("story.no-exchange")
    request: SentRequest = exchange.request
    body = pretty_body(request.body, request.body_base64, field)
    first = f"{request.method} {request.url}"
    return f"{first}\n{body}" if body else first


def _received(exchange: ReportedExchange | None, field: str, words: Language) -> str:
    if exchange is None:
        return ""
    response: ReceivedResponse | None = exchange.response
    if response is None:
        return words.say("story.no-answer", **_failure(exchange, words))
    first = f"{status_line(response.status)}, {response.elapsed_ms:.0f} ms"
    body = pretty_body(response.body, response.body_base64, field)
    note = f"\n{words.say('story.cut')}" if response.truncated else ""
    return (f"{first}\n{body}" if body else f"{first}, {words.say('story.empty')}") + note


def _failure(exchange: ReportedExchange, words: Language) -> dict[str, str]:
    failure = exchange.failure or {}
    message = failure.get("message") or words.say("story.no-reason")
    return {"stage": failure.get("stage", "network"), "message": message}


def _entry(label: str, value: str) -> list[str]:
    if not value:
        return []
    first, *rest = _printable(value).splitlines() or [""]
    gap = " " * (_MARGIN - 2 - sum(1 + (east_asian_width(c) in "WF") for c in label))
    return [f"  {label}{gap}{first}", *(" " * _MARGIN + line for line in rest)]


def _indent(text: str, depth: int) -> str:
    wrapped = textwrap.wrap(_printable(text), _WIDTH - depth) or [""]
    return "\n".join(" " * depth + line for line in wrapped)


def _printable(text: str) -> str:
    """Escape control characters: an answer must not control the reader's terminal."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
