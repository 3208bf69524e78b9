"""``sparkrtc-conformance serve``: the reference, for anyone who wants a local SparkRTC."""

from __future__ import annotations

import click

from conformance.reference.flow import FlowControl
from conformance.reference.seeds import seeded_world
from conformance.reference.server import serve as serve_reference


@click.command()
@click.option("--port", default=0, show_default=True, help="0 takes a free one")
@click.option("--fault", metavar="NAME", help="plant a named fault (see: faults)")
@click.option("--flow-control", is_flag=True, help="enforce the flow control of table 1-2")
@click.option("--flow-scale", default=1.0, show_default=True, help="its clock runs so much faster")
@click.option("--seed", default=0, show_default=True, help="of ids, secrets and demo data")
@click.option("--seed-data/--no-seed-data", default=True, help="start with demo data")
@click.option("--control", is_flag=True, help="open /_control: move the clock, see the state")
def serve(
    port: int,
    fault: str | None,
    flow_control: bool,
    flow_scale: float,
    seed: int,
    seed_data: bool,
    control: bool,
) -> None:
    """Serve the reference on loopback until interrupted.

    The first line on stdout is JSON: base_url, identity_url, project_id, token, ak, sk.
    """
    flow = FlowControl(scale=flow_scale) if flow_control else None
    world = seeded_world(seed, flow=flow, data=seed_data)
    from conformance.reference.faults.registry import plant

    app = plant(fault, world, with_control=control) if fault else None
    serve_reference(port, with_control=control, app=app, world=world)
