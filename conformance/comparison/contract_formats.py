"""Writes the difference of two contracts as text, JSON and Markdown."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from rich.text import Text

from conformance.comparison.contract_change import Impact
from conformance.comparison.markup import cell, code, table, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from conformance.comparison.contract_change import ContractChange
    from conformance.comparison.contracts import BaselineLoss, ContractDiff

_STYLES: Final[Mapping[Impact, str]] = {
    Impact.BREAKING: "bold red",
    Impact.RISKY: "yellow",
    Impact.COMPATIBLE: "green",
}
_SIDES: Final = ("client", "server")
_SHOWN: Final = 5


def render_text(
    difference: ContractDiff,
    console: Console,
    loss: BaselineLoss | None = None,
    shown: int = _SHOWN,
) -> None:
    """Print every change, the most severe first, with its first requirement ids."""
    for mark, name, revision in _contracts(difference):
        console.print(Text(f"{mark}  {name} (edition of {revision})"), soft_wrap=True)
    for change in difference.changes:
        console.print()
        line = Text(f"{change.kind}", style=_STYLES[change.worst])
        line.append(f"  {change.place}", style="bold not dim")
        line.append(f"  client: {change.client.value}, server: {change.server.value}", style="dim")
        console.print(line, soft_wrap=True)
        console.print(Text(f"  {change.text}"), soft_wrap=True)
        for sign, ids in _touched(change):
            for identifier in ids[:shown]:
                console.print(Text(f"    {sign} {identifier}", style="dim"), soft_wrap=True)
            if len(ids) > shown:
                console.print(Text(f"    {sign} … and {len(ids) - shown:,} more", style="dim"))
    console.print()
    for line_of_sum in _summary(difference, loss):
        console.print(Text(line_of_sum), soft_wrap=True)


def render_json(difference: ContractDiff, loss: BaselineLoss | None = None) -> str:
    """The difference as JSON text, every requirement id included."""
    data = {**difference.to_dict(), "baseline": asdict(loss) if loss else None}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def render_markdown(difference: ContractDiff, loss: BaselineLoss | None = None) -> str:
    """The difference for a job page or a merge request comment."""
    lines = [f"## Contract {words(difference.a)} → {words(difference.b)}", ""]
    lines += [f"- {words(line)}" for line in _summary(difference, loss)]
    if difference.changes:
        lines += ["", "### Changes", ""]
        lines += table(
            ["change", "where", "what", "client", "server", "requirements"],
            (
                [
                    change.kind,
                    cell(change.place),
                    words(change.text),
                    _strong(change.client),
                    _strong(change.server),
                    " ".join(f"{sign}{len(ids)}" for sign, ids in _touched(change)),
                ]
                for change in difference.changes
            ),
        )
    for title, ids in (
        ("Requirements added", difference.added),
        ("Requirements removed", difference.removed),
        ("Requirements changed", difference.changed),
    ):
        if ids:
            lines += ["", f"<details><summary>{title}: {len(ids)}</summary>", ""]
            lines += [f"- {code(identifier)}" for identifier in ids]
            lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _contracts(difference: ContractDiff) -> list[tuple[str, str, str]]:
    return [
        ("A", difference.a, difference.revision_a),
        ("B", difference.b, difference.revision_b),
    ]


def _touched(change: ContractChange) -> list[tuple[str, tuple[str, ...]]]:
    pairs = (("+", change.added), ("-", change.removed), ("~", change.changed))
    return [(sign, ids) for sign, ids in pairs if ids]


def _summary(difference: ContractDiff, loss: BaselineLoss | None) -> list[str]:
    """Counts per side, requirements, and what a baseline report is still worth."""
    if not difference.changes:
        return ["no change"]
    lines = []
    for side in _SIDES:
        counts = difference.count(side)
        told = ", ".join(f"{counts[impact.value]} {impact.value}" for impact in reversed(Impact))
        lines.append(f"{side}: {told}")
    lines.append(
        f"requirements: {len(difference.added)} added, {len(difference.removed)} removed,"
        f" {len(difference.changed)} changed"
    )
    if loss is None:
        lines.append(
            f"a baseline report by A loses {len(difference.removed)} verdicts,"
            f" {len(difference.changed)} more say less than they did,"
            f" and {len(difference.added)} requirements of B are not in it"
        )
        return lines
    if loss.foreign:
        lines.append("the baseline report was not made by contract A")
    lines += [
        f"the baseline report loses {_verdicts(loss.gone)}",
        f"to be judged anew: {_verdicts(loss.stale)}; not in it: {len(loss.unjudged)} requirements",
        f"still good: {_verdicts(loss.kept)}",
    ]
    lines += [f"its waiver of {identifier} loses its hold" for identifier in loss.waivers]
    return lines


def _verdicts(counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{sum(counts.values())} verdicts" + (f" ({told})" if told else "")


def _strong(impact: Impact) -> str:
    return f"**{impact.value}**" if impact is Impact.BREAKING else impact.value
