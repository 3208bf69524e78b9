"""The terminal obeys us alone."""

from __future__ import annotations

import io

from rich.table import Table
from rich.text import Text

from conformance.reporting.console import PlainConsole


def test_what_is_printed_is_no_command() -> None:
    """Escapes, markup and emoji are shown as they are, in texts and in tables; styles stay."""
    out = io.StringIO()
    console = PlainConsole(
        file=out, force_terminal=True, color_system="standard", width=60, highlight=False
    )
    console.print("a\x1b[2Jb [bold]c[/] [/x] :smile: \u202ed 中文")
    table = Table("x")
    table.add_row(Text("\x07e"))
    console.print(table)
    console.print("f", style="red")
    said = out.getvalue()
    assert "a\\x1b[2Jb [bold]c[/] [/x] :smile: \\u202ed 中文" in said
    assert "\x1b[31mf\x1b[0m" in said
    assert "\x07" not in said
    assert "\x1b[2J" not in said
