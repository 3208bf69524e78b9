"""Room life that others cause: it moves at each query, lies in the past, and follows a seed."""

from __future__ import annotations

from datetime import UTC, datetime

from click.testing import CliRunner

from conformance.cli import cli
from conformance.reference.clock import ManualClock
from conformance.reference.statistics import StatisticsData
from conformance.reference.statistics.busy import BusyStatistics

NOW = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
LAG = 300


def _busy(rate: float) -> BusyStatistics:
    quiet = StatisticsData.seeded(0, NOW, ["app"])
    return BusyStatistics(quiet, ManualClock(NOW), rate=rate, lag=LAG)


def test_somebody_comes_or_goes_at_each_query() -> None:
    """No two queries see the same users online; what happened did so within the lag."""
    busy = _busy(1)
    before = busy.app("app").sessions
    after = busy.app("app").sessions
    moved = [it for it in after if it not in before]
    assert moved
    times = [it.joined if it.left is None else it.left for it in moved]
    assert max(times) >= NOW.timestamp() - LAG


def test_a_rate_below_one_leaves_queries_alone() -> None:
    """Every fourth query sees a change."""
    busy = _busy(0.25)
    seen = [len({it.session for it in busy.app("app").sessions if not it.left}) for _ in range(4)]
    assert seen[0] == seen[1] == seen[2]


def test_no_room_ends_and_the_same_seed_is_the_same_life() -> None:
    """Who stays alone in a room stays; equal arguments, equal life."""
    one, other = _busy(1), _busy(1)
    for _ in range(50):
        first, second = one.app("app"), other.app("app")
    assert first.sessions == second.sessions
    running = [room for room in first.rooms() if room.ended is None]
    quiet = StatisticsData.seeded(0, NOW, ["app"]).app("app").rooms()
    assert len(running) == len([room for room in quiet if room.ended is None])


def test_a_lag_without_others_is_refused() -> None:
    """One line that says what would help."""
    result = CliRunner().invoke(cli, ["serve", "--lag", "5"])
    assert result.exit_code != 0
    assert "add --busy RATE" in f"{result.output}{result.exception}"
