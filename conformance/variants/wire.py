"""The same answers written otherwise: spelling of JSON, headers, wording, time that passes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import instead
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.reference.refusals import CATALOGUE, INTERNAL
from conformance.variants.edits import of_every_answer, with_headers
from conformance.variants.model import Variant
from conformance.variants.passages import chapters

LATENCY_SECONDS = 0.02
_DEEP = 500
_BODY = (500,)
_HEADERS = (
    ("server", "Web Server", 480),
    ("strict-transport-security", "max-age=31536000; includeSubdomains;", 481),
    ("via", "proxy A", 483),
    ("x-content-type-options", "nosniff", 484),
    ("x-download-options", "noopen", 485),
    ("x-frame-options", "SAMEORIGIN", 486),
    ("x-xss-protection", "1; mode=block;", 494),
    ("cache-control", "no-store", 467),
    ("vary", "Accept-Encoding", 467),
    ("x-served-by", "shard-3", 467),
)


def variants() -> Iterator[Variant]:
    """Every other way of writing what is answered."""
    yield from _headers()
    yield from _spellings()
    yield from _wordings()


def _headers() -> Iterator[Variant]:
    for name, value, line in _HEADERS:
        yield Variant(
            f"wire/header/{name}",
            f"Every answer carries the header {name}.",
            f"所有响应都带有消息头 {name}。",
            (line,),
            with_headers({name: value}),
        )
    yield Variant(
        "wire/header/capitals",
        "Names of headers are written with capitals.",
        "消息头名称使用大写字母。",
        (467, 478),
        of_every_answer(_capitals),
        aspect="header-names",
    )
    for slug, media, chinese in (
        ("charset", "application/json; charset=utf-8", "带有字符集"),
        ("charset-capitals", "Application/JSON;charset=UTF-8", "以大写书写并带有字符集"),
    ):
        yield Variant(
            f"wire/content-type/{slug}",
            f"The type of bodies is written as {media}.",
            f"消息体的类型{chinese}。",
            (324, 478),
            of_every_answer(_typed(media)),
            aspect="content-type",
        )
    yield Variant(
        "wire/deep-bodies-fail",
        "A body of hundreds of levels is not understood, and answered with 500.",
        "无法理解嵌套数百层的请求体，返回 500。",
        (7728,),
        instead(_too_deep),
    )
    yield Variant(
        "wire/latency",
        "Answers take twenty milliseconds.",
        "每个响应耗时二十毫秒。",
        (461,),
        _late,
    )


def _spellings() -> Iterator[Variant]:
    rows: tuple[tuple[str, str, str, Callable[[Any], str]], ...] = (
        ("escapes", "with escapes for all that is not ASCII", "非 ASCII 字符均转义", json.dumps),
        ("indented", "over many lines", "分多行书写", _indented),
        ("compact", "without blanks", "不含空格", _compact),
        ("keys-sorted", "with keys in alphabetical order", "键按字母排序", _sorted),
        ("keys-reversed", "with keys the other way round", "键的顺序相反", _backwards),
        ("points", "with a point in whole numbers", "整数带小数点", _with_points),
    )
    for slug, how, chinese, write in rows:
        yield Variant(
            f"wire/json/{slug}",
            f"Bodies are JSON {how}.",
            f"消息体为 JSON，{chinese}。",
            _BODY,
            _written(write),
            aspect="json",
        )


def _wordings() -> Iterator[Variant]:
    for chapter, passages in chapters().items():
        lines = tuple(one.refused_400 or one.refused_404 for one in passages)
        for slug, text, how, chinese in (
            ("chinese", "参数有误", "in Chinese", "使用中文"),
            ("long", "refused: " + "x" * 500, "at length", "较长"),
        ):
            yield Variant(
                f"wire/error_msg/chapter-{chapter}/{slug}",
                f"Messages of the refusals of chapter {chapter} are worded {how}.",
                f"第 {chapter} 章的错误描述{chinese}。",
                tuple(line + 1 for line in lines if line),
                of_every_answer(_worded(text)),
                tuple(one.operation for one in passages),
                aspect=f"error_msg/{chapter}",
            )


async def _late(turn: Turn) -> Answer:
    await asyncio.sleep(LATENCY_SECONDS)
    return await turn.forward(turn.request)


def _capitals(answer: Answer) -> Answer:
    return replace(answer, headers=tuple((name.title(), value) for name, value in answer.headers))


def _typed(media: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        if answer.header("content-type") != "application/json":
            return answer
        return answer.with_header("content-type", media)

    return change


def _worded(text: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        body = answer.json
        if answer.code is None or not isinstance(body, dict):
            return answer
        return answer.with_json({**body, "error_msg": text})

    return change


def _written(write: Callable[[Any], str]) -> Behaviour:
    def change(answer: Answer) -> Answer:
        body = answer.json
        if body is None:
            return answer
        media = answer.header("content-type")
        return answer.with_body(write(body).encode(), media)

    return of_every_answer(change)


def _indented(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sorted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _backwards(value: Any) -> str:
    def turn(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: turn(below) for key, below in reversed(item.items())}
        return [turn(below) for below in item] if isinstance(item, list) else item

    return json.dumps(turn(value), ensure_ascii=False)


def _with_points(value: Any) -> str:
    def point(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: point(below) for key, below in item.items()}
        if isinstance(item, list):
            return [point(below) for below in item]
        return float(item) if type(item) is int else item

    return json.dumps(point(value), ensure_ascii=False)


def _too_deep(turn: Turn) -> Answer | None:
    if max(turn.request.body.count(bracket) for bracket in (b"[", b"{")) < _DEEP:
        return None
    return refusal(500, INTERNAL, CATALOGUE[INTERNAL].message)
