"""What chapters 9 and 10 share: starting, guarding and stopping a job."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from conformance.reference import refusals
from conformance.reference.clock import ZERO_TIME, timestamp
from conformance.reference.models.jobs import RecordParam
from conformance.reference.operation import rule_named
from conformance.reference.refusals import Refusal
from conformance.reference.resources import Job

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.operation import Call, JobOf
    from conformance.reference.resources import App, JobKind
    from conformance.reference.world import World

_DESCRIPTIONS = {
    "INIT": "the job is being prepared",
    "RUNNING": "the job is running",
    "TENANT_STOP": "stopped on request",
    "EXCEED_MAX_IDLE_TIME": "stopped because the room stayed empty",
}


def admit_job(call: Call, app: App, kind: JobKind, record_rule_id: str | None) -> None:
    """Refuse a job of a disabled application, of an unknown rule, or beyond the quota."""
    if not app.active:
        raise Refusal(refusals.APP_STOPPED)
    if record_rule_id is not None:
        rule_named(app, record_rule_id)
    app.open_jobs = [job for job in app.open_jobs if not job.finished(call.now)]
    running = sum(job.kind == kind for job in app.open_jobs)
    if running >= call.world.policies.max_open_jobs:
        raise Refusal(refusals.JOBS_EXCEEDED)


def start_job(
    call: Call,
    app: App,
    kind: JobKind,
    *,
    room_id: str,
    user_id: str | None,
    content: dict[str, Any],
    record_rule_id: str | None,
) -> Job:
    """Create a job in state INIT. Its stream is named after it (9.1, 10.1).

    ``content`` is what only its kind has; it holds ``max_idle_time``.
    """
    job_id = call.world.ids.resource()
    parts = ["m", job_id, room_id] if user_id is None else ["s", job_id, room_id, user_id]
    job = new_job(
        call.world, app, kind, room_id, job_id, "_".join(parts), content, record_rule_id, call.now
    )
    if record_rule_id is not None:
        call.world.recorder.watch(call.tenant.name, app.app_id, job, call.now)
    return job


def new_job(
    world: World,
    app: App,
    kind: JobKind,
    room_id: str,
    job_id: str,
    stream_name: str,
    content: dict[str, Any],
    record_rule_id: str | None,
    now: datetime,
) -> Job:
    """Keep a new job of an application."""
    occupied = world.statistics.contributors(app.app_id, room_id)
    job = Job(
        job_id=job_id,
        kind=kind,
        room_id=room_id,
        stream_name=stream_name,
        max_idle_seconds=content["max_idle_time"],
        record_rule_id=record_rule_id,
        content=content,
        created=now,
        updated=now,
        init_until=now + timedelta(seconds=world.policies.init_seconds),
        idle_since=None if occupied else now,
    )
    app.jobs[job_id] = job
    app.open_jobs.append(job)
    return job


def require_running(job: Job, now: datetime) -> None:
    """Refuse a job that is over (RTC.00001009) or not ready yet (RTC.00001022)."""
    state = job.standing(now).state
    if state == "STOPPED":
        raise Refusal(refusals.JOB_DONE)
    if state == "INIT":
        raise Refusal(refusals.JOB_STARTING)


def stop_job(call: Call, subject: JobOf, _body: None) -> None:
    """Stop a job on the tenant's request (9.4, 10.3); one that is over is refused."""
    if subject.job.finished(call.now):
        raise Refusal(refusals.JOB_DONE)
    subject.job.stopped = call.now


def room_changed(app: App, room_id: str, now: datetime, *, occupied: bool) -> None:
    """Start the idle time of the jobs in a room without a joiner or publisher, or end it."""
    for job in app.jobs.values():
        if job.room_id != room_id or job.finished(now):
            continue
        if occupied:
            job.idle_since = None
        elif job.idle_since is None:
            job.idle_since = now


def shown(app: App, job: Job, now: datetime) -> dict[str, Any]:
    """Return the fields that both kinds of answer have."""
    standing = job.standing(now)
    created = timestamp(job.created)
    rule_id = job.record_rule_id
    return {
        "job_id": job.job_id,
        "stream_name": job.stream_name,
        "app_id": app.app_id,
        "room_id": job.room_id,
        "record_param": None if rule_id is None else RecordParam(record_rule_id=rule_id),
        "create_time": created,
        "update_time": timestamp(job.updated),
        "state": standing.state,
        "stop_reason": standing.stop_reason,
        "description": _DESCRIPTIONS[standing.stop_reason or standing.state],
        "start_time": created,
        "stop_time": ZERO_TIME if standing.stopped is None else timestamp(standing.stopped),
    }
