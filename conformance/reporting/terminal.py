"""The summary on the terminal: chapters, causes, and last the verdict of the run."""

from __future__ import annotations

import textwrap
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from conformance.model.verdict import RunVerdict, Verdict
from conformance.reporting.cause import Cause
from conformance.reporting.causes import causes_of
from conformance.reporting.explanation import explain
from conformance.reporting.language import Language, language
from conformance.reporting.news import news
from conformance.reporting.trace import without_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from conformance.model.report import Report

SYMBOLS: Final = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.WARN: "!",
    Verdict.INCONCLUSIVE: "?",
    Verdict.BLOCKED: "⊘",
    Verdict.NOT_APPLICABLE: "–",
    Verdict.NOT_SELECTED: "○",
    Verdict.WAIVED: "◇",
}
_STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.BLOCKED: "magenta",
}
_RUN_STYLES: Final = {
    RunVerdict.CONFORMANT: "bold green",
    RunVerdict.NONCONFORMANT: "bold red",
    RunVerdict.INCOMPLETE: "bold magenta",
}
_CAUSES_SHOWN = 2
_CAUSES_LISTED = 8
_CAUSES_LISTED_FROM = 2
"""Fewer causes are seen at once without a list of them."""
_IDS_SHOWN = 3
_LINES_SHOWN = 4
"""Of each part of a story: the whole summary of a broken target is to fit two screens."""
_REASONS_SHOWN = 6
_REASON_CHARACTERS = 150
_CAPABILITIES_SHOWN = 8
_NARROW = 100
"""Columns below which the chapters are headed by symbols alone, and these are explained."""


def print_remarks(warnings: Iterable[str], problems: Iterable[str], console: Console) -> None:
    """Print what was noticed beside the verdict, a line each."""
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    for problem in problems:
        console.print(f"problem: {problem}", style="yellow", soft_wrap=True)


def print_summary(
    report: Report,
    console: Console,
    *,
    previous: Report | None = None,
    code: str = "en",
    causes_shown: int = _CAUSES_SHOWN,
) -> None:
    """Print the summary of a run; ``code`` is the language of verdicts and titles.

    At most ``causes_shown`` causes are told in full, and the rest is counted.
    """
    words = language(code)
    causes = causes_of(report)
    texts = {item.id: item.text for item in report.requirements}
    console.print()
    console.print(Text(judged_line(report, words), style="dim"), soft_wrap=True)
    narrow = console.width < _NARROW
    console.print(chapter_table(report, words, named=not narrow))
    if narrow:
        console.print(Text(_legend(report, words, console.width), style="dim"))
    for cause in islice(causes, causes_shown):
        console.print()
        _print_cause(cause, console, words, texts)
    if len(causes) > causes_shown:
        hidden = len(causes) - causes_shown
        console.print(Text(f"\n… {words.say('terminal.more-causes', count=hidden)}", style="dim"))
    _print_unjudged(report, console, words)
    _print_unclaimed(report, console, words)
    if previous is not None:
        _print_news(previous, report, console, words)
    console.print()
    if len(causes) >= _CAUSES_LISTED_FROM:
        _print_overview(causes, console, words)
    console.print(verdict_line(report, words, len(causes)), soft_wrap=True)


def judged_line(report: Report, words: Language) -> str:
    """The first line: what was judged, by which edition, profile and level."""
    target = report.target
    address = target["base_url"]
    name = target["name"] if address in ("", None) else f"{target['name']} ({address})"
    facts = [
        ("ui.target", name),
        ("ui.revision", report.contract["revision"]),
        ("ui.profile", target["profile"]),
        *([("ui.level", report.run.level)] if report.run.level is not None else []),
        *([("ui.operations", words.offered(report))] if "operations" in target else []),
    ]
    return " · ".join(f"{words.say(key)} {value}" for key, value in facts)


def _legend(report: Report, words: Language, width: int) -> str:
    shown = (verdict for verdict in Verdict if report.summary.get(verdict.value, 0))
    lines = [""]
    for one in shown:
        told = f"{SYMBOLS[one]} {words.say(f'verdict.{one.value}')}"
        if cell_len(f"{lines[-1]}  {told}") > width:
            lines.append("")
        lines[-1] += f"{'  ' if lines[-1] else ''}{told}"
    return "\n".join(lines)


def chapter_table(report: Report, words: Language, *, named: bool = True) -> Table:
    """How many requirements of each chapter have which verdict; empty columns are left out.

    ``named``: the columns have the names of the verdicts besides their symbols.
    """
    shown = [verdict for verdict in Verdict if report.summary.get(verdict.value, 0)]
    table = Table(box=None, pad_edge=False, header_style="dim")
    line = "\n" if named else ""
    table.add_column(f"{line}{words.say('ui.chapter')}", no_wrap=True)
    for verdict in shown:
        name = f"\n{words.say(f'verdict.{verdict.value}')}" if named else ""
        title = f"{SYMBOLS[verdict]}{name}"
        table.add_column(title, justify="right", style=_STYLES.get(verdict, ""))
    for number in sorted(report.by_chapter, key=lambda n: (int(n) if n.isdigit() else 0, n)):
        tally = report.by_chapter[number]
        counts = [str(tally.get(verdict.value, 0) or "·") for verdict in shown]
        table.add_row(Text(words.numbered_chapter(number)), *counts)
    table.add_section()
    totals = [str(report.summary.get(verdict.value, 0)) for verdict in shown]
    table.add_row(words.say("ui.all"), *totals, style="bold")
    return table


