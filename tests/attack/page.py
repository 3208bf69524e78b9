"""The report of the attacks, in Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence

from tests.attack.attacked import Attacked

_HOW = """\
`tox -e attack`. **Servers**: a whole `run --level quick` with every format of report, against the
reference with a hostile behaviour in front of it, ended after 9 to 14 s by `limits.duration` (its
start included). **Files**: one tampered file before each of the {readers} commands that read files
of the user's; seconds are of the slowest. **Kills**: a run that gets a signal after so many
requests, then `cleanup`; among them runs whose disk is full, that are answered wrong ids, two at a
time.

A traceback is what only a program prints that has broken. Foreign: applications that the run did
not make and sent a changing request to, or that were not as before in the end. Canaries: secrets
of the run, of the server or of the account in any of their spellings, on the terminal or in any
file of the report folder. Troubles: all of these, and raw control letters on the terminal, reports
that their readers cannot read or that hold live markup, statuses that are none of ours, things
left at the target that nobody names, and commands that do not end.
"""


def page(rows: Sequence[Attacked], what: Mapping[str, str]) -> str:
    """The whole page; ``what`` says of each server what it does."""
    groups = {
        "Hostile servers": [r for r in rows if not r.name.startswith(("file ", "kill "))],
        "Tampered files": [r for r in rows if r.name.startswith("file ")],
        "Kills": [r for r in rows if r.name.startswith("kill ")],
    }
    readers = max((row.requests for row in groups["Tampered files"]), default=0)
    today = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [
        "# Attacks",
        "",
        f"Measured on {today}: {platform.system()} {platform.machine()}, {os.cpu_count()} cores "
        f"with other work on them, Python {platform.python_version()}.",
        "",
        _HOW.format(readers=readers),
        "| | count | tracebacks | foreign | canaries | troubles | most MB | most s | statuses |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_total(title, group) for title, group in groups.items() if group),
        "",
    ]
    for title, group in groups.items():
        if group:
            parts += [f"## {title}", "", *_table(group, what), ""]
    return "\n".join(parts)


def _total(title: str, rows: Sequence[Attacked]) -> str:
    statuses = Counter(row.status for row in rows)
    told = ", ".join(f"{status} ×{count}" for status, count in sorted(statuses.items()))
    told = "–" if rows[0].name.startswith("file ") else told
    sums = (
        len(rows),
        sum(row.tracebacks for row in rows),
        sum(row.foreign for row in rows),
        sum(row.canaries for row in rows),
        sum(bool(row.troubles) for row in rows),
    )
    megabytes = f"{max(row.megabytes for row in rows):.0f}" if rows[0].megabytes else "–"
    cells = " | ".join(map(str, sums))
    return f"| {title} | {cells} | {megabytes} | {max(r.seconds for r in rows):.0f} | {told} |"


def _table(rows: Sequence[Attacked], what: Mapping[str, str]) -> list[str]:
    lines = ["| attack | status | s | MB | requests | troubles |", "|---|---|---|---|---|---|"]
    for row in rows:
        told = f"{row.name}: {what[row.name]}" if row.name in what else row.name
        megabytes = f"{row.megabytes:.0f}" if row.megabytes else "–"
        troubles = "; ".join(one[:120].replace("|", "¦") for one in row.troubles[:3]) or "–"
        status = "–" if row.name.startswith("file ") else row.status
        cells = (told, status, f"{row.seconds:.1f}", megabytes, row.requests, troubles)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines
