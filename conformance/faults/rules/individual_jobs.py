"""Faults of chapter 10 alone: recordings of one user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, crash_when, edited, lost, refused_when
from conformance.faults.messages import Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import longer, rule_unknown, sent, without_rule

CREATE, UPDATE = "CreateIndividualStreamJob", "UpdateIndividualStreamJob"


def faults() -> Iterator[Fault]:
    """Every fault of a rule that only recordings of one user have."""
    for operation, rows in ((CREATE, _CREATE), (UPDATE, _UPDATE)):
        for rule, title, behaviour in rows:
            yield breaking(f"{operation}/rule/{rule}", f"{operation} {title}", behaviour)


def _default(name: str, value: Any) -> Behaviour:
    def change(turn: Turn) -> Request | None:
        body = turn.request.json
        if not isinstance(body, dict) or name in body:
            return None
        return turn.request.with_json({**body, name: value})

    return on_request(change)


def _is(name: str, value: Any) -> Callable[[Turn], bool]:
    return lambda turn: bool(sent(turn, name) == value)


_CREATE: tuple[tuple[str, str, Behaviour], ...] = (
    ("names-app-room-and-user", "answers another user", edited("user_id", lambda user: f"{user}x")),
    ("reads-back-what-was-sent", "answers another idle time", longer("max_idle_time")),
    (
        "idle-time-default",
        "waits a minute longer unless told otherwise",
        _default("max_idle_time", 90),
    ),
    ("audio-default", "records no sound unless told to", _default("is_record_audio", False)),
    (
        "video-type-default",
        "records the screen unless told otherwise",
        _default("video_type", "SCREENSTREAM"),
    ),
    (
        "select-stream-default",
        "records LD unless told otherwise",
        _default("select_stream_type", "LD"),
    ),
    (
        "every-resolution-accepted",
        "lacks a resolution",
        refused_when(_is("select_stream_type", "SD")),
    ),
    (
        "every-video-type-accepted",
        "records no screens",
        refused_when(_is("video_type", "SCREENSTREAM")),
    ),
    (
        "numeric-room-id",
        "fails for a room that is a number",
        crash_when(lambda turn: isinstance(sent(turn, "room_id"), int)),
    ),
)
_UPDATE: tuple[tuple[str, str, Behaviour], ...] = (
    ("record-rule-is-read-back", "changes nothing", lost()),
    (
        "empty-update",
        "fails when there is nothing to change",
        crash_when(lambda turn: turn.request.json == {}),
    ),
    ("without-body", "fails without a body", crash_when(lambda turn: not turn.request.body)),
    (
        "unknown-record-rule",
        "takes a rule that is not there",
        on_request(without_rule(lambda turn: rule_unknown(turn, foreign=False))),
    ),
    (
        "record-rule-of-another-app",
        "takes the rule of another application",
        on_request(without_rule(lambda turn: rule_unknown(turn, foreign=True))),
    ),
)
