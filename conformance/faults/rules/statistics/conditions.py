"""Faults of chapter 13 that show only beside another value, another filter or other data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, shown, tenant_apps
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.series import ALL_ROWS, rows_changed
from conformance.model.requirement_id import RequirementId
from conformance.reference.statistics.windows import show_instant

ROOMS, QOS = "ListRtcRoomList", "ListRtcClientQosDetails"
SCALE = "ListRtcHistoryScale"
EVENTS, GROUPS = "ListRtcAbnormalEvents", "ListRtcAbnormalEventDimension"
_PAGED = (ROOMS, "ListRtcUserList", QOS, EVENTS)


def faults() -> Iterator[Fault]:
    """Every fault that a single query by itself does not show."""
    for name in ALL_ROWS:
        yield breaking(
            f"{name}/rule/unknown-app-empty-or-refused",
            f"{name} shows another application of the tenant for one without data",
            on_request(_with_data),
            slug="another-of-tenant",
        )
    for name in _PAGED:
        yield breaking(
            f"{name}/rule/offset-counts-items",
            f"{name} skips nothing without a limit",
            on_request(_unskipped),
            slug="needs-limit",
        )
    for requirement in (
        f"{ROOMS}/rule/filter-room-subset",
        f"{EVENTS}/rule/filter-room-subset",
        f"{GROUPS}/rule/filter-room-bounded",
        "ListRtcRealtimeScale/rule/filter-room-bounded",
    ):
        name = RequirementId.parse(requirement).operation
        yield breaking(
            requirement,
            f"{name} takes the beginning of a room's id for the id",
            on_request(_begun),
            slug="prefix",
        )
    for requirement, slug, title, behaviour in _FAULTS:
        yield breaking(requirement, title, behaviour, slug=slug)


def _with_data(turn: Turn) -> Request | None:
    """An application that has something in the place of one of the tenant that has nothing."""
    name = "app" if turn.request.value("app") is not None else "app_id"
    app = turn.request.value(name) or ""
    apps = tenant_apps(turn)
    if app not in apps or turn.world.statistics.app(app).sessions:
        return None
    full = (one for one in apps if turn.world.statistics.app(one).sessions)
    return turn.request.with_value(name, next(full, None))


def _unskipped(turn: Turn) -> Request | None:
    return turn.request.with_value("offset", None) if turn.request.value("limit") is None else None


def _begun(turn: Turn) -> Request | None:
    """The room whose id begins as the one that is asked for."""
    text = turn.request.value("room_id")
    sessions = turn.world.statistics.app(turn.request.value("app") or "").sessions
    rooms = {it.room_id for it in sessions}
    if not text or text in rooms:
        return None
    room = next((it for it in sorted(rooms) if it.startswith(text)), None)
    return None if room is None else turn.request.with_value("room_id", room)


def _left(field: str, parameter: str, keep: Callable[[Any, str], bool]) -> Behaviour:
    """Leave the parameter out and keep of everything what ``keep`` says of item and value."""

    async def behave(turn: Turn) -> Answer:
        value = turn.request.value(parameter)
        if value is None:
            return await turn.forward(turn.request)
        whole = turn.request.with_value(parameter, None).with_value("limit", "1000")
        answer = await turn.forward(whole.with_value("offset", None))
        if not answer.succeeded:
            return answer
        rows = [row for row in answer.json[field] if keep(row, value)]
        counted = {"total": len(rows)} if "total" in answer.json else {}
        offset, limit = (int(turn.request.value(it) or 0) for it in ("offset", "limit"))
        page = rows[offset : offset + (limit or 10)] if counted else rows
        return answer.with_json({**answer.json, **counted, field: page})

    return behave


def _of_stream(series: Any, stream: str) -> bool:
    """What is received is of every stream."""
    return series["peerid"] != "0" or stream in {"1", "2"}


def _instead(name: str, **others: str) -> Behaviour:
    """Take values of a parameter for others."""

    def change(turn: Turn) -> Request | None:
        other = others.get(turn.request.value(name) or "")
        return None if other is None else turn.request.with_value(name, other)

    return on_request(change)


def _over_with_first(turn: Turn, body: Any) -> Any:
    """A room is over when the first of its users leaves."""
    rows = [dict(row) for row in body["room_info_list"]]
    sessions = turn.world.statistics.app(turn.request.value("app") or "").sessions
    for row in rows:
        left = [it.left for it in sessions if it.room_id == row["room_id"] and not it.failed]
        if row["end_time"] != "-" and left:
            row["end_time"] = show_instant(min(moment for moment in left if moment is not None))
    return {**body, "room_info_list": rows}


def _added(field: str, by: int) -> Behaviour:
    """Add to a field of every day that has it."""
    return shown(
        rows_changed(
            SCALE,
            lambda rows: [{**row, field: row[field] + by} if field in row else row for row in rows],
        )
    )


def _either(turn: Turn) -> Request | None:
    """The direction does not count where the receiver is given."""
    given = turn.request.value("peer_id") is not None
    return turn.request.with_value("direction", None) if given else None


_FAULTS: tuple[tuple[str, str, str, Behaviour], ...] = (
    (
        f"{EVENTS}/rule/filter-uid-subset",
        "peer",
        f"{EVENTS} by uid answers events of which the user is the peer",
        _left("events", "uid", lambda row, uid: uid in {row["uid"], row["peer_uid"]}),
    ),
    (
        f"{QOS}/rule/filter-stream-subset",
        "upstream-only",
        f"{QOS} does not look at stream_id for what is received",
        _left("data", "stream_id", _of_stream),
    ),
    (
        f"{QOS}/rule/filters-combine",
        "broken",
        f"{QOS} does not look at direction where peer_id is given",
        on_request(_either),
    ),
    (
        f"{ROOMS}/rule/users-within-room",
        "broken",
        f"{ROOMS} ends a room when the first user leaves",
        shown(_over_with_first),
    ),
    *(
        (
            f"ListRtcRealtime{name}/rule/sdk-type-selects",
            "broken",
            f"ListRtcRealtime{name} does not look at sdk_type",
            _instead("sdk_type", webrtc="native"),
        )
        for name in ("Quality", "Network")
    ),
    (
        "ListRtcRealtimeQuality/rule/metrics-differ",
        "broken",
        "ListRtcRealtimeQuality takes the freezes of audio for those of video",
        _instead("metric", VideoFreezeRate="AudioFreezeRate"),
    ),
    (
        "ListRtcRealtimeNetwork/rule/metrics-differ",
        "broken",
        "ListRtcRealtimeNetwork takes one end for both",
        _instead("metric", AudioExcellentTransRate="AudioUpstreamExcellentTransRate"),
    ),
    (
        "ListRtcHistoryUsage/rule/metrics-differ",
        "broken",
        "ListRtcHistoryUsage takes recording for talking",
        _instead("metric", RecordDuration="CommunicationDuration"),
    ),
    (
        "ListRtcHistoryUsage/rule/metric-selects",
        "broken",
        "ListRtcHistoryUsage has one figure for every metric",
        _instead(
            "metric",
            RecordDuration="CommunicationDuration",
            TranscodeDuration="CommunicationDuration",
        ),
    ),
    (
        f"{SCALE}/rule/session-count-agrees",
        "broken",
        f"{SCALE} counts sessions that the list of users does not show",
        _added("session_count", 100),
    ),
    (
        f"{SCALE}/rule/user-count-agrees",
        "broken",
        f"{SCALE} counts users that the list of users does not show",
        _added("user_count", 100),
    ),
    (
        f"{SCALE}/rule/max-online-agrees",
        "users",
        f"{SCALE} counts more users at once than there were",
        _added("max_online_user_count", 3),
    ),
    (
        f"{SCALE}/rule/max-online-agrees",
        "rooms",
        f"{SCALE} counts more rooms at once than there were",
        _added("max_online_room_count", 2),
    ),
    (
        f"{SCALE}/rule/duration-agrees-with-usage",
        "broken",
        f"{SCALE} counts a minute more than was used",
        _added("communication_duration", 60),
    ),
)
