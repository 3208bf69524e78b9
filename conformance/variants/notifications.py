"""What section 14.6 leaves open of notifications: names of headers, spellings, repetition."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.reference.recording.notices import BEGUN, COMPLETE, KEY_HEADER, OVER, Notice
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.world import World

Row = tuple[str, str, str, tuple[int, ...], Callable[["World"], None]]


def variants() -> Iterator[Variant]:
    """Every choice."""
    for slug, title, chinese, lines, prepare in _ROWS:
        yield Variant(
            f"notifications/{slug}",
            title,
            chinese,
            lines,
            prepare=prepare,
            aspect=f"notifications/{slug.partition('/')[0]}",
        )


def _sent(change: Callable[[Notice], Iterable[Notice]]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.recorder.transformations.append(change)

    return prepare


def _told(
    event: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[[World], None]:
    def transform(one: Notice) -> Iterable[Notice]:
        changed = event in {"", one.event}
        return (replace(one, body=change(dict(one.body))) if changed else one,)

    return _sent(transform)


def _subscribing(*events: Any) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.policies = replace(world.policies, subscription=events)

    return prepare


def _ending_all_the_same(world: World) -> None:
    _subscribing("RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE")(world)
    world.recorder.transformations.append(
        lambda one: (replace(one, wanted=True) if one.event == OVER else one,)
    )


def _key_named(name: str, prefix: str = "") -> Callable[[World], None]:
    def transform(one: Notice) -> Iterable[Notice]:
        headers = dict(one.headers)
        key = headers.pop(KEY_HEADER, None)
        return (replace(one, headers=headers | ({} if key is None else {name: prefix + key})),)

    return _sent(transform)


def _with_headers(**more: str) -> Callable[[World], None]:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return _sent(lambda one: (replace(one, headers={**one.headers, **headers}),))


def _again(one: Notice) -> Iterable[Notice]:
    return (one, one)


def _pretty(one: Notice) -> Iterable[Notice]:
    text = json.dumps(dict(reversed(list(one.body.items()))), ensure_ascii=False, indent=2)
    return (replace(one, raw=f"\n{text}\n".encode()),)


def _signed(body: dict[str, Any]) -> dict[str, Any]:
    url = quote(body["download_url"], safe=":/")
    return {**body, "download_url": f"{url}?AccessKeyId=A&Expires=1&Signature=b%3D"}


def _a_second_less(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "record_duration": max(0, body["record_duration"] - 1)}


def _without_words(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "detail_message"}


_ROWS: tuple[Row, ...] = (
    (
        "key/other-header",
        "The key comes in a header of the service's own.",
        "密钥放在服务自有的请求头中。",
        (3338,),
        _key_named("X-Callback-Key"),
    ),
    (
        "key/bearer",
        "The key comes behind the word Bearer.",
        "密钥放在 Bearer 一词之后。",
        (3338,),
        _key_named("Authorization", "Bearer "),
    ),
    (
        "type/charset",
        "Notifications say their charset.",
        "通知声明字符集。",
        (344,),
        _with_headers(Content_Type="application/json;charset=UTF-8"),
    ),
    (
        "headers",
        "Notifications carry headers for tracing.",
        "通知带有用于跟踪的请求头。",
        (7895,),
        _with_headers(X_Request_Id="0" * 32, Traceparent="00-0-0-00"),
    ),
    (
        "end/other-spelling",
        "The end is told as CLOUD_RECORD_OVER.",
        "以 CLOUD_RECORD_OVER 通知录制结束。",
        (650, 7904),
        _told(OVER, lambda body: {**body, "event_type": "CLOUD_RECORD_OVER"}),
    ),
    (
        "subscription/files-only",
        "A callback is subscribed to files, not to the end.",
        "回调只订阅文件事件，不订阅录制结束。",
        (3339,),
        _subscribing("RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE"),
    ),
    (
        "subscription/end-all-the-same",
        "The end is told to who is subscribed to files: the table knows no other subscription.",
        "只订阅文件事件时也通知录制结束：订阅取值表中没有录制结束。",
        (3339, 7904),
        _ending_all_the_same,
    ),
    (
        "body/pretty",
        "Bodies have blanks, another order, and characters as they are.",
        "请求体含空白、字段顺序不同、字符不转义。",
        (7899,),
        _sent(_pretty),
    ),
    ("again", "Every event is told twice.", "每个事件通知两次。", (3285,), _sent(_again)),
    (
        "address/signed",
        "The address of a file is signed.",
        "文件的下载地址带有签名。",
        (7908,),
        _told(COMPLETE, _signed),
    ),
    (
        "duration/cut",
        "Fractions of a second are cut from the duration.",
        "时长舍去不足一秒的部分。",
        (7909,),
        _told(COMPLETE, _a_second_less),
    ),
    (
        "words/none",
        "There are no words about the state.",
        "没有状态描述信息。",
        (7917,),
        _told("", _without_words),
    ),
    (
        "words/many",
        "There are words about the state, in Chinese.",
        "状态描述信息为中文。",
        (7917,),
        _told("", lambda body: {**body, "detail_message": "录制正常"}),
    ),
    (
        "facts/empty",
        "What belongs to a complete file is empty with the begin of one.",
        "文件开始的通知中，属于文件完成的信息为空。",
        (7908,),
        _told(BEGUN, lambda body: {**body, "download_url": "", "record_duration": 0}),
    ),
)
