"""Writes a comparison of two runs as text, JSON, Markdown and HTML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from rich.text import Text

from conformance.comparison.markup import cell, code, table, words
from conformance.comparison.page import draw
from conformance.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from conformance.comparison.runs import RunComparison, VerdictChange

_TITLES: Final[Mapping[str, str]] = {
    "regressions": "Regressions",
    "unjudged": "Could not be judged any more",
    "fixes": "Fixes",
    "judged": "Newly judged",
    "weighed": "Broken in both, counted otherwise",
    "left_out": "No longer asked",
    "taken_in": "Asked now, and could not be judged",
    "waived": "Moved to or from a waiver",
    "new": "New requirements",
    "gone": "Requirements that are gone",
}
_STYLES: Final[Mapping[str, str]] = {
    "regressions": "bold red",
    "unjudged": "bold magenta",
    "fixes": "bold green",
}
_SHOWN: Final = 20
DIFFER: Final = "The runs themselves differ, so that more than the target may explain the changes"


def sentence(comparison: RunComparison) -> str:
    """The comparison in one sentence."""
    if comparison.same:
        return "no change"
    counts = {name: len(rows) for name, rows in comparison.groups}
    told = [_count(counts.get("regressions", 0), "regression")]
    if "fixes" in counts:
        told.append(_count(counts["fixes"], "fix"))
    if "judged" in counts:
        broken = sum(row.after is not Verdict.PASS for row in comparison.judged)
        told.append(f"{counts['judged']} newly judged ({broken} broken)")
    if "unjudged" in counts:
        told.append(f"{counts['unjudged']} no longer judged")
    return ", ".join(told)


def render_text(comparison: RunComparison, console: Console, shown: int = _SHOWN) -> None:
    """Print the comparison; of a long group the first rows and the number of others."""
    a, b = comparison.a, comparison.b
    if comparison.differences:
        console.print(Text(f"{DIFFER}:", style="bold yellow"), soft_wrap=True)
    for difference in comparison.differences:
        console.print(Text(f"   {difference}", style="yellow"), soft_wrap=True)
    for mark, side in (("A", a), ("B", b)):
        line = f"{mark}  {side.target}, {side.started}, revision {side.revision}: {side.verdict}"
        console.print(Text(line), soft_wrap=True)
    for name, rows in comparison.groups:
        console.print(Text(f"\n{_TITLES[name]}: {len(rows)}", style=_STYLES.get(name, "bold")))
        for row in rows[:shown]:
            console.print(Text(f"  {row.requirement}  {_move(row)}"), soft_wrap=True)
            if row.detail:
                console.print(Text(f"      {row.detail}", style="dim"), soft_wrap=True)
        if len(rows) > shown:
            console.print(Text(f"  … and {len(rows) - shown:,} more", style="dim"))
    _render_changed(comparison, console, shown)
    _render_waivers(comparison, console)
    style = "bold red" if comparison.exit_status else "bold green"
    console.print(Text(f"\n{sentence(comparison)}", style=style))


def _render_changed(comparison: RunComparison, console: Console, shown: int) -> None:
    if not comparison.changed:
        return
    title = f"\nRequirements that say something else: {len(comparison.changed)}"
    console.print(Text(title, style="bold"))
    for row in comparison.changed[:shown]:
        console.print(Text(f"  {row.requirement}  {row.field}"), soft_wrap=True)
        console.print(
            Text(f"      - {row.before}\n      + {row.after}", style="dim"), soft_wrap=True
        )
    if len(comparison.changed) > shown:
        console.print(Text(f"  … and {len(comparison.changed) - shown:,} more", style="dim"))


def _render_waivers(comparison: RunComparison, console: Console) -> None:
    if comparison.waivers:
        console.print(Text(f"\nWaivers: {len(comparison.waivers)}", style="bold"))
    for row in comparison.waivers:
        told = f"  {row.kind:<8}  {row.requirement}  {row.reason} ({row.owner}, {row.expires})"
        now = f", now {row.verdict.value}" if row.verdict else ""
        console.print(Text(told + now), soft_wrap=True)


def render_json(comparison: RunComparison) -> str:
    """The comparison as JSON text."""
    return json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1) + "\n"


def render_markdown(comparison: RunComparison) -> str:
    """The comparison for a job page or a merge request comment."""
    a, b = comparison.a, comparison.b
    sign = "❌" if comparison.exit_status else "✅"
    lines = [f"## {sign} Two runs compared: {sentence(comparison)}", ""]
    sides = [
        [words(side.target), words(side.started), side.revision, side.verdict] for side in (a, b)
    ]
    if comparison.differences:
        lines += [f"{DIFFER}:", "", *(f"- {words(line)}" for line in comparison.differences), ""]
    lines += table(["target", "started", "revision", "verdict"], sides)
    for name, rows in comparison.groups:
        lines += ["", f"### {_TITLES[name]} ({len(rows)})", ""]
        lines += table(
            ["requirement", "level", "verdict", "why"],
            ([cell(r.requirement), r.level, _move(r), words(r.detail)] for r in rows),
        )
    if comparison.changed:
        lines += ["", f"### Requirements that say something else ({len(comparison.changed)})", ""]
        lines += table(
            ["requirement", "what", "before", "after"],
            (
                [cell(r.requirement), r.field, words(r.before), words(r.after)]
                for r in comparison.changed
            ),
        )
    if comparison.waivers:
        lines += ["", f"### Waivers ({len(comparison.waivers)})", ""]
        lines += [
            f"- **{row.kind}** {code(row.requirement)}: {words(row.reason)}"
            f" ({words(row.owner)}, expires {words(row.expires)})"
            for row in comparison.waivers
        ]
    return "\n".join(lines) + "\n"


def render_html(comparison: RunComparison) -> str:
    """The comparison as one HTML file."""
    shown = [
        verdict.value
        for verdict in Verdict
        if comparison.a.summary.get(verdict) or comparison.b.summary.get(verdict)
    ]
    return draw(
        "runs.html.j2",
        comparison=comparison,
        sentence=sentence(comparison),
        titles=_TITLES,
        differ=DIFFER,
        verdicts=shown,
    )


def _move(row: VerdictChange) -> str:
    before = row.before.value if row.before else "–"
    after = row.after.value if row.after else "–"
    return f"{before} → {after}"


def _count(number: int, noun: str) -> str:
    plural = noun + ("es" if noun.endswith("x") else "s")
    return f"{number:,} {noun if number == 1 else plural}"
