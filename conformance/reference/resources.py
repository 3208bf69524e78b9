"""What the reference keeps: tenants, and in them applications, rules, jobs and buckets.

A job's state is not stored. It follows from the facts that are (when it was created, whether its
room is occupied, when it was stopped) and from the time, so that reading changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from conformance.reference.models.applications import RecordEvent, RecordMode
    from conformance.reference.models.jobs import JobState, StopReason

JobKind = Literal["mix", "individual"]


@dataclass(slots=True)
class Rule:
    """A recording rule (chapter 6); ``content`` is the body as sent, defaults filled in."""

    rule_id: str
    location: str
    content: dict[str, Any]
    created: datetime
    updated: datetime


@dataclass(slots=True)
class AutoRecord:
    """Automatic recording of an application (chapter 7)."""

    mode: RecordMode
    record_rule_id: str
    updated: datetime


@dataclass(slots=True)
class Callback:
    """Where recording events go (chapter 8)."""

    url: str
    auth_key: str
    updated: datetime
    subscription: tuple[RecordEvent, ...]
    """The events that are told (table 8-6); no request of the document chooses them."""


class Standing(NamedTuple):
    """Where a job stands at one moment."""

    state: JobState
    stop_reason: StopReason | None
    stopped: datetime | None


@dataclass(slots=True)
class Job:
    """A mixed-stream or individual-stream job (chapters 9 and 10)."""

    job_id: str
    kind: JobKind
    room_id: str
    stream_name: str
    max_idle_seconds: int
    record_rule_id: str | None
    content: dict[str, Any]
    created: datetime
    updated: datetime
    init_until: datetime
    idle_since: datetime | None
    """When the room was last seen without a joiner; None while someone is in it."""
    stopped: datetime | None = None

    def standing(self, now: datetime) -> Standing:
        """Tell the state at a moment: INIT, then RUNNING, then STOPPED for good."""
        expiry = None
        if self.idle_since is not None:
            expiry = self.idle_since + timedelta(seconds=self.max_idle_seconds)
        if self.stopped is not None:
            return Standing("STOPPED", "TENANT_STOP", self.stopped)
        if expiry is not None and expiry <= now:
            return Standing("STOPPED", "EXCEED_MAX_IDLE_TIME", expiry)
        return Standing("INIT" if now < self.init_until else "RUNNING", None, None)

    def finished(self, now: datetime) -> bool:
        """Say whether the job is over."""
        return self.standing(now).state == "STOPPED"


@dataclass(slots=True)
class App:
    """An application (chapter 5) with everything beneath it."""

    app_id: str
    name: str
    app_key: str
    created: datetime
    active: bool
    state_updated: datetime
    auto_record: AutoRecord
    callback: Callback | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    open_jobs: list[Job] = field(default_factory=list)
    """The jobs that may still run; pruned when a job is created."""
    recorded_rooms: set[str] = field(default_factory=set)
    """Rooms that were created while automatic recording was on (7.1)."""


@dataclass(slots=True)
class StoredObject:
    """One object of a bucket."""

    name: str
    size_kb: int
    modified: datetime


@dataclass(slots=True)
class Bucket:
    """One OBS bucket (chapter 12) of a project."""

    name: str
    location: str
    created: datetime
    authorized: bool
    objects: tuple[StoredObject, ...]


@dataclass(slots=True)
class Tenant:
    """One account: its applications by id, oldest first, and its buckets by project."""

    name: str
    domain_id: str
    apps: dict[str, App] = field(default_factory=dict)
    buckets: dict[str, list[Bucket]] = field(default_factory=dict)
