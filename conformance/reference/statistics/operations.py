"""The fourteen operations of chapter 13 as a table: what they take, answer and are carried out by.

The models of queries and answers give their JSON Schema (``model_json_schema``, ``TypeAdapter``),
so that this transcription can be held against another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from conformance.reference.statistics import (
    abnormal,
    answers,
    events,
    history,
    qos,
    queries,
    realtime,
    rooms,
    users,
)
from conformance.reference.statistics.parameters import QueryT
from conformance.reference.statistics.sessions import AppRecords

AnswerT = TypeVar("AnswerT")

_OF_PROJECT = "/v1/{project_id}/rtc"
_OF_DATA = "/v1/rtc/data"


@dataclass(frozen=True, slots=True)
class StatisticsOperation(Generic[QueryT, AnswerT]):
    """A query of chapter 13; to make one that deviates, replace ``respond``.

    ``respond`` gets the records of the application, the query, and now in seconds since 1970; it
    returns the body of the 200, or raises Refusal.
    """

    name: str
    path: str
    query: type[QueryT]
    answer: type[AnswerT]
    respond: Callable[[AppRecords, QueryT, int], AnswerT]


OPERATIONS: tuple[StatisticsOperation[Any, Any], ...] = (
    StatisticsOperation(
        "ListRtcRoomList",
        f"{_OF_PROJECT}/rooms",
        queries.RoomListQuery,
        answers.RoomList,
        rooms.list_rooms,
    ),
    StatisticsOperation(
        "ListRtcUserList",
        f"{_OF_PROJECT}/users",
        queries.UserListQuery,
        answers.UserList,
        users.list_users,
    ),
    StatisticsOperation(
        "ListRtcRealtimeScale",
        f"{_OF_PROJECT}/realtime/scale",
        queries.RealtimeScaleQuery,
        answers.RealtimeScale,
        realtime.list_realtime_scale,
    ),
    StatisticsOperation(
        "ListRtcRealtimeScaleDimension",
        f"{_OF_PROJECT}/realtime/scale/dimension",
        queries.ScaleDimensionQuery,
        answers.ScaleDimensions,
        realtime.list_scale_dimensions,
    ),
    StatisticsOperation(
        "ListRtcRealtimeQuality",
        f"{_OF_PROJECT}/realtime/quality",
        queries.RealtimeQualityQuery,
        answers.RealtimeQuality,
        realtime.list_realtime_quality,
    ),
    StatisticsOperation(
        "ListRtcRealtimeNetwork",
        f"{_OF_PROJECT}/realtime/network",
        queries.RealtimeNetworkQuery,
        answers.RealtimeNetwork,
        realtime.list_realtime_network,
    ),
    StatisticsOperation(
        "ListRtcHistoryUsage",
        f"{_OF_PROJECT}/history/usage",
        queries.UsageQuery,
        answers.HistoryUsage,
        history.list_usage,
    ),
    StatisticsOperation(
        "ListRtcHistoryScale",
        f"{_OF_PROJECT}/history/scale",
        queries.HistoryScaleQuery,
        answers.HistoryScale,
        history.list_history_scale,
    ),
    StatisticsOperation(
        "ListRtcHistoryQuality",
        f"{_OF_PROJECT}/history/quality",
        queries.HistoryQualityQuery,
        answers.HistoryQuality,
        history.list_history_quality,
    ),
    StatisticsOperation(
        "ListRtcClientQosDetails",
        f"{_OF_PROJECT}/client/qos/details",
        queries.QosQuery,
        answers.QosDetails,
        qos.list_qos_details,
    ),
    StatisticsOperation(
        "ListRtcEvent",
        f"{_OF_PROJECT}/client/event",
        queries.EventQuery,
        answers.ClientEvents,
        events.list_events,
    ),
    StatisticsOperation(
        "ListRtcAbnormalEvent",
        f"{_OF_PROJECT}/client/abnormalevent",
        queries.AbnormalEventQuery,
        answers.UserAbnormalEvents,
        events.list_user_abnormal_events,
    ),
    StatisticsOperation(
        "ListRtcAbnormalEvents",
        f"{_OF_DATA}/abnormal-events",
        queries.AbnormalListQuery,
        answers.AbnormalList,
        abnormal.list_abnormal,
    ),
    StatisticsOperation(
        "ListRtcAbnormalEventDimension",
        f"{_OF_DATA}/abnormal-event/dimension",
        queries.AbnormalDimensionQuery,
        answers.AbnormalDimensions,
        abnormal.list_abnormal_dimensions,
    ),
)
