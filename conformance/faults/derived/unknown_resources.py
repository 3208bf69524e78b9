"""Faults of what does not exist, derived: unknown applications, rules, jobs and buckets."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.faults import tree
from conformance.faults.derived.inputs import accepting, refusing
from conformance.faults.derived.violations import Spotted
from conformance.faults.endpoints import ENDPOINTS, Endpoint
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.model.requirement_id import RequirementId
from conformance.reference.resources import App

FAMILY = "unknown-resource"
_QUERIED = ("app", "app_id", "bucket")
_CODES = {"app_id": "RTC.00001011", "rule_id": "RTC.00001008", "job_id": "RTC.00001015"}
"""A code of the same status that is about something else."""


def faults() -> Iterator[Fault]:
    """Every fault of a resource that does not exist."""
    for endpoint in ENDPOINTS.values():
        for name in endpoint.in_path:
            if name != "room_id":
                yield from _of_path(endpoint, name)
        for where, place in endpoint.inputs():
            if where == "query" and place.name in _QUERIED:
                yield from _of_query(endpoint, place.name)
            elif place.path in {"record_param.record_rule_id", "bucket"}:
                yield from _of_body(endpoint, place.path)


def _of_path(endpoint: Endpoint, name: str) -> Iterator[Fault]:
    requirement = f"{endpoint.name}/path/{name}/known"
    spotted = unknown_in_path(name)
    yield _accepted(endpoint, requirement, spotted)
    code = _CODES.get(name, "RTC.00001016")
    status = 400 if name == "project_id" else 404
    yield _refused(endpoint, requirement, "other-code", spotted, status, code)
    if (endpoint.name, name) == ("RemoveUsers", "app_id"):
        yield _refused(
            endpoint, requirement, "neighbour", spotted, 400, "RTC.00001003", f"{requirement}-code"
        )
    if endpoint.family == "rtc":
        yield _refused(
            endpoint,
            requirement,
            "400",
            spotted,
            400,
            "RTC.00001003" if endpoint.name != "RemoveUsers" else "RTC.00001005",
        )


def _of_query(endpoint: Endpoint, name: str) -> Iterator[Fault]:
    requirement = f"{endpoint.name}/query/{name}/known"

    def spotted(turn: Turn) -> bool:
        value = turn.request.value(name)
        return value is not None and value not in _known(turn, name)

    if endpoint.family == "rtc":
        yield _accepted(endpoint, requirement, spotted)
    yield _refused(endpoint, requirement, "500", spotted, 500, "RTC.00002002")
    yield _refused(
        endpoint,
        requirement,
        "other-code",
        spotted,
        404,
        "RTC.00001011",
    )


def _of_body(endpoint: Endpoint, path: str) -> Iterator[Fault]:
    requirement = f"{endpoint.name}/body/{path}/known"

    def spotted(turn: Turn) -> bool:
        body = turn.request.json
        found = tree.values(body, path) if isinstance(body, dict) else []
        return any(value not in _known(turn, path.rpartition(".")[2]) for value in found)

    yield _accepted(endpoint, requirement, spotted)
    yield _refused(endpoint, requirement, "other-code", spotted, 404, "RTC.00001015")


def unknown_in_path(name: str) -> Spotted:
    """Whether a value in the path names nothing, though everything before it does."""

    def spotted(turn: Turn) -> bool:
        if name == "project_id":
            return turn.path[name] != turn.world.identities[0].project_id
        app = _app(turn)
        if name == "app_id" or app is None:
            return app is None and name == "app_id"
        held = app.rules if name == "rule_id" else app.jobs
        return turn.path[name] not in held

    return spotted


def _known(turn: Turn, name: str) -> set[str]:
    identity = turn.world.identities[0]
    tenant = turn.world.tenant_of(identity)
    if name == "bucket":
        return {bucket.name for bucket in tenant.buckets.get(identity.project_id, ())}
    if name == "record_rule_id":
        app = _app(turn)
        return set(app.rules) if app is not None else set()
    return set(tenant.apps)


def _app(turn: Turn) -> App | None:
    tenant = turn.world.tenant_of(turn.world.identities[0])
    return tenant.apps.get(turn.path.get("app_id", ""))


def _accepted(endpoint: Endpoint, requirement: str, spotted: Spotted) -> Fault:
    meant = RequirementId.parse(requirement).field
    return Fault(
        f"{requirement}/accepted",
        f"{endpoint.name} answers success for {meant} that names nothing",
        FAMILY,
        (requirement,),
        (endpoint.name,),
        accepting(spotted),
    )


def _refused(
    endpoint: Endpoint,
    requirement: str,
    deviation: str,
    spotted: Spotted,
    status: int,
    code: str,
    broken: str | None = None,
) -> Fault:
    meant = RequirementId.parse(requirement).field
    return Fault(
        f"{requirement}/{deviation}",
        f"{endpoint.name} refuses {meant} that names nothing with {code}",
        FAMILY,
        (broken or requirement,),
        (endpoint.name,),
        refusing(spotted, status, code),
    )
