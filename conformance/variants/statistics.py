"""Choices of chapter 13: what silence means, and readings of parameters and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.faults.combinators import instead, on_answer, on_request
from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.messages import Answer, Request, refusal, write_json
from conformance.faults.middleware import Turn
from conformance.reference.statistics.refusals import INVALID
from conformance.variants.model import Variant
from conformance.variants.passages import PASSAGES

_METRICS = (
    "UserCount,SessionCount,RoomCount,MaxOnlineUserCount,MaxOnlineRoomCount,"
    "CommunicationDuration,VideoCommunicationDuration,AudioCommunicationDuration"
)
_EVERYBODY_OUT = ("T02:59:30Z", "T03:06:30Z")


def variants() -> Iterator[Variant]:
    """Every choice of chapter 13, and the one number of chapter 10."""
    for name, endpoint in ENDPOINTS.items():
        if endpoint.family == "data" and endpoint.query is not None:
            yield Variant(
                f"statistics/{name}/blank-is-absent",
                f"{name} takes a parameter with nothing behind the equals sign as not given.",
                f"{name} 将等号后为空的参数视为未携带。",
                (PASSAGES[name].answer,),
                on_request(_unless_signed(_without_blanks)),
                (name,),
            )
    yield from _answers()
    yield Variant(
        "statistics/CreateIndividualStreamJob/number-room",
        "A room may be named by a number when a recording of one stream is started.",
        "启动单流任务时可以用数字指定房间。",
        (PASSAGES["CreateIndividualStreamJob"].answer, 4757),
        on_request(_unless_signed(_room_as_text)),
        ("CreateIndividualStreamJob",),
    )


def _answers() -> Iterator[Variant]:
    yield Variant(
        "statistics/ListRtcClientQosDetails/foreign-domain-refused",
        "Metrics of a call are refused with a domain that is not the application's.",
        "查询用户通话指标时拒绝不属于该应用的域名。",
        (7060,),
        instead(_foreign_domain),
        ("ListRtcClientQosDetails",),
    )
    yield Variant(
        "statistics/ListRtcHistoryScale/every-metric",
        "History of the scale answers every metric, whichever was asked for.",
        "查询历史规模时，无论请求哪个指标都返回全部指标。",
        (6826, 6898),
        on_request(_unless_signed(_every_metric)),
        ("ListRtcHistoryScale",),
    )
    yield Variant(
        "statistics/ListRtcRealtimeScale/no-idle-minutes",
        "A minute without anybody is no row of the realtime scale.",
        "没有人的分钟在实时规模中不返回数据。",
        (6242,),
        on_answer(_no_idle_minutes, 200),
        ("ListRtcRealtimeScale",),
    )
    yield Variant(
        "statistics/ListRtcRealtimeScaleDimension/systems",
        "By platform, systems are named in full, with capitals and a version.",
        "按系统平台统计时，以带大写字母和版本号的全称表示系统。",
        (6166, 6369),
        on_answer(_systems, 200),
        ("ListRtcRealtimeScaleDimension",),
    )
    yield Variant(
        "statistics/rooms-empty-at-three",
        "Rooms stay open for minutes while everybody is out, which no minute of users shows.",
        "所有用户离开期间房间仍保持数分钟，且这些分钟没有用户数据。",
        (6038, 6242),
        on_answer(_nobody_at_three, 200),
        ("ListRtcRealtimeScale", "ListRtcUserList"),
    )
    yield Variant(
        "statistics/ListRtcEvent/flat",
        "Without an event the answer is the three fields of one, empty.",
        "没有事件时返回一个事件的三个空字段。",
        (7208, 7222),
        on_answer(_one_event, 200),
        ("ListRtcEvent",),
    )
    yield Variant(
        "statistics/ListRtcAbnormalEventDimension/order",
        "The distribution of causes comes in another order.",
        "异常分布以另一顺序返回。",
        (PASSAGES["ListRtcAbnormalEventDimension"].answer,),
        on_answer(_turned_round, 200),
        ("ListRtcAbnormalEventDimension",),
    )


def _unless_signed(change: Callable[[Turn], Request | None]) -> Callable[[Turn], Request | None]:
    """The change for requests that it does not make a forgery."""

    def changed(turn: Turn) -> Request | None:
        return None if turn.request.header("authorization") else change(turn)

    return changed


def _without_blanks(turn: Turn) -> Request:
    return replace(turn.request, query=tuple(pair for pair in turn.request.query if pair[1]))


def _foreign_domain(turn: Turn) -> Answer | None:
    domain, app = turn.request.value("domain"), turn.request.value("app_id")
    if domain is None or domain.startswith(f"{app}."):
        return None
    return refusal(400, INVALID)


def _every_metric(turn: Turn) -> Request:
    known = set(_METRICS.split(","))
    pairs = tuple(
        (name, _METRICS if name == "metric" and set(value.split(",")) <= known else value)
        for name, value in turn.request.query
    )
    return replace(turn.request, query=pairs)


def _no_idle_minutes(_turn: Turn, answer: Answer) -> Answer:
    return answer.with_json({"scale": [row for row in answer.json["scale"] if row["value"]]})


def _systems(turn: Turn, answer: Answer) -> Answer:
    if turn.request.value("dimension") != "platform":
        return answer
    rows = [
        {**row, "dimension": f"{row['dimension'].title()} 10"} for row in answer.json["dimensions"]
    ]
    return answer.with_json({"dimensions": rows})


def _one_event(_turn: Turn, answer: Answer) -> Answer:
    if answer.json != {"data": []}:
        return answer
    return answer.with_json({"ctime": "", "event_id": "", "event_info": ""})


def _turned_round(_turn: Turn, answer: Answer) -> Answer:
    body = answer.json
    rows = {key: one[::-1] if isinstance(one, list) else one for key, one in body.items()}
    return answer.with_json(rows)


def _nobody_at_three(turn: Turn, answer: Answer) -> Answer:
    first, last = _EVERYBODY_OUT
    sessions = turn.world.statistics.app(turn.request.value("app") or "").sessions

    def is_out(day: str) -> bool:
        """Whether nobody stays for the whole of those minutes: a stay cannot be two.

        Nor does anybody come in them: a room may begin with him.
        """
        start, end = (datetime.fromisoformat(day + part).timestamp() for part in (first, last))
        through = (it for it in sessions if not it.failed and it.joined < start)
        came = any(start <= it.joined <= end for it in sessions)
        return not came and not any(it.left is None or it.left > end for it in through)

    body = answer.json
    if turn.endpoint.name == "ListRtcUserList":
        return answer.with_json({**body, "users": [_out(it, is_out) for it in body["users"]]})
    if not any(value == "OnlineUsers" for _, value in turn.request.query):
        return answer
    days = {row["time"][:10]: is_out(row["time"][:10]) for row in body["scale"]}
    rows = [
        row
        for row in body["scale"]
        if not (days[row["time"][:10]] and first < row["time"][10:] < last)
    ]
    return answer.with_json({"scale": rows})


def _out(user: dict[str, Any], is_out: Callable[[str], bool]) -> dict[str, Any]:
    first, _ = _EVERYBODY_OUT
    joined, left = user["join_time"], user["leave_time"]
    if joined == "-":
        return user
    day = datetime.fromisoformat(joined) + timedelta(days=joined[10:] >= first)
    moment = f"{day:%Y-%m-%d}{first}"
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if moment >= (left if left != "-" else now) or not is_out(moment[:10]):
        return user
    return {**user, "leave_time": moment, "state": "OFFLINE"}


def _room_as_text(turn: Turn) -> Request:
    sent = turn.request.json
    room = sent.get("room_id") if isinstance(sent, dict) else None
    if isinstance(room, bool) or not isinstance(room, int):
        return turn.request
    return replace(turn.request, body=write_json({**sent, "room_id": str(room)}))
