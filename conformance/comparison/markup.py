"""Markdown that GitHub and GitLab render alike, from texts that must appear literally."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~@])")


def words(value: str) -> str:
    """Text without markup, mentions, links or line breaks."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def code(value: str) -> str:
    """Text in a code span, whatever backticks it contains."""
    flat = " ".join(value.split())
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    fence, space = "`" * (longest + 1), " " if "`" in (flat[:1], flat[-1:]) else ""
    return f"{fence}{space}{flat}{space}{fence}"


def cell(value: str) -> str:
    """Text in a code span inside a table, where a bar would end the cell."""
    return code(value.replace("|", "¦"))


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], limit: int = 200) -> list[str]:
    """The lines of a table; rows beyond ``limit`` are only counted."""
    listed = list(rows)
    lines = [f"| {' | '.join(titles)} |", "|" + " --- |" * len(titles)]
    lines += [f"| {' | '.join(row)} |" for row in listed[:limit]]
    if len(listed) > limit:
        lines += ["", f"_and {len(listed) - limit:,} more_"]
    return lines
