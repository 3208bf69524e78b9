"""Chapter 9: mixed-stream jobs."""

from __future__ import annotations

from typing import Any

from conformance.reference import refusals
from conformance.reference.clock import later
from conformance.reference.flow import JOBS
from conformance.reference.jobs import admit_job, require_running, shown, start_job, stop_job
from conformance.reference.models.mix_jobs import (
    AUDIO_ONLY,
    CUSTOM,
    VIDEO_FIELDS,
    CreateMixJobBody,
    MixJobAnswer,
    MixParamShown,
    UpdateMixJobBody,
    UpdateMixParam,
)
from conformance.reference.operation import Call, JobOf, Operation, find_app, find_job
from conformance.reference.refusals import Refusal
from conformance.reference.resources import App, Job


def create_mix_job(call: Call, app: App, body: CreateMixJobBody) -> MixJobAnswer:
    """Start mixing a room (9.1)."""
    rule_id = _rule_id(body)
    admit_job(call, app, "mix", rule_id)
    param = body.mix_param
    content = {
        "room_id": param.room_id,
        "encode_template": param.encode_template,
        "max_idle_time": param.max_idle_time,
        **_video(param, audio_only=param.encode_template == AUDIO_ONLY),
    }
    job = start_job(
        call,
        app,
        "mix",
        room_id=param.room_id,
        user_id=None,
        content=content,
        record_rule_id=rule_id,
    )
    return _answer(call, app, job)


def show_mix_job(call: Call, subject: JobOf, _body: None) -> MixJobAnswer:
    """Show a job (9.2)."""
    return _answer(call, subject.app, subject.job)


def update_mix_job(call: Call, subject: JobOf, body: UpdateMixJobBody) -> MixJobAnswer:
    """Change a running job's layout; only one custom layout for another (9.3)."""
    job, param = subject.job, body.mix_param
    require_running(job, call.now)
    audio_only = job.content["encode_template"] == AUDIO_ONLY
    if not audio_only and "layout_template" in param.model_fields_set:
        _require_custom(job, param)
    changes = _video(param, audio_only=audio_only)
    if "max_idle_time" in param.model_fields_set:
        changes["max_idle_time"] = job.max_idle_seconds = param.max_idle_time
    job.content = {**job.content, **changes}
    job.updated = later(job.updated, call.now)
    return _answer(call, subject.app, job)


def _require_custom(job: Job, param: UpdateMixParam) -> None:
    if job.content["layout_template"] != CUSTOM or param.layout_template != CUSTOM:
        raise Refusal(refusals.COMBINATION, "only a custom layout is updated, by a custom one")


def _rule_id(body: CreateMixJobBody) -> str | None:
    if "record_param" not in body.model_fields_set:
        return None
    return body.record_param.record_rule_id


def _video(param: UpdateMixParam, *, audio_only: bool) -> dict[str, Any]:
    """Return the video fields as sent; a mix of audio alone ignores them (9.1)."""
    if audio_only:
        return {}
    fields = param.model_dump(include=set(VIDEO_FIELDS), exclude_unset=True)
    for pane in fields.get("layout_panes", ()):
        pane.setdefault("video_type", "CAMERASTREAM")
    return fields


def _answer(call: Call, app: App, job: Job) -> MixJobAnswer:
    return MixJobAnswer(mix_param=MixParamShown(**job.content), **shown(app, job, call.now))


_JOBS = "/v2/apps/{app_id}/mix-stream-jobs"
_JOB = "/v2/apps/{app_id}/mix-stream-jobs/{job_id}"
_find = find_job("mix")

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "CreateMixJob",
        "POST",
        _JOBS,
        201,
        find_app,
        create_mix_job,
        body=CreateMixJobBody,
        group=JOBS,
    ),
    Operation("ShowMixJob", "GET", _JOB, 200, _find, show_mix_job, group=JOBS),
    Operation(
        "UpdateMixJob", "PUT", _JOB, 200, _find, update_mix_job, body=UpdateMixJobBody, group=JOBS
    ),
    Operation("StopMixJob", "DELETE", _JOB, 204, _find, stop_job, group=JOBS),
)
