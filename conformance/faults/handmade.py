"""What hand-written faults of rules are made with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.faults import tree
from conformance.faults.messages import Answer, Request, refusal, success
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.model.requirement_id import RequirementId

FAMILY = "rule"
When = Callable[[Turn], bool]
Change = Callable[[Turn, Any], Any]


def breaking(
    requirement: str, title: str, behaviour: Behaviour, *operations: str, slug: str = "broken"
) -> Fault:
    """A fault that breaks one rule; in its own operation unless others are named."""
    parts = RequirementId.parse(requirement)
    own = () if parts.is_common else (parts.operation,)
    chosen = operations or own
    return Fault(f"{requirement}/{slug}", title, FAMILY, (requirement,), chosen, behaviour)


RequirementRow = tuple[str, str, str, Behaviour, tuple[str, ...]]
"""Requirement, slug, title, behaviour, and the operations whose requests go through it."""
RuleRow = tuple[str, str, Behaviour, tuple[str, ...]]
"""A rule of an operation, what the operation does, behaviour, and the operations that it is of."""


def faults_of(rows: Iterable[RequirementRow]) -> Iterator[Fault]:
    """The fault of each row."""
    for requirement, slug, title, behaviour, operations in rows:
        yield breaking(requirement, title, behaviour, *operations, slug=slug)


def faults_of_operation(operation: str, rows: Iterable[RuleRow]) -> Iterator[Fault]:
    """The fault of each row; its operation itself is meant where a row names none."""
    for rule, title, behaviour, operations in rows:
        yield breaking(f"{operation}/rule/{rule}", f"{operation} {title}", behaviour, *operations)


def always(_turn: Turn) -> bool:
    """Every request."""
    return True


def refused_when(when: When, status: int = 400, code: str = "RTC.00001003") -> Behaviour:
    """Refuse some requests, whatever the reference would say, and carry nothing out."""

    async def behave(turn: Turn) -> Answer:
        if when(turn):
            return refusal(status, code)
        return await turn.forward(turn.request)

    return behave


def crash_when(when: When) -> Behaviour:
    """Fail with 500 on some requests."""
    return refused_when(when, 500, "RTC.00002002")


def crash_if_refused(when: When = always) -> Behaviour:
    """Fail with 500 where the reference refuses."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.status in {400, 404} and when(turn):
            return refusal(500, "RTC.00002002")
        return answer

    return behave


def shown(change: Change, when: When = always) -> Behaviour:
    """Change the body of an answer of success; the change gets a copy."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        body = answer.json
        if not answer.succeeded or not isinstance(body, dict) or not when(turn):
            return answer
        return answer.with_json(change(turn, copy.deepcopy(body)))

    return behave


def lost(when: When = always) -> Behaviour:
    """Answer as if the request had been carried out, and keep everything as it was."""

    async def behave(turn: Turn) -> Answer:
        concerned = when(turn)
        before = copy.deepcopy(turn.world.tenants)
        answer = await turn.forward(turn.request)
        if answer.succeeded and concerned:
            turn.world.tenants = before
        return answer

    return behave


def afterwards(change: Callable[[Turn, Any], None], *, refused: bool = False) -> Behaviour:
    """Change the world after a request was carried out (or refused)."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.succeeded is not refused and answer.status not in {401, 500}:
            change(turn, answer.json)
        return answer

    return behave


def stale(when: When = always) -> Behaviour:
    """Answer a read as it was answered the first time."""

    async def behave(turn: Turn) -> Answer:
        key = (turn.request.path, turn.request.query)
        if key not in turn.memory or not when(turn):
            turn.memory[key] = await turn.forward(turn.request)
        found: Answer = turn.memory[key]
        return found.with_header("x-request-id", turn.world.ids.request())

    return behave


