"""``sparkrtc-conformance simulate``: people join, send, fall silent and leave, by a script."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import click

from conformance.access.hosts import is_production
from conformance.errors import UsageError
from conformance.reference.simulation.player import Stage
from conformance.reference.simulation.script import Step, read_script


@click.command()
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--target",
    envvar="SPARKRTC_BASE_URL",
    required=True,
    metavar="URL",
    help="reference started with serve --control",
)
@click.option("--wait", is_flag=True, help="let time pass instead of moving the clock")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True, max=1000),
    default=1.0,
    show_default=True,
    help="with --wait: factor by which time runs faster",
)
def simulate(script: Path, target: str, wait: bool, speed: float) -> int:
    """Play SCRIPT to the reference at URL: statistics, jobs, recordings and events follow.

    Exit status: 0 played, 2 wrong usage or a script that cannot be played, 3 no reference there.
    """
    if urlsplit(target).scheme not in {"http", "https"} or is_production(target):
        raise UsageError(
            "--target",
            f"{target!r} is not the address of a reference",
            "give http://127.0.0.1:PORT",
        )
    read = read_script(script)
    with Stage(target, moves=not wait, speed=speed) as stage:
        app_id = stage.play(read, _tell)
        told = Counter(one["event"] for one in stage.deliveries(app_id))
    events = ", ".join(f"{event} ×{count}" for event, count in sorted(told.items()))
    click.echo(f"{len(read.steps)} steps in {read.until:g} s; told so far: {events or 'nothing'}")
    return 0


def _tell(at: float, step: Step, room: str) -> None:
    what = f" {', '.join(step.streams)}" if step.streams else ""
    role = f" as {step.role}" if step.role else ""
    click.echo(f"{at:8.1f}  {room}: {step.who} {step.does}{what}{role}")
