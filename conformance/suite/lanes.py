"""Which process sends what, where flow control makes requests wait for their turn (table 1-2).

The statistics wait longest by far, thirty calls a minute, so that they have a process of their own.
All else together takes less time than they do, and stays together: what creates applications is
not at work while another process reads their lists, or compares the buckets before and after.
The rooms go with the statistics, which are lost with the users of a room that is dismissed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.contract.operations import Operation

STATISTICS = frozenset({"statistics", "rooms"})
LANES = ("statistics", "rest")

_OPERATION = re.compile(r"\[(\w+)[/\]]")
"""How the item of a generated case, or of random requests, names its operation."""

_CHAPTERS = re.compile(r"\btest_1[13]_")
"""Files with the rules of rooms (11) and statistics (13)."""


def lane(nodeid: str, operations: Mapping[str, Operation]) -> str:
    """The lane of an item: its operation's where its id names one, else that of its chapter."""
    named = _OPERATION.search(nodeid)
    operation = operations.get(named[1]) if named else None
    if operation is not None:
        return LANES[0] if operation.flow_group in STATISTICS else LANES[1]
    return LANES[0] if _CHAPTERS.search(nodeid) else LANES[1]


class LaneScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types for it
    """Gives each lane to one process, in the order of collection."""

    def __init__(
        self, config: pytest.Config, log: Any, operations: Mapping[str, Operation]
    ) -> None:
        super().__init__(config, log)
        self._operations = operations

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid, self._operations)