def verdict_line(report: Report, words: Language, causes: int) -> Text:
    """The last line: the verdict of the run and its reason."""
    line = Text(words.say(f"run.{report.verdict.value}"), style=_RUN_STYLES[report.verdict])
    line.append(f"  {words.verdict_sentence(report, causes)}", style="not bold default")
    if report.run.interrupted:
        line.append(f" {words.say('run.interrupted')}", style="not bold magenta")
    return line


def _print_cause(cause: Cause, console: Console, words: Language, texts: dict[str, str]) -> None:
    console.print(_title(cause, words), soft_wrap=True)
    finding = cause.findings[0]
    said = texts.get(finding.requirement, "")
    story = textwrap.indent(explain(finding, said, words, most=_LINES_SHOWN), "  ")
    console.print(Text(story), soft_wrap=True)
    others = [*cause.requirements[1:]]
    if others:
        listed = others[:_IDS_SHOWN]
        if len(others) > _IDS_SHOWN:
            listed.append(words.say("ui.and-more", count=len(others) - _IDS_SHOWN))
        also = f"\n{' ' * 14}".join(listed)
        console.print(Text(f"    {words.say('ui.also'):<10}{also}", style="dim"), soft_wrap=True)


def _title(cause: Cause, words: Language) -> Text:
    broken = Verdict.FAIL if cause.level == "MUST" else Verdict.WARN
    title = Text(f"{SYMBOLS[broken]} ", style=_STYLES[broken])
    title.append(words.cause(cause), style="bold")
    title.append(f"  {', '.join(counts_of(cause, words))}", style="dim")
    return title


def _print_overview(causes: Sequence[Cause], console: Console, words: Language) -> None:
    """Print the gravest causes again, a line each, for readers of the end of a log."""
    for cause in islice(causes, _CAUSES_LISTED):
        console.print(_title(cause, words), soft_wrap=True)
    if len(causes) > _CAUSES_LISTED:
        more = words.say("ui.and-more", count=len(causes) - _CAUSES_LISTED)
        console.print(Text(f"  {more}", style="dim"))


def counts_of(cause: Cause, words: Language) -> list[str]:
    """How many requirements a cause breaks, in how many operations, and how many it blocks."""
    said = [count_of(words, "requirement", len(cause.requirements))]
    if len(cause.operations) > 1:
        said.append(count_of(words, "operation", len(cause.operations)))
    if cause.blocks:
        said.append(words.say("ui.blocks", count=cause.blocks))
    return said


def count_of(words: Language, noun: str, count: int) -> str:
    """A number with its noun: ``1 requirement``, ``40 requirements``."""
    return words.say(f"ui.{noun}.count" if count == 1 else f"ui.{noun}s.count", count=count)


def _print_unjudged(report: Report, console: Console, words: Language) -> None:
    """Print why requirements were not judged; reasons that differ only in ids share a line."""
    groups: dict[tuple[Verdict, str], list[str]] = {}
    for item in report.requirements:
        if item.verdict in {Verdict.BLOCKED, Verdict.INCONCLUSIVE}:
            groups.setdefault((item.verdict, without_variables(item.reason)), []).append(
                item.reason
            )
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    if ordered:
        console.print()
    for (verdict, _), reasons in ordered[:_REASONS_SHOWN]:
        said = words.told(reasons[0])
        if len(said) > _REASON_CHARACTERS:
            said = f"{said[:_REASON_CHARACTERS]}…"
        line = Text(f"{SYMBOLS[verdict]} ", style=_STYLES[verdict])
        line.append(f"{words.say(f'verdict.{verdict.value}')}: ")
        line.append(count_of(words, "requirement", len(reasons)), style="bold")
        line.append(f", {said}")
        console.print(line, soft_wrap=True)
    if len(ordered) > _REASONS_SHOWN:
        left = sum(len(reasons) for _, reasons in ordered[_REASONS_SHOWN:])
        more = words.say("terminal.more-reasons", count=len(ordered) - _REASONS_SHOWN, left=left)
        console.print(Text(f"  … {more}", style="dim"))


def _print_unclaimed(report: Report, console: Console, words: Language) -> None:
    """Print, in one line, for want of which capabilities how many requirements do not apply."""
    claimed = set(report.target.get("capabilities", ()))
    counts = Counter(
        "+".join(sorted(wanting))
        for item in report.requirements
        if item.verdict is Verdict.NOT_APPLICABLE and (wanting := {*item.capabilities} - claimed)
    )
    if not counts:
        return
    shown = counts.most_common(_CAPABILITIES_SHOWN)
    listed = ", ".join(f"{names} {count}" for names, count in shown)
    if len(counts) > len(shown):
        left = sum(counts.values()) - sum(count for _, count in shown)
        listed += f", {words.say('ui.and-more', count=left)}"
    line = words.say("terminal.unclaimed", listed=listed)
    console.print(Text(f"\n{SYMBOLS[Verdict.NOT_APPLICABLE]} {line}", style="dim"), soft_wrap=True)


def _print_news(previous: Report, report: Report, console: Console, words: Language) -> None:
    compared = news(previous, report)
    console.print(Text(f"\n{words.say('ui.news')}", style="bold"))
    if not compared.groups:
        console.print(Text(f"  {words.say('ui.news.same')}"))
    for name, ids in compared.groups:
        listed = ", ".join(ids[:_IDS_SHOWN])
        more = f", {words.say('ui.and-more', count=len(ids) - _IDS_SHOWN)}"
        tail = more if len(ids) > _IDS_SHOWN else ""
        console.print(
            Text(f"  {words.say(f'ui.news.{name}')}: {len(ids)}  {listed}{tail}"), soft_wrap=True
        )
