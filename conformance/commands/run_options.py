"""The options of ``run``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.commands.report_choice import report_options, strict_option


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a run; they are listed from the last to the first."""
    for option in (
        click.option(
            "-n", "--numprocesses", metavar="N", help="number of processes, as in pytest-xdist"
        ),
        click.option(
            "--concurrency",
            type=int,
            metavar="N",
            help="cases to run at a time; 12 at a slow emulator",
        ),
        click.option("--duration", type=float, metavar="SECONDS", help="stop after this time"),
        click.option("--resume", is_flag=True, help="resume an interrupted run"),
        click.option(
            "--watch-file",
            "watch_files",
            multiple=True,
            type=Path,
            metavar="PATH",
            help="with --watch: also run again when this file or folder changes",
        ),
        click.option(
            "--watch", is_flag=True, help="run again when contract, target or server changes"
        ),
        click.option("--dry-run", is_flag=True, help="show what would be sent, and send nothing"),
        click.option(
            "--revision", metavar="DATE", help="judge by an earlier edition of the document"
        ),
        click.option("--base", metavar="DATE|FILE", help="edition or file under your overlay"),
        click.option(
            "--contract", type=Path, metavar="FILE|DIR", help="judge by a contract of your own"
        ),
        report_options,
        click.option(
            "--seed", type=int, metavar="N", help="seed of everything random, to repeat a run"
        ),
        strict_option,
        click.option(
            "--level",
            default="standard",
            show_default=True,
            metavar="NAME",
            help="quick, standard or thorough",
        ),
        click.option(
            "--operations",
            multiple=True,
            metavar="NAMES",
            help="operations that the target offers, if not all",
        ),
        click.option("--exclude", multiple=True, metavar="GLOB", help="leave these out"),
        click.option(
            "--only",
            multiple=True,
            metavar="GLOB",
            help="judge only these requirements or operations",
        ),
        click.option("--profile", metavar="NAME", help="stateless, emulator or live"),
        click.option("--target", metavar="FILE.toml", help="target file"),
        click.option("--reference", is_flag=True, help="judge the embedded reference"),
        click.argument("base_url", required=False),
    ):
        command = option(command)
    return command
