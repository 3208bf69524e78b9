"""Faults of chapter 9 alone: templates, layouts and panes of mixed streams."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_request
from conformance.faults.handmade import breaking, crash_when, edited, lost, refused_when
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import job_of, longer, sent, shown_instead

CREATE, UPDATE = "CreateMixJob", "UpdateMixJob"
_LAYOUTS = frozenset({"nine_grids_view", "screen_share_left", "screen_share_right", "custom"})


def faults() -> Iterator[Fault]:
    """Every fault of a rule that only mixed streams have."""
    for operation, rows in ((CREATE, _CREATE), (UPDATE, _UPDATE)):
        for rule, title, behaviour in rows:
            yield breaking(f"{operation}/rule/{rule}", f"{operation} {title}", behaviour)


def _param(turn: Turn, name: str) -> Any:
    return sent(turn, "mix_param", name)


def _with(name: str, value: Any, when: Callable[[Turn], bool]) -> Behaviour:
    """Serve as if a field of mix_param had another value; None takes it out."""

    def change(turn: Turn) -> Request | None:
        if not isinstance(sent(turn, "mix_param"), dict) or not when(turn):
            return None
        body = copy.deepcopy(turn.request.json)
        body["mix_param"][name] = value
        if value is None:
            del body["mix_param"][name]
        return turn.request.with_json(body)

    return on_request(change)


def _audio(turn: Turn) -> bool:
    return bool(_param(turn, "encode_template") == "audio_only")


def _layout(turn: Turn) -> Any:
    return _param(turn, "layout_template")


def _panes(turn: Turn) -> Any:
    return _param(turn, "layout_panes")


def _unknown_layout(turn: Turn) -> bool:
    return isinstance(_layout(turn), str) and _layout(turn) not in _LAYOUTS


def _lowered(turn: Turn) -> Request | None:
    body = turn.request.json
    found = tree.values(body, "mix_param.layout_panes[].zorder") if isinstance(body, dict) else []
    if not any(isinstance(one, int) and one > 24 for one in found):
        return None

    def edit(holder: Any, key: Any) -> None:
        if isinstance(holder.get(key), int):
            holder[key] = min(24, holder[key])

    return turn.request.with_json(tree.change(body, "mix_param.layout_panes[].zorder", edit))


_CREATE: tuple[tuple[str, str, Behaviour], ...] = (
    ("names-app-and-room", "answers another room", edited("room_id", lambda room: f"{room}x")),
    (
        "reads-back-what-was-sent",
        "answers another idle time",
        longer("mix_param.max_idle_time"),
    ),
    (
        "idle-time-default",
        "waits a minute longer unless told otherwise",
        _with("max_idle_time", 90, lambda turn: _param(turn, "max_idle_time") is None),
    ),
    (
        "pane-video-type-default",
        "takes panes for screens",
        edited("mix_param.layout_panes[].video_type", lambda _: "SCREENSTREAM"),
    ),
    (
        "audio-only-without-layout",
        "demands a layout for sound",
        refused_when(lambda turn: _audio(turn) and not _layout(turn), 400, "RTC.00001004"),
    ),
    (
        "audio-only-ignores-video",
        "refuses video fields for sound",
        refused_when(lambda turn: _audio(turn) and bool(_layout(turn)), 400, "RTC.00001004"),
    ),
    (
        "every-template-accepted",
        "lacks a template",
        refused_when(
            lambda turn: _param(turn, "encode_template") in {"480*360_15_320", "480x360_15_320"}
        ),
    ),
    (
        "both-template-spellings",
        "takes no template with an x",
        refused_when(lambda turn: "x" in str(_param(turn, "encode_template"))),
    ),
    (
        "every-layout-accepted",
        "lacks a layout",
        refused_when(lambda turn: _layout(turn) == "screen_share_right", 400, "RTC.00001010"),
    ),
    (
        "nine-grids-needs-no-panes",
        "demands panes for nine grids",
        refused_when(
            lambda turn: _layout(turn) == "nine_grids_view" and not _panes(turn),
            400,
            "RTC.00001004",
        ),
    ),
    (
        "screen-share-without-panes",
        "fails when a screen is shared without panes",
        crash_when(lambda turn: str(_layout(turn)).startswith("screen") and not _panes(turn)),
    ),
    (
        "custom-empty-panes",
        "takes a custom layout without panes",
        _with(
            "layout_panes",
            [{"id": 1}],
            lambda turn: _layout(turn) == "custom" and _panes(turn) == [],
        ),
    ),
    ("zorder-25", "takes any layer", on_request(_lowered)),
    (
        "unknown-layout",
        "takes nine grids for a layout it does not have",
        _with("layout_template", "nine_grids_view", _unknown_layout),
    ),
)


def _job_layout(turn: Turn) -> Any:
    job = job_of(turn)
    return job.content.get("layout_template") if job is not None else None


def _moved_to_custom(turn: Turn) -> bool:
    return _layout(turn) == "custom" and _job_layout(turn) not in {"custom", None}


def _reset(turn: Turn) -> Request | None:
    param = sent(turn, "mix_param")
    if not isinstance(param, dict):
        return None
    reset = {"background_image": "s3://bucket/reset.png", "layout_panes": [{"id": 1, "x": 0.25}]}
    return turn.request.with_json({**turn.request.json, "mix_param": {**reset, **param}})


def _old_idle_time() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        job = job_of(turn)
        before = job.max_idle_seconds if job is not None else None
        answer = await turn.forward(turn.request)
        if job is not None and answer.succeeded and before is not None:
            job.max_idle_seconds = before
        return answer

    return behave


_UPDATE: tuple[tuple[str, str, Behaviour], ...] = (
    ("update-is-read-back", "changes nothing", lost()),
    ("unsent-fields-are-kept", "resets what is not sent", on_request(_reset)),
    (
        "empty-update",
        "fails when there is nothing to change",
        crash_when(lambda turn: sent(turn, "mix_param") == {}),
    ),
    (
        "custom-to-custom",
        "refuses another custom layout",
        refused_when(
            lambda turn: _layout(turn) == _job_layout(turn) == "custom", 400, "RTC.00001004"
        ),
    ),
    (
        "custom-to-other-layout",
        "fails when a custom layout is to become another",
        crash_when(
            lambda turn: _job_layout(turn) == "custom" and _layout(turn) in _LAYOUTS - {"custom"}
        ),
    ),
    (
        "other-layout-to-custom",
        "says that another layout became custom",
        shown_instead(_moved_to_custom),
    ),
    (
        "unknown-layout",
        "does not look at a layout it does not have",
        _with("layout_template", None, _unknown_layout),
    ),
    ("ends-at-new-idle-time", "keeps the idle time that it began with", _old_idle_time()),
    ("idle-time-counts-anew", "keeps the idle time that it began with", _old_idle_time()),
)
