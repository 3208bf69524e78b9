"""The terminal that everything of a report is printed to: it obeys us alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from conformance.errors import plain


class PlainConsole(Console):
    """A console on which no text is a command: a target or a file says part of what is printed.

    Letters that a terminal would obey are shown as escapes, and square brackets and colons are
    what they are, no markup and no emoji. ``options`` are those of ``rich.console.Console``.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, **options})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As it is drawn, with every text made plain."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else _plain(segment)


def _plain(segment: Segment) -> Segment:
    if segment.text.isprintable():
        return segment
    text = "\n".join(plain(line) for line in segment.text.split("\n"))
    return Segment(text, segment.style)
