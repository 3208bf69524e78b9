"""Faults of chapters 9 to 13 that show only in some state, or where two things come together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RequirementRow,
    afterwards,
    edited,
    faults_of,
    refused_when,
    shown,
    tenant_apps,
)
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.account_conditions import deleted_known


def faults() -> Iterator[Fault]:
    """Every fault that needs more than one request, or one parameter, to show."""
    return faults_of(_FAULTS)


def _of_record_param(body: Any) -> Any:
    param = body.get("record_param")
    return param.get("record_rule_id") if isinstance(param, dict) else None


def _types_exchanged(turn: Turn) -> Request | None:
    other = {"folders": "objects", "objects": "folders"}.get(turn.request.value("type") or "")
    return turn.request.with_value("type", other) if other else None


def _second_lost(first: str, second: str) -> Callable[[Turn], Request | None]:
    """A filter that is not looked at when another one is there."""

    def change(turn: Turn) -> Request | None:
        both = turn.request.value(first) and turn.request.value(second)
        return turn.request.with_value(second, None) if both else None

    return change


def _room_stopped(turn: Turn, _body: Any) -> None:
    apps = tenant_apps(turn)
    room = apps[turn.path["app_id"]].jobs[turn.path["job_id"]].room_id
    for job in (job for app in apps.values() for job in app.jobs.values()):
        if job.room_id == room and job.stopped is None:
            job.stopped = turn.world.clock.now()


def _prefix_in_any_letters() -> Behaviour:
    """Whatever begins with the prefix, in capitals or not."""

    async def behave(turn: Turn) -> Answer:
        prefix = turn.request.value("prefix")
        answer = await turn.forward(turn.request.with_value("prefix", None))
        if prefix is None or not answer.succeeded:
            return answer
        rows = [
            row
            for row in answer.json["objects"]
            if row["file_name"].lower().startswith(prefix.lower())
        ]
        return answer.with_json({"count": len(rows), "objects": rows})

    return behave


def _time_kept(turn: Turn, _body: Any) -> None:
    job = tenant_apps(turn)[turn.path["app_id"]].jobs[turn.path["job_id"]]
    job.updated = job.created


def _audio_without_rule(turn: Turn) -> Request | None:
    body = turn.request.json
    mix = body.get("mix_param") if isinstance(body, dict) else None
    if not isinstance(mix, dict) or mix.get("encode_template") != "audio_only":
        return None
    return turn.request.with_json({"mix_param": mix})


def _one_of_a_room(turn: Turn) -> bool:
    body = turn.request.json
    app = tenant_apps(turn).get(turn.path["app_id"])
    if app is None or not isinstance(body, dict):
        return False
    alike = [job for job in app.jobs.values() if job.stream_name.startswith("s_")]
    return any(job.stopped is None and job.room_id == body.get("room_id") for job in alike)


def _ended_at_once(_turn: Turn, body: Any) -> Any:
    return {**body, "stop_time": body["start_time"]} if body["state"] == "STOPPED" else body


def _begun_after_all(turn: Turn, body: Any) -> Any:
    """A job that was stopped in INIT runs once it would have been ready."""
    job = tenant_apps(turn)[turn.path["app_id"]].jobs[turn.path["job_id"]]
    early = job.stopped is not None and job.stopped < job.init_until
    begun = early and turn.world.clock.now() >= job.init_until
    return {**body, "state": "RUNNING", "stop_reason": None} if begun else body


def _updated_at_the_end(_turn: Turn, body: Any) -> Any:
    return {**body, "update_time": body["stop_time"]} if body["state"] == "STOPPED" else body


def _pushed_too(_turn: Turn, body: Any) -> Any:
    callbacks = body.get("callbacks") or {}
    return {**body, "callbacks": {**callbacks, "push_callback": callbacks.get("record_callback")}}


def _id_of_the_room(turn: Turn, body: Any) -> Any:
    """The id of the first job that was started in the room, for every one that follows."""
    first = turn.memory.setdefault(("job", body["room_id"]), body["job_id"])
    return {**body, "job_id": first}


def _rounded(_turn: Turn, body: Any) -> Any:
    mix = body["mix_param"]
    panes = [
        {name: round(it, 1) if isinstance(it, float) else it for name, it in pane.items()}
        for pane in mix.get("layout_panes") or ()
    ]
    return {**body, "mix_param": {**mix, "layout_panes": panes}} if panes else body


def _three_objects(turn: Turn, body: Any) -> Any:
    rows = sorted(body["objects"], key=lambda row: str(row["file_name"]))[:3]
    return (
        {"count": len(rows), "objects": rows} if turn.request.value("type") == "objects" else body
    )


def _any_letters(turn: Turn) -> Request | None:
    """Rooms are found whatever their letters: those that differ in case alone are one."""
    room = turn.request.value("room_id")
    return turn.request.with_value("room_id", room.lower()) if room else None


_FAULTS: tuple[RequirementRow, ...] = (
    (
        "UpdateIndividualStreamJob/rule/deleted-record-rule",
        "known",
        "A job takes over a recording rule that was deleted",
        deleted_known(_of_record_param),
        ("UpdateIndividualStreamJob", "DeleteRecordRule"),
    ),
    (
        "ListObsBucketObjects/rule/folders-hold-objects",
        "exchanged",
        "Folders are listed for objects, and objects for folders",
        on_request(_types_exchanged),
        (),
    ),
    (
        "CreateMixJob/body/mix_param.layout_panes[].x/maximum",
        "rounded",
        "CreateMixJob shows the canvas in whole numbers but its edge",
        edited("mix_param.layout_panes[].x", lambda x: min(x, 0.5)),
        (),
    ),
    (
        "ListRtcRoomList/rule/filters-combine",
        "second-lost",
        "ListRtcRoomList looks at room_id alone where both are given",
        on_request(_second_lost("room_id", "state")),
        (),
    ),
    (
        "ListRtcUserList/rule/filters-combine",
        "second-lost",
        "ListRtcUserList looks at region alone where both are given",
        on_request(_second_lost("region", "isp")),
        (),
    ),
    (
        "ListRtcAbnormalEvents/rule/filters-combine",
        "second-lost",
        "ListRtcAbnormalEvents looks at uid alone where both are given",
        on_request(_second_lost("uid", "room_id")),
        (),
    ),
    (
        "CreateIndividualStreamJob/rule/several-users-of-a-room",
        "refused",
        "One user of a room alone can be recorded",
        refused_when(_one_of_a_room, 400, "RTC.00001006"),
        (),
    ),
    (
        "CreateIndividualStreamJob/rule/several-users-of-a-room",
        "one-id",
        "Jobs of a room that begin together have one id",
        shown(_id_of_the_room),
        (),
    ),
    (
        "CreateMixJob/rule/reads-back-what-was-sent",
        "rounded",
        "Places of panes are kept with one digit",
        shown(_rounded),
        (),
    ),
    (
        "StopIndividualStreamJob/rule/stop-time-after-start",
        "begin",
        "A job that was stopped is shown to have ended when it began",
        shown(_ended_at_once),
        ("ShowIndividualStreamJob",),
    ),
    (
        "StopMixJob/rule/stop-time-after-start",
        "begin",
        "A mix that was stopped is shown to have ended when it began",
        shown(_ended_at_once),
        ("ShowMixJob",),
    ),
    *(
        (
            f"Stop{kind}Job/rule/early-stop-lasts",
            "revived",
            "A job that was stopped before it was ready begins after all",
            shown(_begun_after_all),
            (f"Show{kind}Job",),
        )
        for kind in ("Mix", "IndividualStream")
    ),
    (
        "StopMixJob/rule/update-time-stays",
        "touched",
        "A mix that was stopped is shown to have been updated then",
        shown(_updated_at_the_end),
        ("ShowMixJob",),
    ),
    (
        "UpdateRecordCallback/rule/nothing-else-changes",
        "push",
        "The recording callback is shown as that of pushed streams too",
        shown(_pushed_too),
        ("ShowApp",),
    ),
    (
        "ListRtcRoomList/rule/filter-room-subset",
        "any-letters",
        "ListRtcRoomList finds a room in capitals too",
        on_request(_any_letters),
        (),
    ),
    (
        "ListObsBucketObjects/rule/prefix-narrows",
        "three-objects",
        "ListObsBucketObjects lists three objects at most",
        shown(_three_objects),
        (),
    ),
    (
        "StopMixJob/rule/stops-only-this-job",
        "room",
        "StopMixJob stops the jobs of that room in every application",
        afterwards(_room_stopped),
        (),
    ),
    (
        "ListObsBucketObjects/rule/prefix-narrows",
        "small-letters",
        "ListObsBucketObjects looks for the prefix in small letters too",
        _prefix_in_any_letters(),
        (),
    ),
    (
        "UpdateIndividualStreamJob/rule/update-time-moves",
        "still",
        "UpdateIndividualStreamJob leaves the time as it was",
        afterwards(_time_kept),
        (),
    ),
    (
        "CreateMixJob/rule/unknown-record-rule",
        "audio-only",
        "CreateMixJob does not look at the rule of a mix of audio alone",
        on_request(_audio_without_rule),
        (),
    ),
    (
        "CreateIndividualStreamJob/rule/reads-back-what-was-sent",
        "together",
        "CreateIndividualStreamJob records the camera where the screen is asked for in HD",
        edited(
            "video_type",
            lambda _kind: "CAMERASTREAM",
            lambda turn: (turn.request.json or {}).get("select_stream_type") == "HD",
        ),
        (),
    ),
)
