"""What is not there: what chapter 13 answers of rooms that it has never seen, and of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.faults.combinators import on_answer
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Turn
from conformance.variants.model import Variant
from conformance.variants.passages import PASSAGES

_CODE = "DATA.100011001"
_OF_A_ROOM = (
    "ListRtcRoomList",
    "ListRtcUserList",
    "ListRtcRealtimeScale",
    "ListRtcRealtimeQuality",
    "ListRtcRealtimeNetwork",
    "ListRtcClientQosDetails",
    "ListRtcAbnormalEvents",
    "ListRtcAbnormalEventDimension",
)
_PAGED = ("ListRtcRoomList", "ListRtcUserList", "ListRtcAbnormalEvents")
_WITHOUT_A_LIST = ("ListRtcEvent", "ListRtcAbnormalEvent")
_GROUPED_BY = ("abnormal_type", "abnormal_type_desc", "abnormal_factor", "abnormal_factor_desc")


_Change = Callable[[Turn, Answer], Answer]
_Row = tuple[str, tuple[str, ...], str, str, tuple[int, ...], _Change]
"""What a variant is called, its operations, what it does in both languages, further lines of the
document, and how the answer differs. ``{}`` is the operation; its own answer table permits it too.
"""


def variants() -> Iterator[Variant]:
    """Every answer about what is not there, of each operation that can answer it."""
    for label, operations, english, chinese, lines, change in _rows():
        for name in operations:
            yield Variant(
                f"statistics/{name}/{label}",
                english.format(name),
                chinese.format(name),
                (*((PASSAGES[name].answer,) if name in PASSAGES else ()), *lines),
                on_answer(change, 200),
                (name,),
            )


def _rows() -> Iterator[_Row]:
    for status, line in ((400, 7717), (404, 7720)):
        yield (
            f"unknown-room-{status}",
            _OF_A_ROOM,
            f"{{}} refuses a room that it has never seen with {status}.",
            f"{{}} 以 {status} 拒绝从未出现过的房间。",
            (line,),
            _unseen(status),
        )
    yield (
        "room-needed",
        ("ListRtcEvent",),
        "Events are refused without a room, as the error of the example says.",
        "未指定房间时拒绝查询事件，与示例中的错误一致。",
        (7276,),
        _without_room,
    )
    yield (
        "offset-beyond-refused",
        _PAGED,
        "{} refuses an offset at or past the number of items.",
        "{} 拒绝达到或超过总项数的 offset。",
        (7717,),
        _beyond,
    )
    yield (
        "null",
        ("ListRtcAbnormalEventDimension",),
        "What the distribution is not grouped by is null.",
        "异常分布中未参与分组的字段为 null。",
        (),
        _null_groups,
    )
    yield (
        "zeros",
        ("ListRtcAbnormalEventDimension",),
        "What the distribution is not grouped by is 0 and an empty text.",
        "异常分布中未参与分组的字段为 0 和空字符串。",
        (),
        _zero_groups,
    )
    yield (
        "nothing",
        _WITHOUT_A_LIST,
        "{} answers an object without any field where there is nothing.",
        "没有数据时，{} 返回不含任何字段的对象。",
        (),
        _hollow,
    )


def _unseen(status: int) -> _Change:
    """The refusal, if no session of the application was in the room."""

    def change(turn: Turn, answer: Answer) -> Answer:
        room = turn.request.value("room_id")
        app = turn.request.value("app") or turn.request.value("app_id") or ""
        if not room or any(it.room_id == room for it in turn.world.statistics.app(app).sessions):
            return answer
        return refusal(status, _CODE, "room_id does not exist")

    return change


def _without_room(turn: Turn, answer: Answer) -> Answer:
    if turn.request.value("room_id"):
        return answer
    return refusal(400, _CODE, "need room_id args")


def _beyond(turn: Turn, answer: Answer) -> Answer:
    offset = turn.request.value("offset") or "0"
    if int(offset) == 0 or int(offset) < answer.json["total"]:
        return answer
    return refusal(400, _CODE, "offset is beyond the end")


def _null_groups(_turn: Turn, answer: Answer) -> Answer:
    return _filled(answer, dict.fromkeys(_GROUPED_BY))


def _zero_groups(_turn: Turn, answer: Answer) -> Answer:
    return _filled(answer, {name: "" if name.endswith("_desc") else 0 for name in _GROUPED_BY})


def _filled(answer: Answer, blank: Mapping[str, Any]) -> Answer:
    (key,) = answer.json
    return answer.with_json({key: [{**blank, **row} for row in answer.json[key]]})


def _hollow(_turn: Turn, answer: Answer) -> Answer:
    return answer if any(answer.json.values()) else answer.with_json({})