def every_other(change: Change) -> Behaviour:
    """Change every second answer."""

    def odd(turn: Turn) -> bool:
        key = (turn.request.path, turn.request.query)
        turn.memory[key] = not turn.memory.get(key, True)
        return bool(turn.memory[key])

    return shown(change, odd)


def field_set(name: str, value: Any) -> Change:
    """A change that writes one field of the body."""

    def change(_turn: Turn, body: Any) -> Any:
        return {**body, name: value}

    return change


def tenant_apps(turn: Turn) -> Mapping[str, Any]:
    """The applications of the first tenant."""
    return turn.world.tenant_of(turn.world.identities[0]).apps


def found_app(turn: Turn) -> Any:
    """The application in the path, whoever's it is; None if there is none."""
    for tenant in turn.world.tenants.values():
        app = tenant.apps.get(turn.path.get("app_id", ""))
        if app is not None:
            return app
    return None


def policy(**values: Any) -> Behaviour:
    """Serve with other limits or habits than the document's."""

    async def behave(turn: Turn) -> Answer:
        turn.world.policies = replace(turn.world.policies, **values)
        return await turn.forward(turn.request)

    return behave


def other_id(text: str) -> str:
    """Another id of the same look."""
    return text[1:] + ("0" if text[:1] != "0" else "1")


def year_on(text: Any, years: int = 1) -> Any:
    """A time of an answer moved by whole years; what is no time stays."""
    if not isinstance(text, str) or not text[:4].isdigit():
        return text
    return f"{int(text[:4]) + years:04}{text[4:]}"


def other_apps(turn: Turn) -> list[Any]:
    """Every application of the first tenant but the one in the path."""
    return [app for key, app in tenant_apps(turn).items() if key != turn.path.get("app_id")]


def kept_in_list(items: str) -> Behaviour:
    """A list goes on showing what was deleted; for the operations that delete and that list."""

    async def behave(turn: Turn) -> Answer:
        gone: list[Any] = turn.memory.setdefault("gone", [])
        if turn.endpoint.method == "DELETE":
            looked = await turn.forward(replace(turn.request, method="GET"))
            answer = await turn.forward(turn.request)
            if answer.succeeded and looked.succeeded:
                gone.append(looked.json)
            return answer
        answer = await turn.forward(turn.request)
        body = answer.json
        return (
            answer.with_json({**body, items: [*body[items], *gone]}) if answer.succeeded else answer
        )

    return behave


def succeeding(when: When) -> Behaviour:
    """Answer success without a body, and carry nothing out."""

    async def behave(turn: Turn) -> Answer:
        if when(turn):
            return success(turn.endpoint.status)
        return await turn.forward(turn.request)

    return behave


def edited(path: str, edit: Callable[[Any], Any], when: When = always) -> Behaviour:
    """Change every value at a path of the answer."""

    def at(holder: Any, key: Any) -> None:
        if tree.has(holder, key):
            holder[key] = edit(holder[key])

    return shown(lambda _turn, body: tree.change(body, path, at), when)


def from_one(items: str) -> Behaviour:
    """Number what a list is read by from one, without an offset too; what lies at 0 is empty."""

    async def behave(turn: Turn) -> Answer:
        offset = turn.request.value("offset") or "1"
        if not offset.isdigit():
            return await turn.forward(turn.request)
        request = turn.request.with_value("offset", str(max(0, int(offset) - 1)))
        answer = await turn.forward(request)
        if int(offset) or not answer.succeeded:
            return answer
        return answer.with_json({**answer.json, items: []})

    return behave


def from_owner(turn: Turn) -> Request | None:
    """The request beneath the application that a foreign rule or job belongs to."""
    wanted = turn.path.get("rule_id") or turn.path.get("job_id")
    for app_id, app in tenant_apps(turn).items():
        if wanted in app.rules or wanted in app.jobs:
            own = turn.path["app_id"]
            return (
                None
                if app_id == own
                else turn.request.with_path(turn.request.path.replace(own, app_id))
            )
    return None
