"""Faults of statements about several fields at once, in what is taken and in what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_body
from conformance.faults.derived.inputs import OTHER_CODE, accepting, refusing
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import sent
from conformance.model.requirement_id import RequirementId
from conformance.reference.statistics.causes import (
    AUDIO_FREEZE,
    SLOW_JOIN,
    TYPES,
    VIDEO_FREEZE,
    describe_factor,
)

FAMILY = "combination"
EVENTS, GROUPS = "ListRtcAbnormalEvents", "ListRtcAbnormalEventDimension"


def faults() -> Iterator[Fault]:
    """Every fault of a statement about several fields."""
    for operation, name, wrong in _bodies():
        requirement = f"{operation}/body/{name}/combination"
        yield _fault(
            requirement, "not-enforced", f"{operation} does not hold {name}", accepting(wrong)
        )
        yield _fault(
            requirement,
            "other-code",
            f"{operation} refuses what breaks {name} wrongly",
            refusing(wrong, 400, OTHER_CODE),
        )
    for where, path, name, edit in _answers():
        requirement = (
            f"{where}/{path}.{name}/combination" if path else f"{where}/{name}/combination"
        )
        yield _fault(
            requirement,
            "broken",
            f"{RequirementId.parse(where).operation} answers without {name}",
            on_body(_each(path, edit)),
        )


def _fault(requirement: str, deviation: str, title: str, behaviour: Behaviour) -> Fault:
    return Fault(
        f"{requirement}/{deviation}",
        title,
        FAMILY,
        (requirement,),
        (RequirementId.parse(requirement).operation,),
        behaviour,
    )


def _lacks(form: str, config: str) -> Callable[[Turn], bool]:
    def wrong(turn: Turn) -> bool:
        formats = sent(turn, "record_formats")
        return isinstance(formats, list) and form in formats and sent(turn, config) is None

    return wrong


def _no_rule(turn: Turn) -> bool:
    on = sent(turn, "mode") == "AUTO_INDIVIDUAL_RECORD"
    return bool(on and not sent(turn, "record_rule_id"))


def _no_layout(turn: Turn) -> bool:
    template = sent(turn, "mix_param", "encode_template")
    lacks = sent(turn, "mix_param", "layout_template") is None
    return bool(isinstance(template, str) and template != "audio_only" and lacks)


def _no_panes(turn: Turn) -> bool:
    custom = sent(turn, "mix_param", "layout_template") == "custom"
    return bool(custom and not sent(turn, "mix_param", "layout_panes"))


def _too_many(layout: str, most: int) -> Callable[[Turn], bool]:
    def wrong(turn: Turn) -> bool:
        chosen = str(sent(turn, "mix_param", "layout_template"))
        panes = sent(turn, "mix_param", "layout_panes")
        return chosen.startswith(layout) and isinstance(panes, list) and len(panes) > most

    return wrong


def _bodies() -> Iterator[tuple[str, str, Callable[[Turn], bool]]]:
    for operation in ("CreateRecordRule", "UpdateRecordRule"):
        yield operation, "hls-needs-config", _lacks("HLS", "hls_config")
        yield operation, "mp4-needs-config", _lacks("MP4", "mp4_config")
    yield "UpdateAutoRecord", "individual-needs-rule", _no_rule
    yield "CreateMixJob", "mix_param.video-needs-layout", _no_layout
    yield "CreateMixJob", "mix_param.custom-needs-panes", _no_panes
    yield "CreateMixJob", "mix_param.nine-grids-at-most-25", _too_many("nine_grids_view", 25)
    yield "CreateMixJob", "mix_param.screen-share-at-most-17", _too_many("screen_share", 17)


Edit = Callable[[dict[str, Any]], dict[str, Any]]


def _each(path: str, edit: Edit) -> Callable[[Turn, Any], Any]:
    """A change of each object at a path; of the whole body, where there is none."""
    if not path:
        return lambda _turn, body: edit(body)

    def at(holder: Any, key: Any) -> None:
        if tree.has(holder, key):
            holder[key] = edit(holder[key])

    return lambda _turn, body: tree.change(body, path, at)


def _without(name: str) -> Edit:
    return lambda one: {key: value for key, value in one.items() if key != name}


def _recorded_by_nothing(one: dict[str, Any]) -> dict[str, Any]:
    return {**_without("record_rule_id")(one), "mode": "AUTO_INDIVIDUAL_RECORD"}


def _half_an_event(_one: dict[str, Any]) -> dict[str, Any]:
    return {"ctime": _TIME}


def _running_since_never(one: dict[str, Any]) -> dict[str, Any]:
    return {**_without("start_time")(one), "state": "RUNNING"}


def _set_at_no_time(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "url": "http://callback.example/", "update_time": ""}


def _if(name: str, wanted: object, **values: Any) -> Edit:
    listed = wanted if isinstance(wanted, tuple) else (wanted,)
    return lambda one: {**one, **values} if one.get(name) in listed else one


_TIME = "2023-11-28T08:00:00Z"


def _answers() -> Iterator[tuple[str, str, str, Edit]]:
    for where, path in (("ListApps/200", "apps[]."), ("ShowApp/200", "")):
        for callback in ("push_callback", "record_callback"):
            yield where, f"{path}callbacks.{callback}", "set-callback-has-time", _set_at_no_time
        yield where, f"{path}auto_record_mode", "individual-shows-rule", _recorded_by_nothing
    for operation in ("UpdateAutoRecord", "ShowAutoRecord"):
        yield f"{operation}/200", "auto_record_mode", "individual-shows-rule", _recorded_by_nothing
    yield "ShowRecordCallback/200", "record_callback", "set-callback-has-time", _set_at_no_time
    for where, path in (
        ("CreateRecordRule/201", ""),
        ("ListRecordRules/200", "rules[]"),
        ("ShowRecordRule/200", ""),
        ("UpdateRecordRule/200", ""),
    ):
        for form in ("hls", "mp4"):
            yield where, path, f"{form}-shows-config", _of_nothing(form)
        yield where, path, "hls-shows-slices", _of_no_length
    for kind in ("MixJob", "IndividualStreamJob"):
        for where in (f"Create{kind}/201", f"Show{kind}/200", f"Update{kind}/200"):
            yield where, "", "started-has-start-time", _running_since_never
    yield "ListRtcEvent/200", "", "list-or-single-event", _half_an_event
    rooms, users = ("ListRtcRoomList/200", "room_info_list[]"), ("ListRtcUserList/200", "users[]")
    yield *rooms, "open-room-has-no-end", _if("state", "RUNNING", end_time=_TIME)
    yield *rooms, "closed-room-has-end", _if("state", "CLOSED", end_time="-")
    yield *users, "online-user-has-not-left", _if("state", "ONLINE", leave_time=_TIME)
    yield *users, "joined-user-has-joined", _if("state", ("ONLINE", "OFFLINE"), join_time="-")
    yield *users, "offline-user-has-left", _if("state", "OFFLINE", leave_time="-")
    events = (f"{EVENTS}/200", "events[]")
    yield *events, "local-event-has-no-peer", _if("location", "local", peer_uid="somebody")
    yield *events, "remote-event-has-peer", _if("location", "remote", peer_uid="")
    for listed in (events, (f"{GROUPS}/200", "dimensions[]")):
        for name, edit in _KINDS.items():
            yield *listed, name, edit
    yield (
        f"{GROUPS}/200",
        "dimensions[]",
        "factor-listed",
        lambda one: {**one, "abnormal_factor": 99},
    )


def _of_no_length(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "record_formats": ["HLS"], "hls_config": {"record_cycle": 60}}


def _of_nothing(form: str) -> Edit:
    def edit(one: dict[str, Any]) -> dict[str, Any]:
        return {**_without(f"{form}_config")(one), "record_formats": [form.upper()]}

    return edit


_KIND = "abnormal_type"
_FREEZES = (VIDEO_FREEZE, AUDIO_FREEZE)
_KINDS: dict[str, Edit] = {
    "join-slow-described": _if(_KIND, SLOW_JOIN, abnormal_type_desc=TYPES[VIDEO_FREEZE]),
    "video-freeze-described": _if(_KIND, VIDEO_FREEZE, abnormal_type_desc=TYPES[AUDIO_FREEZE]),
    "audio-freeze-described": _if(_KIND, AUDIO_FREEZE, abnormal_type_desc=TYPES[SLOW_JOIN]),
    "join-factor-range": _if(_KIND, SLOW_JOIN, abnormal_factor=99),
    "freeze-factor-range": _if(_KIND, _FREEZES, abnormal_factor=99),
    "join-factor-described": _if(
        _KIND, SLOW_JOIN, abnormal_factor_desc=describe_factor(VIDEO_FREEZE, 1)
    ),
    "freeze-factor-described": _if(
        _KIND, _FREEZES, abnormal_factor_desc=describe_factor(SLOW_JOIN, 1)
    ),
}
