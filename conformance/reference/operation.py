"""One operation of the document as a record: where it is, what it takes, what carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conformance.reference import refusals
from conformance.reference.flow import MANAGEMENT
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from conformance.reference.identities import Identity
    from conformance.reference.resources import App, Job, JobKind, Rule, Tenant
    from conformance.reference.world import World

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request: who, when, and the values in its path."""

    world: World
    identity: Identity
    tenant: Tenant
    now: datetime
    path: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Operation(Generic[Subject]):
    """An operation of chapters 5 to 12.

    ``find`` resolves the path, so that what does not exist is refused before the body is read;
    ``handle`` gets what was found and the parsed body or query (None when there is neither) and
    returns the answer's body, or None for an empty one.
    """

    name: str
    method: str
    path: str
    status: int
    find: Callable[[Call], Subject]
    handle: Callable[[Call, Subject, Any], object]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    group: str = MANAGEMENT
    token_only: bool = False
    content_type_required: bool = True


@dataclass(frozen=True, slots=True)
class RuleOf:
    """A recording rule and the application it belongs to."""

    app: App
    rule: Rule


@dataclass(frozen=True, slots=True)
class JobOf:
    """A job and the application it belongs to."""

    app: App
    job: Job


def find_tenant(call: Call) -> Tenant:
    """For operations whose path names no resource."""
    return call.tenant


def find_app(call: Call) -> App:
    """Resolve ``app_id`` within the account; RTC.00001015 otherwise."""
    app = call.tenant.apps.get(call.path["app_id"])
    if app is None:
        raise Refusal(refusals.NO_APP)
    return app


def find_rule(call: Call) -> RuleOf:
    """Resolve ``rule_id`` within the application; RTC.00001011 otherwise."""
    app = find_app(call)
    return RuleOf(app, rule_named(app, call.path["rule_id"]))


def rule_named(app: App, rule_id: str) -> Rule:
    """Return a rule of this application, wherever a request names it; RTC.00001011 otherwise."""
    rule = app.rules.get(rule_id)
    if rule is None:
        raise Refusal(refusals.NO_RULE)
    return rule


def find_job(kind: JobKind) -> Callable[[Call], JobOf]:
    """Resolve ``job_id`` among the application's jobs of a kind; RTC.00001008 otherwise."""

    def find(call: Call) -> JobOf:
        app = find_app(call)
        job = app.jobs.get(call.path["job_id"])
        if job is None or job.kind != kind:
            raise Refusal(refusals.NO_JOB)
        return JobOf(app, job)

    return find
