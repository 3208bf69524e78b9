"""What a figure may be the number of, where sentences leave it open, and a clock of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zlib import crc32

from conformance.faults.combinators import instead, on_answer
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Turn
from conformance.reference.statistics.causes import describe_factor
from conformance.reference.statistics.refusals import INVALID
from conformance.reference.statistics.sessions import AbnormalEvent
from conformance.reference.world import World
from conformance.variants.model import Variant

_HOUR = 3600
_EVERYTHING = 1000
_SKEWS = (-115, -90, 90, 115)
"""Seconds; two minutes are what chapter 13 is given to settle and clocks to differ."""


def variants() -> Iterator[Variant]:
    """Other things counted, and other times on the server's clock."""
    yield Variant(
        "meaning/ListObsBucketObjects/kilobytes-of-1000",
        "A kilobyte has 1,000 bytes, and a part of one counts as one.",
        "1 KB 为 1000 字节，不足 1 KB 的按 1 KB 计。",
        (5708,),
        on_answer(_thousands, 200),
        ("ListObsBucketObjects",),
    )
    yield Variant(
        "meaning/ListObsBucketObjects/one-folder",
        "A list is of what lies directly in the folder that the prefix names.",
        "列表只包含前缀所指文件夹下的直接内容。",
        (5676,),
        on_answer(_directly, 200),
        ("ListObsBucketObjects",),
    )
    yield Variant(
        "meaning/ListRtcHistoryScale/durations-of-streams",
        "A duration is that of all streams: who sends audio and video counts twice.",
        "时长按媒体流累计：同时发送音频和视频的用户计两次。",
        (6851,),
        on_answer(_twofold, 200),
        ("ListRtcHistoryScale",),
    )
    yield Variant(
        "meaning/ListRtcUserList/some-failed-unknown",
        "Half of those who failed to join never reached the service and are not listed.",
        "加入失败的用户中，有一半未到达服务端，因此不在列表中。",
        (6094, 6160),
        _half_of_failed,
        ("ListRtcUserList",),
    )
    yield Variant(
        "meaning/ListRtcAbnormalEventDimension/everybody-in-the-room",
        "An event affects everybody who is in the room on that day.",
        "异常事件影响当天在该房间内的所有用户。",
        (7629,),
        on_answer(_everybody, 200),
        ("ListRtcAbnormalEventDimension",),
    )
    yield Variant(
        "meaning/ListRtcClientQosDetails/streams",
        "Filters choose by who sends and who receives the stream that was measured.",
        "按所测流的发送端和接收端筛选。",
        (7063, 7064, 7108),
        _by_streams,
        ("ListRtcClientQosDetails",),
    )
    yield Variant(
        "meaning/ListRtcEvent/hour-of-a-room",
        "A room does not make a query one of a single user: an hour at most.",
        "指定房间不等于查询单个用户：跨度最长 1 小时。",
        (7201,),
        instead(_more_than_an_hour),
        ("ListRtcEvent",),
    )
    yield Variant(
        "meaning/ListRtcClientQosDetails/within-a-day",
        "Only a query about a single user crosses from one day into the next.",
        "只有查询单个用户时才支持跨天查询。",
        (7043,),
        instead(_across_days),
        ("ListRtcClientQosDetails",),
    )
    for name, line in (("ListRtcRealtimeQuality", 6476), ("ListRtcHistoryQuality", 6970)):
        yield Variant(
            f"meaning/{name}/full-rate-of-nothing",
            f"Where nothing happened in all of a span, the rates of {name} are full.",
            f"整个时间段内没有任何事件时，{name} 的比率为满值。",
            (line,),
            on_answer(_full_rates, 200),
            (name,),
        )
    for seconds in _SKEWS:
        slug, chinese = ("behind", "慢") if seconds < 0 else ("ahead", "快")
        yield Variant(
            f"meaning/clock/{abs(seconds)}-seconds-{slug}",
            f"The clock of the server is {abs(seconds)} seconds {slug}.",
            f"服务器时钟{chinese} {abs(seconds)} 秒。",
            (1139, 6242),
            prepare=_skewed(seconds),
            aspect="meaning/clock",
        )


async def _by_streams(turn: Turn) -> Answer:
    """Spans of more than a day, which only a single user may have, are answered as ever."""
    asked = turn.request
    answer = await turn.forward(asked)
    sender, receiver = asked.value("user_id"), asked.value("peer_id")
    for name in ("user_id", "peer_id", "limit", "offset"):
        asked = asked.with_value(name, None)
    if not (sender or receiver) or not answer.succeeded:
        return answer
    whole = await turn.forward(asked)
    if not whole.succeeded:
        return answer
    ends = [(row, _ends(row)) for row in whole.json["data"]]
    rows = [row for row, (a, b) in ends if sender in (None, a) and receiver in (None, b)]
    offset, limit = int(turn.request.value("offset") or 0), turn.request.value("limit")
    last = None if limit is None else offset + int(limit)
    return whole.with_json({**whole.json, "data": rows[offset:last]})


