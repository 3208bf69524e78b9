"""Assigns items to processes where flow control makes requests wait.

Flow groups whose turns take longest, or whose requests disturb each other, share a process: the
contract names it (``x-flow-groups``, member ``shard``). All else stays in one process: what creates
resources is not at work while another process reads their lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.contract.document import Contract

REST = "rest"
"""The shard of every flow group that the contract gives none."""

_OPERATION = re.compile(r"\[(\w+)[/\]]")
"""How the item of a generated case, or of random requests, names its operation."""


def shard_of(nodeid: str, contract: Contract, marked: str | None) -> str:
    """The shard of an item: of the operation in its id, else of the flow group of its mark."""
    named = _OPERATION.search(nodeid)
    operation = contract.operations.get(named[1]) if named else None
    group = operation.flow_group if operation is not None else marked
    return contract.shards.get(group or "", REST)


class ShardScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types for it
    """Gives each shard to one process, in the order of collection."""

    def __init__(
        self,
        config: pytest.Config,
        log: Any,
        contract: Contract,
        marked: Callable[[str], str | None],
    ) -> None:
        super().__init__(config, log)
        self._contract = contract
        self._marked = marked

    def _split_scope(self, nodeid: str) -> str:
        return shard_of(nodeid, self._contract, self._marked(nodeid))
