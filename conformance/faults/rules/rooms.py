"""Faults of chapter 11: users are removed from rooms, and rooms dismissed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RuleRow,
    afterwards,
    breaking,
    crash_when,
    faults_of_operation,
    found_app,
    refused_when,
    tenant_apps,
)
from conformance.faults.messages import Answer, Request, success
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import sent

REMOVE, DISMISS = "RemoveUsers", "RemoveRoom"


def faults() -> Iterator[Fault]:
    """Every fault of a rule of chapter 11."""
    yield from faults_of_operation(REMOVE, _REMOVE)
    yield from faults_of_operation(DISMISS, _DISMISS)
    for operation, title in (
        (REMOVE, "removes the users from rooms of that name in all applications"),
        (DISMISS, "dismisses the rooms of that name in all applications"),
    ):
        yield breaking(
            f"{operation}/rule/only-this-room",
            f"{operation} {title}",
            afterwards(_in_every_app),
            slug="every-application",
        )
    for operation, refused in ((REMOVE, False), (DISMISS, True)):
        yield breaking(
            f"{operation}/rule/unknown-room",
            f"{operation} ends every room of the application, whichever is named",
            afterwards(_rooms_out, refused=refused),
            slug="every-room",
        )
    yield breaking(
        f"{REMOVE}/rule/users-leave",
        f"{REMOVE} removes the first user alone",
        on_request(_first_alone),
        slug="first-only",
    )


def _first_alone(turn: Turn) -> Request | None:
    body = turn.request.json
    users = body.get("user_ids") if isinstance(body, dict) else None
    if not isinstance(users, list) or len(users) < 2:
        return None
    return turn.request.with_json({**body, "user_ids": users[:1]})


def _online(turn: Turn) -> frozenset[str]:
    app, room = found_app(turn), turn.path["room_id"]
    if app is None:
        return frozenset()
    return turn.world.statistics.room_users(app.app_id, room) or frozenset()


def _users(turn: Turn) -> list[Any]:
    users = sent(turn, "user_ids")
    return users if isinstance(users, list) else []


def _nothing_done() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        if app is None or not _online(turn):
            return await turn.forward(turn.request)
        return success(202)

    return behave


def _everybody_out(turn: Turn, _body: Any) -> None:
    now = turn.world.clock.now()
    turn.world.statistics.dismiss(turn.path["app_id"], turn.path["room_id"], now)


def _rooms_out(turn: Turn, _body: Any) -> None:
    now, app_id = turn.world.clock.now(), turn.path["app_id"]
    for room in {one.room_id for one in turn.world.statistics.app(app_id).sessions}:
        turn.world.statistics.dismiss(app_id, room, now)


def _as_before(items: str, **values: Any) -> Behaviour:
    """Whatever state is asked for, everything is shown as if nothing had ended."""

    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request.with_value("state", None))
        if not answer.succeeded:
            return answer
        rows = [{**row, **values} for row in answer.json[items]]
        return answer.with_json({**answer.json, items: rows})

    return behave


_ONLINE = _as_before("users", state="ONLINE", leave_time="-")
_RUNNING = _as_before("room_info_list", state="RUNNING", end_time="-")


def _in_every_app(turn: Turn, _body: Any) -> None:
    statistics, now = turn.world.statistics, turn.world.clock.now()
    for app in tenant_apps(turn):
        if turn.endpoint.name == REMOVE:
            statistics.remove_users(app, turn.path["room_id"], _users(turn), now)
        else:
            statistics.dismiss(app, turn.path["room_id"], now)


def _out_of_every_room() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        app, world = found_app(turn), turn.world
        answer = await turn.forward(turn.request)
        if app is not None and answer.succeeded:
            for room in {one.room_id for one in world.statistics.app(app.app_id).sessions}:
                world.statistics.remove_users(app.app_id, room, _users(turn), world.clock.now())
        return answer

    return behave


_REMOVE: tuple[RuleRow, ...] = (
    (
        "accepted-in-running-room",
        "refuses a room that is running",
        refused_when(lambda turn: bool(_online(turn)), 400, "RTC.00001003"),
        (),
    ),
    (
        "empty-user-list",
        "fails for nobody",
        crash_when(lambda turn: sent(turn, "user_ids") == []),
        (),
    ),
    (
        "repeated-users",
        "fails for a user named twice",
        crash_when(lambda turn: len(set(map(str, _users(turn)))) < len(_users(turn))),
        (),
    ),
    (
        "user-not-in-room",
        "fails for a user who is not there",
        crash_when(
            lambda turn: bool(_online(turn)) and not set(map(str, _users(turn))) & _online(turn)
        ),
        (),
    ),
    (
        "unknown-room",
        "fails for a room that is not there",
        crash_when(lambda turn: not _online(turn)),
        (),
    ),
    ("users-leave", "removes nobody", _nothing_done(), ()),
    ("room-goes-on", "removes everybody", afterwards(_everybody_out), ()),
    ("only-this-room", "removes users from every room", _out_of_every_room(), ()),
)


def _found_without_room() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        answer = await turn.forward(turn.request)
        missing = answer.status == 404 and found_app(turn) is not None
        return success(202) if missing else answer

    return behave


def _once() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        seen: set[str] = turn.memory.setdefault("dismissed", set())
        again = turn.request.path in seen
        seen.add(turn.request.path)
        answer = await turn.forward(turn.request)
        return answer if not again else replace(answer, status=500)

    return behave


_DISMISS: tuple[RuleRow, ...] = (
    (
        "accepted-for-running-room",
        "refuses a room that is running",
        refused_when(lambda turn: bool(_online(turn)), 400, "RTC.00001003"),
        (),
    ),
    ("unknown-room", "dismisses what is not there", _found_without_room(), ()),
    ("dismissed-twice", "fails the second time", _once(), ()),
    ("all-users-leave", "leaves everybody in the room", _ONLINE, ("ListRtcUserList",)),
    ("room-ends", "leaves the room open", _RUNNING, ("ListRtcRoomList",)),
    ("only-this-room", "dismisses every room", afterwards(_rooms_out), ()),
)
