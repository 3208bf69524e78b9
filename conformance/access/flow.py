"""Flow control of table 1-2: never more requests of a group than its window allows.

The log of each group is a pyrate-limiter bucket: in memory for one process, in one SQLite file
for several processes of a machine, in Redis for several machines. The window is a sliding one, a
little longer than documented, because requests do not travel equally fast.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pyrate_limiter import InMemoryBucket, Rate, RateItem, SQLiteBucket
from pyrate_limiter.abstracts import AbstractBucket

from conformance.errors import UsageError

#: Group to (requests, seconds), for example ``{"management": (60, 60)}``.
FlowLimits = Mapping[str, tuple[int, float]]
BucketMaker = Callable[[str, Rate], AbstractBucket]


@dataclass(frozen=True, slots=True)
class FlowCount:
    """Statistics of one group: requests, and seconds spent waiting."""

    requests: int
    waited: float


def memory_buckets(_group: str, rate: Rate) -> AbstractBucket:
    """A bucket for this process alone."""
    return InMemoryBucket([rate])


def sqlite_buckets(path: Path) -> BucketMaker:
    """Buckets in one file that all processes of this machine share."""

    def make(group: str, rate: Rate) -> AbstractBucket:
        path.parent.mkdir(parents=True, exist_ok=True)
        table = f"flow_{group}"
        return SQLiteBucket.init_from_file(
            [rate], table=table, db_path=str(path), use_file_lock=True
        )

    return make


def wall_milliseconds() -> int:
    """Wall clock in milliseconds: the only clock that processes share."""
    return time.time_ns() // 1_000_000


class FlowGate:
    """Lets requests of a group pass when their time has come.

    ``scale``: the target's clock runs that many times faster than ours, so windows shrink.
    ``margin``: part of a window that is added to it. ``clock`` (milliseconds) and ``sleep``
    (seconds) are for tests. Where the file of a bucket breaks (a full disk), this process keeps
    the limit by itself, after a window of silence for what may have gone before.
    """

    def __init__(
        self,
        limits: FlowLimits,
        buckets: BucketMaker = memory_buckets,
        *,
        scale: float = 1.0,
        margin: float = 0.02,
        clock: Callable[[], int] = wall_milliseconds,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._windows = {
            group: max(1, round(seconds * 1000 / scale * (1 + margin)))
            for group, (_, seconds) in limits.items()
        }
        self._rates = {
            group: Rate(limit, self._windows[group]) for group, (limit, _) in limits.items()
        }
        self._buckets = {group: buckets(group, rate) for group, rate in self._rates.items()}
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._waited: Counter[str] = Counter()
        self._held: dict[str, int] = {}

    def acquire(self, group: str) -> float:
        """Wait until one more request of ``group`` may leave; return the seconds waited."""
        self._bucket(group)
        began = self._clock()
        while (wait := self._attempted(group)) > 0:
            self._sleep(wait / 1000)
        waited = (self._clock() - began) / 1000
        with self._lock:
            self._requests[group] += 1
            self._waited[group] += int(waited * 1000)
        return waited

    def hold(self, group: str, seconds: float) -> None:
        """Block a group for ``seconds``, as the gateway asked (Retry-After)."""
        self._bucket(group)
        until = self._clock() + round(seconds * 1000)
        with self._lock:
            self._held[group] = max(until, self._held.get(group, 0))

    def counts(self) -> dict[str, FlowCount]:
        """Requests and waiting time per group, for this process."""
        with self._lock:
            return {
                group: FlowCount(number, self._waited[group] / 1000)
                for group, number in sorted(self._requests.items())
            }

    def close(self) -> None:
        """Close files and connections."""
        for bucket in self._buckets.values():
            bucket.close()

    def _bucket(self, group: str) -> AbstractBucket:
        if group not in self._buckets:
            known = ", ".join(sorted(self._buckets))
            raise UsageError(f"flow group {group!r}", "is unknown", f"known: {known}")
        return self._buckets[group]

    def _attempted(self, group: str) -> int:
        try:
            return self._attempt(group, self._bucket(group))
        except (sqlite3.Error, OSError):
            with self._lock:
                self._buckets[group] = memory_buckets(group, self._rates[group])
            self.hold(group, self._windows[group] / 1000)
            return self._windows[group]

    def _attempt(self, group: str, bucket: AbstractBucket) -> int:
        """Take a slot and return 0, or return the milliseconds until one is free."""
        with self._lock, _between_processes(bucket):  # the clock is read inside
            now = self._clock()
            held = self._held.get(group, 0) - now
            if held > 0:
                return held
            item = RateItem(group, now)
            if bucket.put(item):
                bucket.leak(now)
                return 0
            wait = bucket.waiting(item)
            assert isinstance(wait, int)
            return max(wait, 1)


def _between_processes(bucket: AbstractBucket) -> AbstractContextManager[object]:
    """The lock that other processes see, if the bucket has one."""
    lock = bucket.limiter_lock()
    return lock if isinstance(lock, AbstractContextManager) else nullcontext()


def lower_bound(requests: Mapping[str, int], limits: FlowLimits, scale: float = 1.0) -> float:
    """The least seconds in which so many requests per group can be sent, groups in parallel."""
    waits = (
        ((number - 1) // limits[group][0]) * limits[group][1] / scale
        for group, number in requests.items()
        if number > 0
    )
    return max(waits, default=0.0)
