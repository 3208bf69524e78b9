"""Which process sends what, where flow control makes requests wait for their turn (table 1-2).

The statistics wait longest by far, thirty calls a minute, so that they have a process of their own.
All else together takes less time than they do, and stays together: what creates applications is
not at work while another process reads their lists, or compares the buckets before and after.
The rooms go with the statistics, which are lost with the users of a room that is dismissed.
"""

from __future__ import annotations

STATISTICS = frozenset({"statistics", "rooms"})
LANES = ("statistics", "rest")


def lane(flow_group: str) -> str:
    """The process that a flow group is sent by."""
    return LANES[0] if flow_group in STATISTICS else LANES[1]
