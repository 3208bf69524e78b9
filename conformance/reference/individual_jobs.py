"""Chapter 10: individual-stream jobs."""

from __future__ import annotations

from typing import Any

from conformance.reference.clock import later
from conformance.reference.flow import JOBS
from conformance.reference.jobs import admit_job, require_running, shown, start_job, stop_job
from conformance.reference.models.individual_jobs import (
    CreateIndividualStreamJobBody,
    IndividualJobAnswer,
    UpdateIndividualStreamJobBody,
)
from conformance.reference.operation import (
    Call,
    JobOf,
    Operation,
    find_app,
    find_job,
    rule_named,
)
from conformance.reference.resources import App, Job

_OWN_FIELDS = {
    "user_id",
    "is_record_audio",
    "video_type",
    "select_stream_type",
    "max_idle_time",
}


def create_individual_job(
    call: Call, app: App, body: CreateIndividualStreamJobBody
) -> IndividualJobAnswer:
    """Start recording one user (10.1)."""
    rule_id = _rule_id(body)
    admit_job(call, app, "individual", rule_id)
    job = start_job(
        call,
        app,
        "individual",
        room_id=body.room_id,
        user_id=body.user_id,
        content=body.model_dump(include=_OWN_FIELDS),
        record_rule_id=rule_id,
    )
    return _answer(call, app, job)


def show_individual_job(call: Call, subject: JobOf, _body: None) -> IndividualJobAnswer:
    """Show a job (10.2)."""
    return _answer(call, subject.app, subject.job)


def update_individual_job(
    call: Call, subject: JobOf, body: UpdateIndividualStreamJobBody
) -> IndividualJobAnswer:
    """Change a running job's recording rule (10.4)."""
    job, rule_id = subject.job, _rule_id(body)
    require_running(job, call.now)
    if rule_id is not None:
        rule_named(subject.app, rule_id)
        job.record_rule_id = rule_id
        call.world.recorder.watch(call.tenant.name, subject.app.app_id, job, call.now)
    job.updated = later(job.updated, call.now)
    return _answer(call, subject.app, job)


def _rule_id(
    body: CreateIndividualStreamJobBody | UpdateIndividualStreamJobBody,
) -> str | None:
    if "record_param" not in body.model_fields_set:
        return None
    return body.record_param.record_rule_id


def _answer(call: Call, app: App, job: Job) -> IndividualJobAnswer:
    return IndividualJobAnswer(**job.content, **shown(app, job, call.now))


_JOBS = "/v2/apps/{app_id}/individual-stream-jobs"
_JOB = "/v2/apps/{app_id}/individual-stream-jobs/{job_id}"
_find = find_job("individual")

OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "CreateIndividualStreamJob",
        "POST",
        _JOBS,
        201,
        find_app,
        create_individual_job,
        body=CreateIndividualStreamJobBody,
        group=JOBS,
    ),
    Operation("ShowIndividualStreamJob", "GET", _JOB, 200, _find, show_individual_job, group=JOBS),
    Operation("StopIndividualStreamJob", "DELETE", _JOB, 204, _find, stop_job, group=JOBS),
    Operation(
        "UpdateIndividualStreamJob",
        "PUT",
        _JOB,
        200,
        _find,
        update_individual_job,
        body=UpdateIndividualStreamJobBody,
        group=JOBS,
    ),
)
