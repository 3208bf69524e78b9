"""``run --dry-run``: what would be sent, per operation and flow group, and how long it takes."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from conformance.access.flow import lower_bound
from conformance.engine.run.cost_estimate import planned_requests
from conformance.engine.run.session import Session


def print_plan(session: Session, console: Console) -> None:
    """Print cases and requests per operation; under flow control per group too, and how long."""
    plan = planned_requests(session)
    table = Table(title=f"plan of level {session.config.level}")
    for column in ("operation", "cases", "requests"):
        table.add_column(column, justify="left" if column == "operation" else "right")
    groups: Counter[str] = Counter()
    for name, cost in plan.items():
        table.add_row(name, str(cost.cases), str(sum(cost.requests.values())))
        groups.update(cost.requests)
    console.print(table)
    if not session.reach.settings.has_flow_control:
        console.print(f"in all {sum(groups.values())} requests")
        return
    limits = session.contract.flow_groups
    limited = {group: count for group, count in groups.items() if group in limits}
    for group, count in sorted(groups.items()):
        limit = f"{limits[group][0]} per {limits[group][1]:g} s" if group in limits else "no limit"
        console.print(f"{group}: {count} requests ({limit})")
    seconds = lower_bound(limited, limits)
    console.print(
        f"in all {sum(groups.values())} requests; flow control allows it in {seconds:g} s"
    )
