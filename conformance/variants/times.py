"""Times with other numbers of digits after the second: the examples show none, three, four, six."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from conformance.variants.edits import each_text
from conformance.variants.model import Variant
from conformance.variants.passages import chapters

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")
_EXAMPLES = {0: (598, 3965), 3: (1130, 1220), 4: (647,), 6: (507,)}
_CHAPTERS = ("5", "6", "7", "8", "9", "10")
"""Chapters 11 and 12 answer no such time; chapter 13 states a form of its own."""


def variants() -> Iterator[Variant]:
    """Each number of digits in each chapter that answers times."""
    for chapter, passages in chapters().items():
        if chapter not in _CHAPTERS:
            continue
        shown = tuple(one.time for one in passages if one.time)[:1]
        for digits, lines in _EXAMPLES.items():
            yield Variant(
                f"times/chapter-{chapter}/{digits}-digits",
                f"Times of chapter {chapter} have {digits} digits after the second.",
                f"第 {chapter} 章返回的时间在秒后有 {digits} 位小数。",
                (*lines, *shown),
                each_text(_digits(digits)),
                tuple(one.operation for one in passages),
                aspect=f"times/{chapter}",
            )


def _digits(count: int) -> Callable[[str], str]:
    def rewrite(text: str) -> str:
        found = _TIME.fullmatch(text)
        if found is None:
            return text
        fraction = (found[2] or ".")[1:]
        kept = fraction[:count].ljust(count, "0")
        return f"{found[1]}.{kept}Z" if count else f"{found[1]}Z"

    return rewrite
