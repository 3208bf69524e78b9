"""``sparkrtc-conformance serve``: the reference, for anyone who wants a local SparkRTC."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.commands.contract_choice import chosen_contract, contract_options
from conformance.errors import UsageError
from conformance.reference.flow import FlowControl
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve as serve_reference
from conformance.reference.statistics.busy import BusyStatistics

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from conformance.contract.document import Contract
    from conformance.reference.world import World

_VARIABLES = {
    "SPARKRTC_BASE_URL": "base_url",
    "SPARKRTC_IDENTITY_URL": "identity_url",
    "SPARKRTC_PROJECT_ID": "project_id",
    "SPARKRTC_TOKEN": "token",
}


@click.command()
@click.option("--port", default=0, show_default=True, help="port; 0 takes a free one")
@click.option("--fault", metavar="NAME", help="plant a named fault (see: faults)")
@click.option(
    "--variant",
    "variants",
    metavar="NAME",
    multiple=True,
    help="behave as a permitted variant (see: variants)",
)
@click.option("--flow-control", is_flag=True, help="enforce the flow control of table 1-2")
@click.option(
    "--flow-scale",
    default=1.0,
    show_default=True,
    help="factor by which the clock of flow control runs faster",
)
@click.option("--seed", default=0, show_default=True, help="seed of ids, secrets and demo data")
@click.option("--seed-data/--no-seed-data", default=True, help="start with demo data")
@click.option(
    "--env",
    "script",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="write address and credentials to a file for the shell",
)
@click.option(
    "--busy",
    type=click.FloatRange(min=0, max=100),
    metavar="RATE",
    help="simulate other users: changes per query of chapter 13",
)
@click.option(
    "--lag",
    type=click.FloatRange(min=0, max=3600),
    metavar="SECONDS",
    help="with --busy: seconds until statistics show a change",
)
@contract_options
@click.option("--control", is_flag=True, help="open /_control: move the clock, see the state")
def serve(
    port: int,
    fault: str | None,
    variants: tuple[str, ...],
    flow_control: bool,
    flow_scale: float,
    seed: int,
    seed_data: bool,
    script: Path | None,
    busy: float | None,
    lag: float | None,
    control: bool,
    contract: Path | None,
    base: str | None,
) -> None:
    """Serve the reference on loopback until interrupted.

    The first line on stdout is JSON: base_url, identity_url, project_id, token, ak, sk.
    With --contract each request that breaks it is reported on stderr, and what the reference
    lacks of it is answered from its schemas.
    """
    if lag is not None and busy is None:
        raise UsageError("--lag", "delays changes by others, and there are none", "add --busy RATE")
    tell = _teller(script) if script else None
    flow = FlowControl(scale=flow_scale) if flow_control else None
    world = seeded_world(seed, flow=flow, data=seed_data)
    if busy is not None:
        world.statistics = BusyStatistics(
            world.statistics, world.clock, rate=busy, lag=lag or 0, seed=seed
        )
    app = _app(world, fault, variants, control)
    if contract is not None or base is not None:
        app = _held_to(world, app, chosen_contract(contract, base), with_control=control)
    serve_reference(port, with_control=control, app=app, world=world, tell=tell)


def _app(
    world: World, fault: str | None, variants: tuple[str, ...], control: bool
) -> ASGIApp | None:
    """The reference as it is wanted; None stands for the plain one. Raises UsageError."""
    if not fault and not variants:
        return None
    from conformance.faults.registry import find_fault
    from conformance.variants.registry import plant

    app = plant(variants, world, with_control=control)
    return find_fault(fault).apply(world, app) if fault else app


def _held_to(
    world: World, app: ASGIApp | None, contract: Contract, *, with_control: bool
) -> ASGIApp:
    """The reference that says on stderr what each request breaks of a contract.

    What it lacks of the contract is answered from the contract's examples.
    """
    from conformance.certification.drafted import drafted
    from conformance.reference.app import create_app

    inner = app or create_app(world, with_control=with_control)
    return drafted(inner, contract, lambda line: click.echo(line, err=True))


def _teller(script: Path) -> Callable[[Mapping[str, Any]], None]:
    """Empties the file now, and writes it once the server takes connections.

    Raises UsageError when it cannot be written.
    """
    try:
        script.unlink(missing_ok=True)
        handle = os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise UsageError(str(script), problem, "name another file") from error

    def tell(announced: Mapping[str, Any]) -> None:
        lines = (f"export {name}={shlex.quote(announced[key])}" for name, key in _VARIABLES.items())
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write("".join(f"{line}\n" for line in lines))

    return tell
