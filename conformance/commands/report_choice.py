"""The options of reports, declared once: language, folder, formats, JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from conformance.engine.run.config import DEFAULT_REPORTS
from conformance.reporting.language import LANGUAGES

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]

json_option = click.option("--json", "as_json", is_flag=True, help="print JSON")
"""``--json``, as the parameter ``as_json``."""

strict_option = click.option("--strict", is_flag=True, help="count a broken SHOULD as a fail")


def lang_option(of: str = "output") -> Option[Any]:
    """``--lang``, as the parameter ``code``; ``of`` says what is in that language."""
    choice = click.Choice(LANGUAGES)
    return click.option("--lang", "code", default="en", type=choice, help=f"language of the {of}")


def format_option(*names: str) -> Option[Any]:
    """``--format``, one of the names, as the parameter ``form``; text unless another is chosen."""
    choice = click.Choice(names)
    return click.option("--format", "form", type=choice, default="text", help="output format")


def report_dir_option(default: Path = DEFAULT_REPORTS) -> Option[Any]:
    """``--report-dir``, the folder that reports are written to."""
    return click.option(
        "--report-dir", default=default, type=Path, show_default=True, help="folder of the reports"
    )


formats_option = click.option(
    "--format",
    "formats",
    default="json",
    show_default=True,
    metavar="NAMES",
    help="report formats, separated by commas",
)
"""``--format``, names with commas between them, as the parameter ``formats``."""


def report_options(command: Command) -> Command:
    """``--report-dir``, ``--lang`` and ``--format`` of a command that judges something."""
    for option in (formats_option, lang_option(), report_dir_option()):
        command = option(command)
    return command


def format_names(formats: str) -> tuple[str, ...]:
    """The names in the value of ``--format``."""
    return tuple(name for name in formats.split(",") if name)
