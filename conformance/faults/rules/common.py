"""Faults of the rules that hold for every operation: headers, envelopes, methods, bodies, texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.handmade import breaking, crash_when, edited, refused_when
from conformance.faults.messages import Answer, Request, success
from conformance.faults.middleware import Behaviour, Turn, without_request_id
from conformance.faults.model import Fault

Row = tuple[str, str, Behaviour, tuple[str, ...]]
ANY = ("*",)
_LISTED = {name: {one.status, *one.refusals} for name, one in ENDPOINTS.items()}
_HUGE = re.compile(rb"\d{19,}|\d[eE]\+?\d{2,}")
_LONG_TEXT = re.compile(rb'("[^"\\]{255})[^"\\]+(?=")')
_NAN = re.compile(rb"-?\b(?:NaN|Infinity)\b")
_CONTROL_TEXT = re.compile(rb"\\u00[01][0-9a-fA-F]|\\[nrtbf]|[\x00-\x1f]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]..|\xed[\xa0-\xbf].")


def faults() -> Iterator[Fault]:
    """Every fault of a common rule, but those of credentials (see ``wide_credentials``)."""
    for rule, title, behaviour, operations in _ROWS:
        yield breaking(f"common/{rule}", title, behaviour, *operations)
    for rule, when in (("wrong", _not_json), ("missing", lambda turn: not _header(turn))):
        yield breaking(
            f"common/content-type/{rule}-refused",
            "RemoveUsers does not look at the content type",
            _typed(when),
            "RemoveUsers",
            slug="rooms",
        )


def _changed(change: Callable[[Turn, Answer], Answer | None]) -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        return change(turn, answer) or answer

    return behave


def _unlisted(turn: Turn, answer: Answer) -> bool:
    """Whether the answer has a status that its operation does not list."""
    return answer.status >= 400 and answer.status not in _LISTED.get(turn.endpoint.name, ())


def _same_id(_turn: Turn, answer: Answer) -> Answer:
    return answer.with_header("x-request-id", "0" * 32)


def _no_id_of_refusal(_turn: Turn, answer: Answer) -> Answer | None:
    return without_request_id(answer) if answer.status >= 400 else None


def _plain(turn: Turn, answer: Answer) -> Answer | None:
    return answer.with_body(answer.body, "text/plain") if _unlisted(turn, answer) else None


def _other_envelope(turn: Turn, answer: Answer) -> Answer | None:
    return answer.with_json({"message": "refused"}) if _unlisted(turn, answer) else None


def _trace(_turn: Turn, answer: Answer) -> Answer | None:
    if answer.status < 400 or not isinstance(answer.json, dict):
        return None
    trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 12, in handle'
    return answer.with_json({**answer.json, "error_msg": trace})


def _secret(turn: Turn, answer: Answer) -> Answer | None:
    secret = turn.request.header("x-auth-token") or turn.request.header("authorization")
    if answer.status < 400 or secret is None or not isinstance(answer.json, dict):
        return None
    return answer.with_json({**answer.json, "error_msg": f"not allowed: {secret}"})


def _any_method(_turn: Turn, answer: Answer) -> Answer | None:
    return replace(success(200, {}), headers=answer.headers) if answer.status == 405 else None


def _no_allow(_turn: Turn, answer: Answer) -> Answer | None:
    return answer.with_header("allow") if answer.status == 405 else None


def _any_path(_turn: Turn, answer: Answer) -> Answer | None:
    return success(200, {}) if answer.code == "APIGW.0101" and answer.status == 404 else None


def _header(turn: Turn) -> str:
    return (turn.request.header("content-type") or "").lower()


def _not_json(turn: Turn) -> bool:
    return bool(_header(turn)) and "json" not in _header(turn).split(";")[0]


def _typed(when: Callable[[Turn], bool]) -> Behaviour:
    def change(turn: Turn) -> Request | None:
        return turn.request.with_header("content-type", "application/json") if when(turn) else None

    return on_request(change)


def _reads(turn: Turn) -> bool:
    return turn.request.method in {"GET", "DELETE"}


def _twice(turn: Turn) -> bool:
    names = [name for name, _ in turn.request.query]
    return len(set(names)) < len(names)


def _undeclared(turn: Turn) -> bool:
    known = (turn.endpoint.query or {}).get("properties", {})
    return bool(turn.endpoint.name) and any(name not in known for name, _ in turn.request.query)


def _broken_escape(turn: Turn) -> bool:
    return any("\ufffd" in value or "%" in value for pair in turn.request.query for value in pair)


def _depth(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _taken(when: Callable[[Turn], bool]) -> Behaviour:
    """Answer success to what is meant, and carry nothing out."""

    async def behave(turn: Turn) -> Answer:
        if not when(turn):
            return await turn.forward(turn.request)
        endpoint = turn.endpoint
        return success(endpoint.status, {} if endpoint.answer is not None else None)

    return behave


def _without(pattern: re.Pattern[bytes], put: bytes) -> Behaviour:
    def change(turn: Turn) -> Request | None:
        body = pattern.sub(put, turn.request.body)
        return None if body == turn.request.body else replace(turn.request, body=body)

    return on_request(change)


def _like_the_first(turn: Turn) -> Request | None:
    """The request with lists in which every item is the first one."""
    body = turn.request.json
    return turn.request.with_json(_repeated(body)) if isinstance(body, dict) else None


def _repeated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _repeated(item) for name, item in value.items()}
    return value[:1] * len(value) if isinstance(value, list) else value


def _members_twice(turn: Turn) -> bool:
    names = re.findall(rb'"(\w+)"\s*:', turn.request.body)
    app_level = [name for name in names if name in {b"app_name", b"url", b"mode", b"room_id"}]
    return len(set(app_level)) < len(app_level)


def _new_fields(turn: Turn) -> bool:
    known = (turn.endpoint.body or {}).get("properties", {})
    body = turn.request.json
    return isinstance(body, dict) and bool(known) and any(name not in known for name in body)


def _clamped() -> Behaviour:
    """Numbers that are too large are cut to what fits."""

    def change(turn: Turn) -> Request | None:
        request = turn.request
        for name, value in request.query:
            if re.fullmatch(r"\d{19,}", value):
                request = request.with_value(name, "10")
        body = _HUGE.sub(b"30", request.body)
        return replace(request, body=body)

    return on_request(change)


_CREATES = ("CreateApp", "CreateRecordRule", "UpdateRecordCallback", "CreateMixJob")
_ROWS: tuple[Row, ...] = (
    ("header/x-request-id/unique", "Every answer has the same request id", _changed(_same_id), ANY),
    (
        "header/x-request-id/on-every-answer",
        "Refusals have no request id",
        _changed(_no_id_of_refusal),
        ANY,
    ),
    ("answer/content-type-json", "Refusals of the gateway are plain text", _changed(_plain), ANY),
    (
        "answer/error-envelope",
        "Refusals of the gateway have another envelope",
        _changed(_other_envelope),
        ANY,
    ),
    (
        "answer/timestamps-real",
        "Times are in no calendar",
        edited("create_time", lambda text: f"{text[:5]}13-32{text[10:]}"),
        ("ShowApp",),
    ),
    ("answer/no-innards", "Refusals show a trace", _changed(_trace), ANY),
    ("answer/no-secrets", "Refusals show the token", _changed(_secret), ANY),
    ("method/unsupported-refused", "Every method is answered", _changed(_any_method), ANY),
    ("method/allow-header", "405 does not say what is allowed", _changed(_no_allow), ANY),
    (
        "method/head-and-options-safe",
        "HEAD and OPTIONS make the server fail",
        crash_when(lambda turn: turn.request.method in {"HEAD", "OPTIONS"}),
        ANY,
    ),
    ("path/unknown-refused", "Every path is answered", _changed(_any_path), ANY),
    (
        "path/trailing-slash",
        "A slash too many makes the server fail",
        crash_when(lambda turn: turn.request.path.endswith("/")),
        ANY,
    ),
    (
        "path/encoded-segment",
        "An escaped character makes the server fail",
        crash_when(lambda turn: "%" in turn.request.path),
        ANY,
    ),
    (
        "content-type/wrong-refused",
        "The content type is not looked at",
        _typed(_not_json),
        ANY,
    ),
    (
        "content-type/missing-refused",
        "A content type is not demanded",
        _typed(lambda turn: not _header(turn)),
        ANY,
    ),
    (
        "content-type/charset-accepted",
        "A charset is refused",
        refused_when(lambda turn: "charset" in _header(turn)),
        ANY,
    ),
    (
        "content-type/on-reads",
        "Reading without a content type makes the server fail",
        crash_when(lambda turn: _reads(turn) and not _header(turn)),
        ANY,
    ),
    ("query/duplicate", "A parameter sent twice makes the server fail", crash_when(_twice), ANY),
    (
        "query/undeclared-harmless",
        "A parameter of no table makes the server fail",
        crash_when(_undeclared),
        ANY,
    ),
    (
        "query/broken-escape",
        "A broken escape makes the server fail",
        crash_when(_broken_escape),
        ANY,
    ),
    (
        "body/oversized",
        "A large body makes the server fail",
        crash_when(lambda turn: len(turn.request.body) > 500_000),
        ANY,
    ),
    (
        "body/deep-nesting",
        "A deep body is taken",
        _taken(lambda turn: _depth(turn.request.body) > 500),
        ANY,
    ),
    (
        "body/later-items-checked",
        "Of a list only the first item is looked at",
        on_request(_like_the_first),
        ANY,
    ),
    (
        "body/empty",
        "Nothing is taken for a body",
        _taken(lambda turn: turn.endpoint.body is not None and not turn.request.body.strip()),
        ANY,
    ),
    (
        "body/duplicate-member",
        "A member sent twice makes the server fail",
        crash_when(_members_twice),
        ANY,
    ),
    (
        "body/undeclared-field-harmless",
        "A field of no table makes the server fail",
        crash_when(_new_fields),
        ANY,
    ),
    (
        "body/on-reads-ignored",
        "A body with a read makes the server fail",
        crash_when(lambda turn: _reads(turn) and bool(turn.request.body)),
        ANY,
    ),
    ("text/nul", "A NUL is dropped", _without(re.compile(rb"\\u0000|\x00"), b""), _CREATES),
    (
        "text/control-characters",
        "Control characters are dropped",
        _without(_CONTROL_TEXT, b""),
        _CREATES,
    ),
    (
        "text/long-kept",
        "Texts are cut after 255 characters",
        _without(_LONG_TEXT, rb"\1"),
        _CREATES,
    ),
    (
        "text/lone-surrogate",
        "Half a surrogate pair makes the server fail",
        crash_when(lambda turn: bool(_SURROGATE.search(turn.request.body))),
        ANY,
    ),
    ("number/huge", "Numbers that are too large are cut", _clamped(), ANY),
    ("number/not-a-number", "What is no number is taken for one", _without(_NAN, b"30"), ANY),
)
