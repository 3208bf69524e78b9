"""13.3 to 13.6: what was going on, minute by minute or at one moment.

A sample stands for the state at its minute, or for the joins of the minute that begins there. There
is one for every full minute of the window up to now; an application without records has none. A
rate of which there is nothing to measure is 0, as in the examples.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.reference.statistics.sessions import RATE_SCALE
from conformance.reference.statistics.windows import show_minutes, sums_by_minute

if TYPE_CHECKING:
    from conformance.reference.statistics.answers import (
        RealtimeNetwork,
        RealtimeQuality,
        RealtimeScale,
        ScaleDimensions,
        TimeDouble,
    )
    from conformance.reference.statistics.queries import (
        RealtimeNetworkQuery,
        RealtimeQualityQuery,
        RealtimeScaleQuery,
        ScaleDimensionQuery,
    )
    from conformance.reference.statistics.sessions import AppRecords, Session
    from conformance.reference.statistics.vocabulary import Dimension


def list_realtime_scale(app: AppRecords, query: RealtimeScaleQuery, now: int) -> RealtimeScale:
    """Answer 13.3: users online or rooms open at each minute."""
    minutes = query.window(now).until(now).minutes()
    if not app.sessions:
        return {"scale": []}
    if query.metric == "RoomCount":
        spans = [(room.started, room.ended, 1) for room in app.rooms(query.room_id)]
    else:
        spans = [(it.joined, it.left, 1) for it in _online(app.sessions_in(query.room_id))]
    samples = zip(show_minutes(minutes), sums_by_minute(spans, minutes), strict=True)
    return {"scale": [{"time": time, "value": value} for time, value in samples]}


def list_scale_dimensions(app: AppRecords, query: ScaleDimensionQuery, now: int) -> ScaleDimensions:
    """Answer 13.4: the users online at one moment, ranked by how many share a dimension's value."""
    shares: Counter[str] = Counter()
    if query.time <= now:
        shares.update(
            _dimension(it, query.dimension)
            for it in app.sessions_in(query.room_id)
            if it.online_at(query.time)
        )
    ranked = sorted(shares.items(), key=lambda share: (-share[1], share[0]))
    return {"dimensions": [{"dimension": name, "online_users": users} for name, users in ranked]}


def list_realtime_quality(
    app: AppRecords, query: RealtimeQualityQuery, now: int
) -> RealtimeQuality:
    """Answer 13.5: join success of the sessions of each minute, freezes of those online at it."""
    return {"quality": _samples(app, query, now)}


def list_realtime_network(
    app: AppRecords, query: RealtimeNetworkQuery, now: int
) -> RealtimeNetwork:
    """Answer 13.6: how well the sessions online at each minute transmit."""
    return {"network": _samples(app, query, now)}


def _samples(
    app: AppRecords, query: RealtimeQualityQuery | RealtimeNetworkQuery, now: int
) -> list[TimeDouble]:
    minutes = query.window(now).until(now).minutes()
    if not app.sessions:
        return []
    asked = [it for it in app.sessions_in(query.room_id) if it.client.sdk_type == query.sdk_type]
    if query.metric in ("JoinSuccessRate", "JoinSuccess5SecsRate"):
        rates = _join_rates(asked, minutes, fast=query.metric == "JoinSuccess5SecsRate")
    else:
        rates = _mean_rates(_online(asked), query.metric, minutes)
    samples = zip(show_minutes(minutes), rates, strict=True)
    return [{"time": time, "value": value} for time, value in samples]


def _online(sessions: list[Session]) -> list[Session]:
    return [it for it in sessions if not it.failed]


def _join_rates(sessions: list[Session], minutes: range, *, fast: bool) -> list[float]:
    tried: Counter[int] = Counter()
    succeeded: Counter[int] = Counter()
    for it in sessions:
        tried[it.joined // 60] += 1
        succeeded[it.joined // 60] += not (it.failed or (fast and it.slow))
    return [succeeded[minute] / tried[minute] if tried[minute] else 0.0 for minute in minutes]


def _mean_rates(sessions: list[Session], metric: str, minutes: range) -> list[float]:
    counts = sums_by_minute(((it.joined, it.left, 1) for it in sessions), minutes)
    sums = sums_by_minute(((it.joined, it.left, it.quality[metric]) for it in sessions), minutes)
    return [
        round(total / count / RATE_SCALE, 4) if count else 0.0
        for total, count in zip(sums, counts, strict=True)
    ]


def _dimension(it: Session, dimension: Dimension) -> str:
    """The value of a dimension; a region by its abbreviation, as the example of 13.4 shows."""
    match dimension:
        case "region":
            return it.client.region
        case "access_net":
            return it.client.access_net
        case "platform":
            return it.client.platform
        case "sdk":
            return it.client.sdk
