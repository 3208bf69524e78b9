"""What a run opens before it sends: the wire to its target, with budgets, and its journal."""

from __future__ import annotations

from pathlib import Path

from conformance.access.budget import RequestBudget
from conformance.access.cleanup import cleanup
from conformance.access.gateway import Gateway
from conformance.access.guard import Guard
from conformance.access.journal import Journal, RunHeader
from conformance.access.transport import TargetClient
from conformance.contract.document import Contract
from conformance.engine.lab import Lab
from conformance.engine.resources.teardown import Teardown
from conformance.engine.run.config import RunConfig
from conformance.engine.wire.endpoint import Reach
from conformance.errors import ConfigurationError

JOURNAL = "journal"
"""Start of the names of journals in the report folder; one per process."""
_BUDGET = "budget"
_FLOW_STORE = "flow.sqlite"


def open_gateway(config: RunConfig, reach: Reach, contract: Contract, *, first: bool) -> Gateway:
    """The way of every request: guard, budgets, flow control.

    ``first``: no other process or thread of the run has one, so the budget begins anew.
    """
    settings = reach.settings
    if first:
        _forget(config.report_dir / _BUDGET)
    budget = RequestBudget(settings.limits.requests, config.report_dir / _BUDGET)
    client = TargetClient(
        settings,
        guard=Guard(settings, budget if settings.limits.requests else None),
        proxy_auth=reach.credentials.proxy,
    )
    store = config.report_dir / _FLOW_STORE if settings.has_flow_control else None
    return Gateway(settings, client, contract.flow_groups, store)


def begin_journal(config: RunConfig, lab: Lab, name: str) -> Journal | None:
    """The journal of a process or thread; the embedded reference needs none, it forgets by itself.

    A run that is resumed first undoes what its earlier part has left. Raises ConfigurationError
    where the file cannot be written.
    """
    if config.target is None or not lab.settings.allow_writes:
        return None
    path = config.report_dir / f"{JOURNAL}{name}.jsonl"
    if path.exists():
        old = Journal(path)
        if config.resume and old.pending():
            cleanup(old, Teardown(lab.contract, lab))
        if not old.pending():
            path.unlink()
    header = RunHeader(lab.prefix, lab.prefix, lab.settings.base_url, lab.settings.project_id)
    return Journal.create(path, header)


def _forget(path: Path) -> None:
    """Delete the file of an earlier run. Raises ConfigurationError if that fails."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        problem = error.strerror or str(error)
        raise ConfigurationError(str(path), problem, "choose another --report-dir") from None
