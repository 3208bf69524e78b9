"""``sparkrtc-conformance target init``: write a target file, by questions or by options."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.access.capability import CAPABILITIES, PROFILES
from conformance.access.scaffold import write_target


@click.group()
def target() -> None:
    """Target files: what the suite must be told about one implementation."""


@target.command()
@click.argument("path", type=Path, default=Path("target.toml"))
@click.option("--base-url", prompt="Base URL of the API", help="scheme and host")
@click.option(
    "--profile",
    prompt=True,
    type=click.Choice(sorted(PROFILES)),
    default="emulator",
    help="what is expected of it",
)
@click.option(
    "--capability",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="capability that it offers; repeatable",
)
@click.option("--production", is_flag=True, help="confirm that a production host may be tested")
@click.option("--overwrite", is_flag=True, help="replace an existing file")
def init(
    path: Path,
    base_url: str,
    profile: str,
    chosen: tuple[str, ...],
    production: bool,
    overwrite: bool,
) -> None:
    """Write a target file to PATH; what is not given as an option is asked."""
    capabilities = frozenset(chosen) or PROFILES[profile]
    unknown = sorted(capabilities - CAPABILITIES.keys())
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: see sparkrtc-conformance capabilities")
    write_target(
        path,
        base_url=base_url,
        profile=profile,
        capabilities=sorted(capabilities),
        production=production,
        overwrite=overwrite,
    )
    click.echo(f"written to {path}; now: sparkrtc-conformance run --target {path}")
