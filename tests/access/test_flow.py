"""Never more than the window allows: one process or several."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from conformance.access.flow import (
    BucketMaker,
    FlowGate,
    lower_bound,
    memory_buckets,
    sqlite_buckets,
)
from conformance.errors import UsageError

LIMITS = {"management": (60, 60.0), "jobs": (10, 1.0)}


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def clock(self) -> int:
        """Milliseconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.now += round(seconds * 1000)


def most_in_a_window(moments: list[int], window: int) -> int:
    """The largest number of moments that any window of this length holds."""
    return max(sum(start <= other < start + window for other in moments) for start in moments)


@pytest.fixture(params=["memory", "sqlite"])
def buckets(request: pytest.FixtureRequest, tmp_path: Path) -> BucketMaker:
    """Both stores that need no server."""
    return memory_buckets if request.param == "memory" else sqlite_buckets(tmp_path / "flow.db")


def test_no_window_ever_holds_too_many(buckets: BucketMaker) -> None:
    """200 requests: at most 60 in any minute, and not much slower than the document allows."""
    moving = Time()
    gate = FlowGate(LIMITS, buckets, clock=moving.clock, sleep=moving.sleep)
    moments = []
    for _ in range(200):
        gate.acquire("management")
        moments.append(moving.now)
        moving.now += 7
    assert most_in_a_window(moments, 60_000) == 60
    least = lower_bound({"management": 200}, LIMITS)
    assert least == 180.0
    assert (moments[-1] - moments[0]) / 1000 <= least * 1.05
    counted = gate.counts()["management"]
    assert counted.requests == 200
    assert counted.waited == pytest.approx((moments[-1] - moments[0]) / 1000, abs=5)
    gate.close()


def test_groups_do_not_wait_for_each_other(buckets: BucketMaker) -> None:
    """A full group leaves the others alone."""
    moving = Time()
    gate = FlowGate(LIMITS, buckets, clock=moving.clock, sleep=moving.sleep)
    began = moving.now
    for _ in range(60):
        gate.acquire("management")
    assert gate.acquire("jobs") == 0.0
    assert moving.now == began
    gate.close()


def test_scale_shrinks_the_windows() -> None:
    """A target whose clock runs 60 times faster lets 60 pass per second."""
    moving = Time()
    gate = FlowGate(LIMITS, scale=60.0, margin=0.0, clock=moving.clock, sleep=moving.sleep)
    waits = [gate.acquire("management") for _ in range(61)]
    assert sum(waits) == pytest.approx(1.0, abs=0.01)
    assert lower_bound({"management": 61}, LIMITS, 60.0) == 1.0


def test_held_group_waits(buckets: BucketMaker) -> None:
    """Retry-After keeps the whole group back, not only the request that was told."""
    moving = Time()
    gate = FlowGate(LIMITS, buckets, clock=moving.clock, sleep=moving.sleep)
    gate.hold("jobs", 7.0)
    gate.hold("jobs", 2.0)
    assert gate.acquire("management") == 0.0
    assert gate.acquire("jobs") == 7.0
    assert gate.acquire("jobs") == 0.0
    gate.close()


def test_log_does_not_grow_without_end(tmp_path: Path) -> None:
    """The shared file holds one window, not the history of all runs."""
    moving = Time()
    path = tmp_path / "flow.db"
    gate = FlowGate(
        {"jobs": (10, 1.0)}, sqlite_buckets(path), clock=moving.clock, sleep=moving.sleep
    )
    for _ in range(200):
        gate.acquire("jobs")
    gate.close()
    connection = sqlite3.connect(path)
    (rows,) = connection.execute("SELECT count(*) FROM flow_jobs").fetchone()
    connection.close()
    assert rows <= 20


def test_unknown_group_is_named() -> None:
    """A slip in a group's name does not pass unthrottled."""
    with pytest.raises(UsageError, match="'job': is unknown; known: jobs, management"):
        FlowGate(LIMITS).acquire("job")


WORKER = """
import sys, time
from pathlib import Path
from conformance.access.flow import FlowGate, sqlite_buckets
gate = FlowGate({"jobs": (20, 0.3)}, sqlite_buckets(Path(sys.argv[1])))
for _ in range(20):
    gate.acquire("jobs")
gate.close()
"""


def test_processes_share_one_window(tmp_path: Path, side_by_side: Callable[..., None]) -> None:
    """Three processes together send no more than one might."""
    path = tmp_path / "flow.db"
    began = time.monotonic()
    side_by_side(WORKER, 3, str(path))
    assert time.monotonic() - began >= lower_bound({"jobs": 60}, {"jobs": (20, 0.3)})
    connection = sqlite3.connect(path)
    logged = [row[0] for row in connection.execute("SELECT item_timestamp FROM flow_jobs")]
    connection.close()
    assert most_in_a_window(logged, 300) <= 20


def test_looking_and_taking_is_one_step_between_processes(tmp_path: Path) -> None:
    """While another process holds the file's lock, nobody takes a place on an old count."""
    path = tmp_path / "flow.db"
    gate = FlowGate({"jobs": (20, 0.3)}, sqlite_buckets(path))
    taker = threading.Thread(target=gate.acquire, args=("jobs",))
    with FileLock(f"{path}.lock"):
        taker.start()
        taker.join(0.2)
        assert taker.is_alive()
    taker.join(10)
    assert gate.counts()["jobs"].requests == 1
    gate.close()
