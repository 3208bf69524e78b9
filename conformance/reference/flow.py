"""Flow control (table 1-2): so many calls of a group in so many seconds, per project."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from conformance.reference import refusals
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``calls`` within any ``seconds``."""

    calls: int
    seconds: float


MANAGEMENT, JOBS, ROOMS, OBS, STATISTICS = "management", "jobs", "rooms", "obs", "statistics"

LIMITS: Mapping[str, Limit] = {
    MANAGEMENT: Limit(60, 60),
    JOBS: Limit(10, 1),
    ROOMS: Limit(60, 60),
    OBS: Limit(2, 1),
    STATISTICS: Limit(30, 60),
}


class FlowControl:
    """Counts calls in a sliding window; ``scale`` multiplies every limit."""

    def __init__(self, limits: Mapping[str, Limit] = LIMITS, scale: float = 1.0) -> None:
        self._limits = {
            group: Limit(max(1, round(limit.calls * scale)), limit.seconds)
            for group, limit in limits.items()
        }
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def admit(self, project_id: str, group: str, now: datetime) -> None:
        """Count a call, or refuse it with 429 and the seconds to wait."""
        limit = self._limits[group]
        calls = self._calls.setdefault((project_id, group), deque())
        moment = now.timestamp()
        while calls and calls[0] <= moment - limit.seconds:
            calls.popleft()
        if len(calls) >= limit.calls:
            wait = max(1, ceil(calls[0] + limit.seconds - moment))
            raise Refusal(refusals.THROTTLED, headers={"Retry-After": str(wait)})
        calls.append(moment)
