"""Days of 13.9 without traffic: a rate of nothing has no value."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from conformance.engine.scenario import Scenario
from conformance.suite.kit.statistics.daily_samples import date_of, past_days
from conformance.suite.kit.statistics.rows import Row, number, rows_of

SCALE = "ListRtcHistoryScale"
SESSIONS = "SessionCount"
TALK, VIDEO, AUDIO = (f"{kind}CommunicationDuration" for kind in ("", "Video", "Audio"))
_JOINS = frozenset({"join_success_rate", "join_success_in5secs_rate"})
"""Fields that measure attempts to join; the others measure what was sent in calls."""


def unexplained(scenario: Scenario, lacking: Iterable[Row], wanted: Collection[str]) -> list[Row]:
    """Days that lack a field although 13.8 shows traffic that it would measure.

    Raises Blocked when 13.8 does not answer.
    """
    metrics = [SESSIONS, TALK, VIDEO, AUDIO]
    scale = past_days(scenario, SCALE, metric=metrics)
    days = {date_of(row): row for row in rows_of(SCALE, scale.json)}
    return [
        row
        for row in lacking
        if any(_measured(days.get(date_of(row), {}), field) for field in set(wanted) - row.keys())
    ]


def _measured(day: Row, field: str) -> bool:
    """Whether the day has traffic that the field measures."""
    if field in _JOINS:
        return number(day, "session_count") > 0
    for kind in ("video", "audio"):
        if kind in field:
            return number(day, f"{kind}_communication_duration") > 0
    return number(day, "communication_duration") > 0