def _ends(series: dict[str, Any]) -> tuple[str, str | None]:
    """Who sends what a series measures, and who receives it."""
    user, peer = series["uid"], series["peerid"]
    return (user, None) if peer == "0" else (peer, user)


def _directly(turn: Turn, answer: Answer) -> Answer:
    start = len(turn.request.value("prefix") or "")
    rows = [
        row
        for row in answer.json["objects"]
        if "/" not in str(row["file_name"])[start:].removesuffix("/")
    ]
    return answer.with_json({"count": len(rows), "objects": rows})


def _thousands(_turn: Turn, answer: Answer) -> Answer:
    body = answer.json
    rows = [
        {**row, "size": -(-row["size"] * 1024 // 1000)} if "size" in row else row
        for row in body["objects"]
    ]
    return answer.with_json({**body, "objects": rows})


def _twofold(_turn: Turn, answer: Answer) -> Answer:
    rows = [
        {name: value * 2 if name.endswith("_duration") else value for name, value in row.items()}
        for row in answer.json["scale"]
    ]
    return answer.with_json({"scale": rows})


async def _half_of_failed(turn: Turn) -> Answer:
    """Page what is left of the whole list."""
    answer = await turn.forward(turn.request)
    if not answer.succeeded or turn.request.header("authorization") is not None:
        return answer
    whole = turn.request.with_value("offset", None).with_value("limit", str(_EVERYTHING))
    rows = (await turn.forward(whole)).json["users"]
    kept = [row for row in rows if row["state"] != "FAIL" or crc32(row["uid"].encode()) % 2]
    limit, offset = answer.json["limit"], answer.json["offset"]
    body = {**answer.json, "total": len(kept), "users": kept[offset : offset + limit]}
    return answer.with_json(body)


def _cause(event: AbnormalEvent) -> str:
    return describe_factor(event.abnormal_type, event.abnormal_factor)


def _everybody(turn: Turn, answer: Answer) -> Answer:
    """Count the users of every room that an event of the group is of."""
    app = turn.world.statistics.app(turn.request.value("app") or "")
    ends = (turn.request.value("start_time"), turn.request.value("end_time"))
    start, end = (datetime.fromisoformat(text).timestamp() if text else None for text in ends)
    now = turn.world.clock.now().timestamp()
    end = now if end is None else end
    start = end - _HOUR if start is None else start
    events = [it for it in app.events_in(turn.request.value("room_id")) if start <= it.time <= end]
    rows = []
    for row in answer.json["dimensions"]:
        rooms = {
            it.session.room_id
            for it in events
            if row.get("abnormal_type") in {None, it.abnormal_type}
            and row.get("abnormal_factor") in {None, it.abnormal_factor}
            and row.get("abnormal_factor_desc") in {None, _cause(it)}
        }
        users = {it.uid for it in app.sessions if it.room_id in rooms}
        rows.append({**row, "user_count": max(row["user_count"], len(users))})
    return answer.with_json({"dimensions": rows})


def _more_than_an_hour(turn: Turn) -> Answer | None:
    ends = (turn.request.value("start_time"), turn.request.value("end_time"))
    try:
        start, end = (datetime.fromisoformat(text or "") for text in ends)
        long = (end - start).total_seconds() > _HOUR
    except (TypeError, ValueError):
        return None
    return refusal(400, INVALID) if long else None


def _across_days(turn: Turn) -> Answer | None:
    start, end = (turn.request.value(name) or "" for name in ("start_time", "end_time"))
    alone = turn.request.value("user_id") is not None
    return None if alone or start[:10] == end[:10] else refusal(400, INVALID)


def _full_rates(turn: Turn, answer: Answer) -> Answer:
    """Rows that show nothing but zeros."""
    rows = answer.json["quality"]
    numbers = [value for row in rows for value in row.values() if isinstance(value, int | float)]
    if any(numbers):
        return answer
    metric = turn.request.value("metric") or ""

    def full(name: str, value: Any) -> Any:
        rate = "success" in (metric.lower() if name == "value" else name)
        return 1 if rate and isinstance(value, int | float) else value

    filled = [{name: full(name, value) for name, value in row.items()} for row in rows]
    return answer.with_json({**answer.json, "quality": filled})


def _skewed(seconds: float) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.clock.advance(seconds)

    return prepare
