"""Chapter 7: automatic recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.clock import later, timestamp
from conformance.reference.jobs import new_job
from conformance.reference.models.applications import AppAutoRecordMode
from conformance.reference.models.auto_record import AutoRecordAnswer, UpdateAutoRecordBody
from conformance.reference.models.jobs import DEFAULT_IDLE_SECONDS
from conformance.reference.operation import Call, Operation, find_app, rule_named
from conformance.reference.resources import App, AutoRecord

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.resources import Tenant
    from conformance.reference.statistics.vocabulary import Stream
    from conformance.reference.world import World


def update_auto_record(call: Call, app: App, body: UpdateAutoRecordBody) -> AutoRecordAnswer:
    """Switch automatic recording; switched on, its rule must exist (7.1)."""
    if body.mode == "AUTO_INDIVIDUAL_RECORD":
        rule_named(app, body.record_rule_id)
    updated = later(app.auto_record.updated, call.now)
    app.auto_record = AutoRecord(body.mode, body.record_rule_id, updated)
    return _answer(app)


def show_mode(_call: Call, app: App, _body: None) -> AutoRecordAnswer:
    """Show how automatic recording is set (7.2)."""
    return _answer(app)


_STREAMS: tuple[tuple[Stream, str, bool], ...] = (
    ("CAMERASTREAM", "av_m", True),
    ("SCREENSTREAM", "v_a", False),
)
"""Stream, end of its name, and whether it is recorded with sound (7.1)."""


def start_automatic(
    world: World,
    tenant: Tenant,
    app: App,
    room_id: str,
    user_id: str,
    sent: frozenset[Stream],
    now: datetime,
) -> None:
    """Record the pictures that a user sends, each by a job of its own (7.1)."""
    rule_id = app.auto_record.record_rule_id
    if rule_id not in app.rules:
        return
    for stream, ending, sound in _STREAMS:
        name = f"{app.app_id}_{room_id}_{user_id}_{ending}"
        runs = any(job.stream_name == name and not job.finished(now) for job in app.jobs.values())
        if stream not in sent or runs:
            continue
        content = {
            "user_id": user_id,
            "is_record_audio": sound,
            "video_type": stream,
            "select_stream_type": "FHD",
            "max_idle_time": DEFAULT_IDLE_SECONDS,
        }
        job_id = world.ids.resource()
        job = new_job(world, app, "individual", room_id, job_id, name, content, rule_id, now)
        world.recorder.watch(tenant.name, app.app_id, job, now)


def _answer(app: App) -> AutoRecordAnswer:
    return AutoRecordAnswer(app_id=app.app_id, auto_record_mode=show_auto_record(app.auto_record))


def show_auto_record(setting: AutoRecord) -> AppAutoRecordMode:
    """Show the setting; without a rule the field is left out, as the examples do."""
    return AppAutoRecordMode(
        mode=setting.mode,
        record_rule_id=setting.record_rule_id or None,
        update_time=timestamp(setting.updated),
    )


_PATH = "/v2/apps/{app_id}/auto-record-mode"

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "UpdateAutoRecord",
        "PUT",
        _PATH,
        200,
        find_app,
        update_auto_record,
        body=UpdateAutoRecordBody,
    ),
    Operation("ShowAutoRecord", "GET", _PATH, 200, find_app, show_mode),
)
