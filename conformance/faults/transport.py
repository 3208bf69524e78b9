"""Faults of transport and of the mind: what proxies, pools and broken servers do to answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.faults.combinators import on_answer
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

FAMILY = "transport"
_BODIES = ("CreateApp/201/body/json", "ListRtcRoomList/200/body/json")
_TYPES = tuple(name.replace("body/json", "header/content-type/json") for name in _BODIES)
_ANSWERED = ("CreateApp/201/status/answered", "ListRtcRoomList/200/status/answered")
_UNIQUE = "common/header/x-request-id/unique"
_HOUR = 3600.0
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
Change = Callable[[Turn, Answer], Answer]


def faults() -> Iterator[Fault]:
    """Every fault of transport."""
    for name, title, breaks, change in _CHANGES:
        yield Fault(f"transport/{name}", title, FAMILY, breaks, (), on_answer(change))
    for name, title, change in _UNHEARD:
        yield Fault(
            f"transport/{name}", title, FAMILY, _ANSWERED, (), on_answer(change), inconclusive=True
        )
    for name, title, breaks, behaviour in _STATEFUL:
        yield Fault(f"transport/{name}", title, FAMILY, breaks, (), behaviour)
    for name, title, breaks, operation, behaviour in _OF_ONE:
        yield Fault(f"transport/{name}", title, FAMILY, breaks, (operation,), behaviour)


def _of_bytes(change: Callable[[bytes], bytes], media: str | None = "application/json") -> Change:
    return lambda _turn, answer: answer.with_body(change(answer.body), media)


def _gateway(_turn: Turn, answer: Answer) -> Answer:
    return answer.with_body(_PAGE, "text/html").with_status(502)


def _html(_turn: Turn, answer: Answer) -> Answer:
    return answer.with_body(_PAGE, "text/html")


def _elsewhere(_turn: Turn, answer: Answer) -> Answer:
    moved = answer.with_body(b"", None).with_status(302)
    return moved.with_header("location", "https://login.example/")


def _busy(_turn: Turn, _answer: Answer) -> Answer:
    return refusal(503, "APIGW.0101", "the backend is busy")


_CHANGES: tuple[tuple[str, str, tuple[str, ...], Change], ...] = (
    (
        "truncated-json",
        "Every body ends in the middle",
        _BODIES,
        _of_bytes(lambda body: body[: len(body) * 2 // 3]),
    ),
    (
        "trailing-garbage",
        "Something comes after every body",
        _BODIES,
        _of_bytes(lambda body: body + b"\n<!-- cache -->"),
    ),
    (
        "utf-16",
        "Bodies are in UTF-16 and say so",
        (*_BODIES, *_TYPES),
        _of_bytes(lambda body: body.decode().encode("utf-16"), "application/json; charset=utf-16"),
    ),
    (
        "utf-16-undeclared",
        "Bodies are in UTF-16 and do not say so",
        _BODIES,
        _of_bytes(lambda body: body.decode().encode("utf-16-le")),
    ),
    ("empty-200", "Bodies are empty", _BODIES, _of_bytes(lambda _body: b"")),
    (
        "jsonp",
        "Bodies are wrapped in a call",
        _BODIES,
        _of_bytes(lambda body: b"callback(" + body + b")"),
    ),
    (
        "no-gzip",
        "Bodies are said to be gzip and are none",
        _BODIES,
        lambda _turn, answer: answer.with_header("content-encoding", "gzip"),
    ),
    ("html-200", "A page of the gateway comes with 200", (*_BODIES, *_TYPES), _html),
    ("gateway-html", "A page of the gateway comes with 502", _ANSWERED, _gateway),
    ("redirect", "Everything is moved to a page for signing in", _ANSWERED, _elsewhere),
    ("unavailable", "Everything is answered with 503", _ANSWERED, _busy),
)
_UNHEARD: tuple[tuple[str, str, Change], ...] = (
    (
        "reset-after-headers",
        "The connection breaks after the headers",
        lambda _turn, answer: replace(answer, cut=True),
    ),
    ("hung", "Answers take an hour to begin", lambda _turn, answer: replace(answer, pause=_HOUR)),
    (
        "slow-drip",
        "Bodies come byte by byte, one in two seconds",
        lambda _turn, answer: replace(answer, pause=2.0),
    ),
)


def _repeated() -> Behaviour:
    """Every second answer is the one before once more, request id and all."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        before: Answer | None = turn.memory.pop(turn.endpoint.name, None)
        if before is not None:
            return before
        turn.memory[turn.endpoint.name] = answer
        return answer

    return behave


def _of_the_one_before() -> Behaviour:
    """Each request gets the answer to the one before it to the same operation."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        before: Answer = turn.memory.get(turn.endpoint.name, answer)
        turn.memory[turn.endpoint.name] = answer
        return before.with_header("x-request-id", turn.world.ids.request())

    return behave


def _now_and_then() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        turn.memory["count"] = turn.memory.get("count", 0) + 1
        if turn.memory["count"] % 20 == 0:
            return refusal(500, "RTC.00002002")
        return await turn.forward(turn.request)

    return behave


def _hung_up_when(when: Callable[[Turn, Answer], bool]) -> Behaviour:
    """Fall over: the connection breaks in the middle of the answer."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        return replace(answer, cut=True) if when(turn, answer) else answer

    return behave


_OF_ONE: tuple[tuple[str, str, tuple[str, ...], str, Behaviour], ...] = (
    (
        "hangs-up-on-refusal",
        "CreateApp falls over where it should refuse",
        (
            "CreateApp/body/app_name/type",
            "CreateApp/body/app_name/required",
            "CreateApp/body/json/malformed",
        ),
        "CreateApp",
        _hung_up_when(lambda _turn, answer: answer.status == 400),
    ),
    (
        "hangs-up-on-value",
        "CreateMixJob falls over at one of the layouts",
        ("CreateMixJob/body/mix_param.layout_template/enum",),
        "CreateMixJob",
        _hung_up_when(lambda turn, _answer: b"screen_share_right" in turn.request.body),
    ),
    (
        "hangs-up-on-everything",
        "ListObsBuckets always falls over",
        ("ListObsBuckets/200/status/answered",),
        "ListObsBuckets",
        _hung_up_when(lambda _turn, _answer: True),
    ),
)
_STATEFUL: tuple[tuple[str, str, tuple[str, ...], Behaviour], ...] = (
    ("duplicate-answer", "Every second answer is the one before", (_UNIQUE,), _repeated()),
    (
        "answer-of-another",
        "Answers are one request late",
        ("CreateApp/rule/ids-differ",),
        _of_the_one_before(),
    ),
    (
        "500-once-in-20",
        "Every twentieth request fails",
        ("common/answer/no-server-error",),
        _now_and_then(),
    ),
)
