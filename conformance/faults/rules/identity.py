"""Faults of the identity service: tokens and projects (sections 3.1 to 3.3, 14.3)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_answer, on_request
from conformance.faults.handmade import (
    RuleRow,
    breaking,
    edited,
    every_other,
    faults_of_operation,
    refused_when,
    shown,
    year_on,
)
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.common import ANY
from conformance.reference.identities import Identity

TOKENS, PROJECTS = "CreateToken", "ListProjects"
HEADER = "x-subject-token"


def faults() -> Iterator[Fault]:
    """Every fault of a rule of the identity service."""
    for operation, rows in ((TOKENS, _TOKENS), (PROJECTS, _PROJECTS)):
        yield from faults_of_operation(operation, rows)
    yield breaking(
        f"{TOKENS}/rule/wrong-password-refused",
        f"{TOKENS} takes a password in small letters for one in capitals",
        _in_any_case,
        slug="any-case",
    )
    yield breaking(
        "common/auth/token-of-another-project",
        "A token of the tenant serves in all its projects",
        on_request(_any_project),
        *ANY,
    )


def _mended(path: str, value: Callable[[Turn], str]) -> Behaviour:
    """Issue a token as if a part of what identifies the caller were right."""

    def change(turn: Turn) -> Request | None:
        body = turn.request.json
        if not isinstance(body, dict):
            return None
        return turn.request.with_json(tree.change(copy.deepcopy(body), path, tree.put(value(turn))))

    return on_request(change)


async def _in_any_case(turn: Turn) -> Answer:
    """Compare passwords without looking at their case."""
    path, right = "auth.identity.password.user.password", turn.world.identities[0].password
    given = tree.values(turn.request.json, path) if isinstance(turn.request.json, dict) else []
    request = turn.request
    if given and str(given[0]).lower() == right.lower():
        request = request.with_json(tree.change(copy.deepcopy(request.json), path, tree.put(right)))
    return await turn.forward(request)


def _as_owner(turn: Turn) -> Request | None:
    """The request as the user of the project that it names would make it, whoever asks."""
    found = tree.values(turn.request.json, "auth.scope.project.name")
    owner = next((one for one in turn.world.identities if one.project in found), None)
    return None if owner is None else _as(turn, owner)


def _as_first(turn: Turn) -> Request | None:
    """The request as the first identity would make it."""
    return _as(turn, turn.world.identities[0])


def _as(turn: Turn, one: Identity) -> Request | None:
    body = turn.request.json
    if not isinstance(body, dict):
        return None
    user = "auth.identity.password.user"
    for path, value in (
        (f"{user}.name", one.user),
        (f"{user}.password", one.password),
        (f"{user}.domain.name", one.domain),
    ):
        body = tree.change(body, path, tree.put(value))
    return turn.request.with_json(body)


def _constant_token() -> Behaviour:
    def change(turn: Turn, answer: Answer) -> Answer:
        token: str = turn.memory.setdefault("token", answer.header(HEADER) or "")
        return answer.with_header(HEADER, token)

    return on_answer(change)


def _unknown_token(turn: Turn, answer: Answer) -> Answer:
    return answer.with_header(HEADER, turn.world.ids.secret(128))


def _only_the_newest() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        issued: list[str] = turn.memory.setdefault("issued", [])
        if turn.endpoint.name == TOKENS:
            answer = await turn.forward(turn.request)
            if answer.succeeded:
                issued.append(answer.header(HEADER) or "")
            return answer
        outdated = turn.request.header("x-auth-token") in issued[:-1]
        return await turn.forward(
            turn.request.with_header("x-auth-token", "outdated") if outdated else turn.request
        )

    return behave


def _any_project(turn: Turn) -> Request | None:
    """Look at the project in the path as whoever owns it."""
    project = turn.path.get("project_id")
    known = turn.world.tokens.check(
        turn.request.header("x-auth-token") or "", turn.world.clock.now()
    )
    owner = next((one for one in turn.world.identities if one.project_id == project), None)
    if known is None or owner is None:
        return None
    return turn.request.with_header("x-auth-token", owner.token)


def _with_password(turn: Turn, body: Any) -> Any:
    found = tree.values(turn.request.json, "auth.identity.password.user.password")
    return {**body, "token": {**body["token"], "password": found[0] if found else ""}}


_TOKENS: tuple[RuleRow, ...] = (
    ("token-accepted", "answers a token that is none", on_answer(_unknown_token), ()),
    (
        "token-expires-after-24-hours",
        "says that tokens last a year",
        edited("token.expires_at", year_on),
        (),
    ),
    (
        "no-credentials-needed",
        "demands a token for a token",
        refused_when(lambda turn: turn.request.header("x-auth-token") is None, 401, "APIGW.0301"),
        (),
    ),
    (
        "wrong-password-refused",
        "takes any password",
        _mended("auth.identity.password.user.password", lambda t: t.world.identities[0].password),
        (),
    ),
    ("unknown-user-refused", "takes any user", on_request(_as_first), ()),
    (
        "unknown-project-refused",
        "takes any project",
        _mended("auth.scope.project.name", lambda t: t.world.identities[0].project),
        (),
    ),
    ("scope-limits-token", "issues tokens for every project", on_request(_any_project), ("*",)),
    ("project-of-another-tenant", "finds a project of any tenant", on_request(_as_owner), ()),
    ("earlier-token-still-valid", "ends the token before", _only_the_newest(), ("*",)),
    ("tokens-differ", "issues the same token again", _constant_token(), ()),
    ("password-not-echoed", "answers the password", shown(_with_password), ()),
    ("methods-echoed", "names another method", edited("token.methods", lambda _: ["token"]), ()),
)


def _foreign_too(turn: Turn, body: Any) -> Any:
    other = turn.world.identities[1]
    extra = {**body["projects"][0], "id": other.project_id, "domain_id": other.domain_id}
    return {**body, "projects": [*body["projects"], extra]}


def _listed_twice(_turn: Turn, body: Any) -> Any:
    return {**body, "projects": [*body["projects"], *body["projects"]]}


def _with_another_name(_turn: Turn, body: Any) -> Any:
    return {**body, "projects": [{**one, "description": "changed"} for one in body["projects"]]}


_PROJECTS: tuple[RuleRow, ...] = (
    (
        "own-project-listed",
        "lists another id",
        edited("projects[].id", lambda text: text[::-1]),
        (),
    ),
    ("ids-unique", "lists a project twice", shown(_listed_twice), ()),
    ("foreign-project-not-listed", "lists the project of another tenant", shown(_foreign_too), ()),
    (
        "same-query-same-answer",
        "answers otherwise every second time",
        every_other(_with_another_name),
        (),
    ),
)
