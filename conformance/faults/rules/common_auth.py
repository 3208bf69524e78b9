"""Faults of credentials, state and isolation that no single operation has (3.2, 14.1, 14.2)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import afterwards, breaking, policy, refused_when, tenant_apps
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.common import ANY

Row = tuple[str, str, Behaviour, tuple[str, ...]]
TOKEN = "x-auth-token"  # noqa: S105 - the name of a header
_SIGNATURES = (
    "wrong-signature",
    "unknown-key",
    "malformed-authorization",
    "stale-date",
    "future-date",
    "missing-date",
    "tampered-body",
    "tampered-query",
    "tampered-path",
    "tampered-header",
    "foreign-project",
    "body-over-12-mb",
)
_MANY = 12 * 1024 * 1024


def faults() -> Iterator[Fault]:
    """Every fault of credentials, state and isolation."""
    for rule, title, behaviour, operations in _ROWS:
        yield breaking(f"common/{rule}", title, behaviour, *operations)
    for rule in _SIGNATURES:
        yield breaking(
            f"common/aksk/{rule}-refused",
            "A signature is not looked at",
            on_request(_unsigned),
            *ANY,
        )


def _signed(turn: Turn) -> bool:
    return turn.request.header(TOKEN) is None and bool(turn.request.header("authorization"))


def _unsigned(turn: Turn) -> Request | None:
    """The request with a token in place of whatever stands in Authorization."""
    if not _signed(turn):
        return None
    request = turn.request.with_header("authorization", None).with_header("x-project-id", None)
    if len(request.body) > _MANY:
        request = request.with_json({"app_name": turn.world.ids.resource()})
    return request.with_header(TOKEN, turn.world.identities[0].token)


def _as_first(turn: Turn) -> Request | None:
    """The request as the first tenant's, if it is the second's."""
    if turn.request.header(TOKEN) != turn.world.identities[1].token:
        return None
    return turn.request.with_header(TOKEN, turn.world.identities[0].token)


def _everlasting() -> Behaviour:
    """Tokens that were once issued are good for ever."""

    async def behave(turn: Turn) -> Answer:
        known: set[str] = turn.memory.setdefault("known", set())
        now, first = turn.world.clock.now(), turn.world.identities[0]
        token = turn.request.header(TOKEN)
        if token in known or token == first.token:
            turn.world.tokens.register(str(token), first, now)
        answer = await turn.forward(turn.request)
        issued = answer.header("x-subject-token")
        known |= {issued} if issued else set()
        return answer

    return behave


def _renewed(turn: Turn) -> Request | None:
    """The request with a token that is valid, if it came with one that has ended."""
    first = turn.world.identities[0]
    if turn.request.header(TOKEN) != first.expired_token:
        return None
    return turn.request.with_header(TOKEN, first.token)


def _third_time(turn: Turn) -> bool:
    turn.memory["count"] = turn.memory.get("count", 0) + 1
    return bool(turn.memory["count"] % 3 == 0)


def _scoped(turn: Turn) -> Request | None:
    body = turn.request.json
    if not isinstance(body, dict) or not isinstance(body.get("auth"), dict):
        return None
    project = {"project": {"name": turn.world.identities[0].project}}
    return turn.request.with_json({"auth": {**body["auth"], "scope": project}})


def _input_first() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.status != 401:
            return answer
        before = copy.deepcopy(turn.world.tenants)
        request = turn.request.with_header(TOKEN, turn.world.identities[0].token)
        other = await turn.forward(request)
        turn.world.tenants = before
        return other if other.status in {400, 404} else answer

    return behave


def _renamed(turn: Turn, _body: Any) -> None:
    for app in tenant_apps(turn).values():
        app.name += "-"


def _renamed_by_refusal() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        if answer.status in {401, 405}:
            _renamed(turn, None)
        return answer

    return behave


def _lost_at_once() -> Behaviour:
    """Of applications that are created at the same moment, only the last stays."""

    def change(turn: Turn, body: Any) -> None:
        now = turn.world.clock.now()
        last, when = turn.memory.get("last", ("", now))
        if last and (now - when).total_seconds() < 1:
            tenant = turn.world.tenant_of(turn.world.identities[0])
            tenant.apps.pop(last, None)
        turn.memory["last"] = (body["app_id"], now)

    return afterwards(change)


def _foreign_project(turn: Turn) -> Request | None:
    request = turn.request
    if request.header(TOKEN) != turn.world.identities[1].token:
        return None
    own, theirs = turn.world.identities[0], turn.world.identities[1]
    request = request.with_path(request.path.replace(theirs.project_id, own.project_id))
    return request.with_header(TOKEN, own.token).with_header("x-project-id", None)


def _tenth(turn: Turn) -> bool:
    turn.memory["count"] = turn.memory.get("count", 0) + 1
    return bool(turn.memory["count"] % 10 == 0)


def _refused(status: int, code: str, when: Callable[[Turn], bool]) -> Behaviour:
    return refused_when(when, status, code)


_UNAUTHENTICATED = "APIGW.0301"
_ROWS: tuple[Row, ...] = (
    ("auth/expired-token-refused", "Tokens last for ever", _everlasting(), ANY),
    ("auth/old-token-refused", "A token that has ended serves", on_request(_renewed), ANY),
    (
        "auth/token-over-12-mb",
        "Bodies over 12 MB are refused",
        _refused(413, "APIGW.0201", lambda turn: len(turn.request.body) > _MANY),
        ("CreateApp",),
    ),
    (
        "aksk/without-project-refused",
        "A signature need not name its project",
        policy(project_header_needed=False),
        ANY,
    ),
    (
        "aksk/every-operation",
        "Rooms of the statistics are shown with a token alone",
        _refused(401, _UNAUTHENTICATED, _signed),
        ("ListRtcRoomList",),
    ),
    (
        "auth/token-reusable",
        "A token serves twice",
        _refused(401, _UNAUTHENTICATED, _third_time),
        ("ListApps",),
    ),
    (
        "auth/unscoped-token-refused",
        "Tokens of no project serve all",
        on_request(_scoped),
        ("CreateToken",),
    ),
    ("auth/credentials-before-input", "Input is looked at before credentials", _input_first(), ANY),
    (
        "aksk/valid-accepted",
        "Signatures are refused",
        _refused(401, _UNAUTHENTICATED, _signed),
        ANY,
    ),
    (
        "state/reads-change-nothing",
        "Showing an application renames all",
        afterwards(_renamed),
        ("ShowApp",),
    ),
    (
        "state/refused-request-changes-nothing",
        "A refused request renames all",
        _renamed_by_refusal(),
        ANY,
    ),
    (
        "state/random-walk",
        "A new recording rule renames its application",
        afterwards(_renamed),
        ("CreateRecordRule",),
    ),
    (
        "state/concurrent-creates",
        "Applications made at once get lost",
        _lost_at_once(),
        ("CreateApp",),
    ),
    (
        "isolation/foreign-project",
        "Every project is everybody's",
        on_request(_foreign_project),
        ANY,
    ),
    ("isolation/foreign-tenant", "Every tenant is the first", on_request(_as_first), ANY),
    (
        "example/individual-recording",
        "Jobs of one user cannot be started",
        _refused(400, "RTC.00001004", lambda _turn: True),
        ("CreateIndividualStreamJob",),
    ),
    (
        "example/mix-recording",
        "Mixed jobs cannot be started",
        _refused(400, "RTC.00001004", lambda _turn: True),
        ("CreateMixJob",),
    ),
    (
        "answer/no-server-error",
        "Every tenth request makes the server fail",
        _refused(500, "RTC.00002002", _tenth),
        ANY,
    ),
)
