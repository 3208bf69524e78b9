"""Where the fourteen operations of chapter 13 answer, and what comes before every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.routing import Route

from conformance.reference import wire
from conformance.reference.statistics import (
    abnormal,
    events,
    history,
    qos,
    queries,
    realtime,
    rooms,
    users,
)
from conformance.reference.statistics.parameters import QueryT, read
from conformance.reference.statistics.refusals import Refusal, invalid
from conformance.reference.statistics.sessions import AppRecords

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from conformance.reference.statistics.data import StatisticsData

Answerer = Callable[[AppRecords, QueryT, int], object]

_OF_PROJECT = "/v1/{project_id}/rtc"
_OF_DATA = "/v1/rtc/data"


def routes(data: StatisticsData) -> list[Route]:
    """The routes of chapter 13 over these data, each named by its operation.

    The requests that they get carry ``project_id``, ``now`` and ``has_app`` in their state.
    """
    at = _Binder(data)
    return [
        at(f"{_OF_PROJECT}/rooms", "ListRtcRoomList", queries.RoomListQuery, rooms.list_rooms),
        at(f"{_OF_PROJECT}/users", "ListRtcUserList", queries.UserListQuery, users.list_users),
        at(
            f"{_OF_PROJECT}/realtime/scale",
            "ListRtcRealtimeScale",
            queries.RealtimeScaleQuery,
            realtime.list_realtime_scale,
        ),
        at(
            f"{_OF_PROJECT}/realtime/scale/dimension",
            "ListRtcRealtimeScaleDimension",
            queries.ScaleDimensionQuery,
            realtime.list_scale_dimensions,
        ),
        at(
            f"{_OF_PROJECT}/realtime/quality",
            "ListRtcRealtimeQuality",
            queries.RealtimeQualityQuery,
            realtime.list_realtime_quality,
        ),
        at(
            f"{_OF_PROJECT}/realtime/network",
            "ListRtcRealtimeNetwork",
            queries.RealtimeNetworkQuery,
            realtime.list_realtime_network,
        ),
        at(
            f"{_OF_PROJECT}/history/usage",
            "ListRtcHistoryUsage",
            queries.UsageQuery,
            history.list_usage,
        ),
        at(
            f"{_OF_PROJECT}/history/scale",
            "ListRtcHistoryScale",
            queries.HistoryScaleQuery,
            history.list_history_scale,
        ),
        at(
            f"{_OF_PROJECT}/history/quality",
            "ListRtcHistoryQuality",
            queries.HistoryQualityQuery,
            history.list_history_quality,
        ),
        at(
            f"{_OF_PROJECT}/client/qos/details",
            "ListRtcClientQosDetails",
            queries.QosQuery,
            qos.list_qos_details,
        ),
        at(f"{_OF_PROJECT}/client/event", "ListRtcEvent", queries.EventQuery, events.list_events),
        at(
            f"{_OF_PROJECT}/client/abnormalevent",
            "ListRtcAbnormalEvent",
            queries.AbnormalEventQuery,
            events.list_user_abnormal_events,
        ),
        at(
            f"{_OF_DATA}/abnormal-events",
            "ListRtcAbnormalEvents",
            queries.AbnormalListQuery,
            abnormal.list_abnormal,
        ),
        at(
            f"{_OF_DATA}/abnormal-event/dimension",
            "ListRtcAbnormalEventDimension",
            queries.AbnormalDimensionQuery,
            abnormal.list_abnormal_dimensions,
        ),
    ]


def require_project(request: Request) -> None:
    """Hold the project in the path, and in X-Project-Id if sent, against the authenticated one.

    The header is "the same as the project id in the path" (table 13-3). The document gives chapter
    13 no other refusal than 400; 13.13 and 13.14 have no project in their path. Raises Refusal.
    """
    project = request.path_params.get("project_id")
    if project is None:
        return
    if project != request.state.project_id:
        raise invalid("project_id", "it is not the project that the credentials are for")
    if request.headers.get("X-Project-Id", project) != project:
        raise invalid("X-Project-Id", "it differs from the project in the path")


class _Binder:
    """Binds an operation's query model and answer to its path."""

    def __init__(self, data: StatisticsData) -> None:
        self._data = data

    def __call__(
        self, path: str, operation: str, model: type[QueryT], answerer: Answerer[QueryT]
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                require_project(request)
                query = read(model, request.query_params)
                now = int(request.state.now.timestamp())
                body = answerer(self._records(request, query.application), query, now)
            except Refusal as refusal:
                return wire.refuse(request, 400, refusal.code, refusal.message)
            return wire.answer(request, 200, body)

        return Route(path, endpoint, methods=["GET"], name=operation)

    def _records(self, request: Request, app_id: str) -> AppRecords:
        """The records of an application of the project; of any other there is nothing to see."""
        if request.state.has_app(app_id):
            return self._data.app(app_id)
        return AppRecords(app_id, [], [])
