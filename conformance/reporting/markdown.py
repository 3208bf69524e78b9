"""A Markdown summary for the job pages of GitHub and GitLab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.model.verdict import UNTESTED, RunVerdict, Verdict
from conformance.reporting.cause import Cause
from conformance.reporting.causes import causes_of
from conformance.reporting.explanation import explain
from conformance.reporting.file import write_text
from conformance.reporting.language import Language, language
from conformance.reporting.news import news
from conformance.reporting.terminal import SYMBOLS, counts_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.model.report import Report
    from conformance.reporting.material import Material

_SIGNS: Final = {
    RunVerdict.CONFORMANT: "✅",
    RunVerdict.NONCONFORMANT: "❌",
    RunVerdict.INCOMPLETE: "⚠️",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~@:])")
_CAUSES_SHOWN = 25
_IDS_SHOWN = 20
_NEWS_SHOWN = 20
_STORY_CHARACTERS = 6000
_LIMIT_BYTES = 900_000


def write_markdown(material: Material, path: Path) -> None:
    """Write the summary. Raises ReportError when the file cannot be written."""
    write_text(path, markdown(material))


def markdown(material: Material) -> str:
    """The summary as Markdown that GitHub and GitLab read alike.

    GitHub refuses a step summary above 1 MiB; causes are told as long as there is room, and what
    was left out is counted.
    """
    report, words = material.report, language(material.language)
    causes = causes_of(report)
    parts = [_head(report, words, len(causes)), _table(report, words)]
    if material.previous is not None:
        parts.append(_news(material.previous, report, words))
    if problems := report.run.problems:
        listed = "\n".join(f"- {_text(str(problem))}" for problem in problems)
        parts.append(f"### {words.say('ui.problems')}\n\n{listed}")
    if untested := [item.id for item in report.requirements if item.reason == UNTESTED]:
        listed = "\n".join(f"- {_code(identifier)}" for identifier in untested)
        parts.append(f"### {words.say('ui.untested')}\n\n{listed}")
    if causes:
        parts.append(f"### {words.say('ui.causes')}")
    texts = {item.id: item.text for item in report.requirements}
    size = sum(len(part.encode()) for part in parts)
    for told, cause in enumerate(causes):
        story = _cause(cause, words, texts)
        size += len(story.encode())
        if told == _CAUSES_SHOWN or size > _LIMIT_BYTES:
            parts.append(f"_{words.say('ui.and-more', count=len(causes) - told)}_")
            break
        parts.append(story)
    return "\n\n".join(parts) + "\n"


def _head(report: Report, words: Language, causes: int) -> str:
    target, contract = report.target, report.contract
    facts = [
        ("ui.target", target["name"]),
        ("ui.profile", target["profile"]),
        ("ui.revision", contract["revision"]),
        *([("ui.level", report.run.level)] if report.run.level is not None else []),
        *([("ui.operations", words.offered(report))] if "operations" in target else []),
        ("ui.requests", f"{report.run.requests:,}"),
        ("ui.duration", words.say("ui.seconds", count=report.run.duration_s)),
        *([("ui.seed", report.run.seed)] if report.run.seed is not None else []),
    ]
    listed = " · ".join(f"{words.say(key)} {_text(str(value))}" for key, value in facts)
    sentence = words.verdict_sentence(report, causes)
    if report.run.interrupted:
        sentence += f" **{words.say('run.interrupted')}**"
    sign, verdict = _SIGNS[report.verdict], words.say(f"run.{report.verdict.value}")
    return f"## {sign} {words.say('ui.title')}: {verdict}\n\n{sentence}\n\n{listed}"


def _table(report: Report, words: Language) -> str:
    shown = [verdict for verdict in Verdict if report.summary.get(verdict.value, 0)]
    titles = [f"{SYMBOLS[v]} {words.say(f'verdict.{v.value}')}" for v in shown]
    rows = [
        f"| {words.say('ui.chapter')} | " + " | ".join(titles) + " |",
        "|---|" + "---:|" * len(shown),
    ]
    for number in sorted(report.by_chapter, key=lambda n: (int(n) if n.isdigit() else 0, n)):
        counts = [str(report.by_chapter[number].get(v.value, 0) or "") for v in shown]
        rows.append(f"| {_text(words.numbered_chapter(number))} | " + " | ".join(counts) + " |")
    totals = [f"**{report.summary[v.value]}**" for v in shown]
    rows.append(f"| **{words.say('ui.all')}** | " + " | ".join(totals) + " |")
    return "\n".join(rows)


def _news(previous: Report, report: Report, words: Language) -> str:
    compared = news(previous, report)
    lines = [f"### {words.say('ui.news')}", ""]
    if not compared.groups:
        lines.append(words.say("ui.news.same"))
    for name, ids in compared.groups:
        listed = ", ".join(_code(item) for item in ids[:_NEWS_SHOWN])
        if len(ids) > _NEWS_SHOWN:
            listed += f", {words.say('ui.and-more', count=len(ids) - _NEWS_SHOWN)}"
        lines.append(f"- **{words.say(f'ui.news.{name}')}** ({len(ids)}): {listed}")
    return "\n".join(lines)


def _cause(cause: Cause, words: Language, texts: dict[str, str]) -> str:
    title = f"{words.say(f'level.{cause.level}')} · {words.cause(cause)}"
    counts = ", ".join(counts_of(cause, words))
    finding = cause.findings[0]
    story = explain(finding, texts.get(finding.requirement, ""), words)
    if len(story) > _STORY_CHARACTERS:
        story = story[:_STORY_CHARACTERS] + "\n…"
    fence = "`" * max(3, _longest_run(story) + 1)
    lines = [
        "<details>",
        f"<summary>{_html(title)} ({_html(counts)})</summary>",
        "",
        f"{fence}text",
        story,
        fence,
    ]
    others = cause.requirements[1:]
    if others:
        listed = ", ".join(_code(item) for item in others[:_IDS_SHOWN])
        if len(others) > _IDS_SHOWN:
            listed += f", {words.say('ui.and-more', count=len(others) - _IDS_SHOWN)}"
        lines += ["", listed]
    return "\n".join([*lines, "", "</details>"])


def _text(value: str) -> str:
    """Literal text: no markup, no mention, no link."""
    flat = " ".join(value.split())
    return _SPECIAL.sub(r"\\\1", flat)


def _code(value: str) -> str:
    fence = "`" * (_longest_run(value) + 1)
    space = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{fence}{space}{' '.join(value.split())}{space}{fence}"


def _html(value: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
