"""Faults of chapters 11 and 12: rooms, and OBS buckets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    afterwards,
    breaking,
    crash_when,
    every_other,
    found_app,
    lost,
    refused_when,
    shown,
)
from conformance.faults.messages import Answer, Request, success
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import sent

BUCKETS, OBJECTS = "ListObsBuckets", "ListObsBucketObjects"
AUTHORISE = "UpdateObsBucketAuthority"
REMOVE, DISMISS = "RemoveUsers", "RemoveRoom"


def faults() -> Iterator[Fault]:
    """Every fault of a rule of chapters 11 and 12."""
    for operation, rows in (
        (REMOVE, _REMOVE),
        (DISMISS, _DISMISS),
        (BUCKETS, _BUCKETS),
        (OBJECTS, _OBJECTS),
        (AUTHORISE, _AUTHORISE),
    ):
        for rule, title, behaviour, operations in rows:
            yield breaking(
                f"{operation}/rule/{rule}", f"{operation} {title}", behaviour, *operations
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


Row = tuple[str, str, Behaviour, tuple[str, ...]]


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


def _out_of_every_room() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        app, world = found_app(turn), turn.world
        answer = await turn.forward(turn.request)
        if app is not None and answer.succeeded:
            for room in {one.room_id for one in world.statistics.app(app.app_id).sessions}:
                world.statistics.remove_users(app.app_id, room, _users(turn), world.clock.now())
        return answer

    return behave


_REMOVE: tuple[Row, ...] = (
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


_DISMISS: tuple[Row, ...] = (
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


def _one_more(_turn: Turn, body: Any) -> Any:
    return {**body, "count": body["count"] + 1}


def _twice(items: str) -> Behaviour:
    def change(_turn: Turn, body: Any) -> Any:
        rows = [*body[items][:1], *body[items]]
        return {**body, items: rows, "count": len(rows)}

    return shown(change)


def _turned(items: str) -> Behaviour:
    def change(_turn: Turn, body: Any) -> Any:
        rows = body[items][1:]
        return {**body, items: rows, "count": len(rows)}

    return every_other(change)


def _bare(_turn: Turn, body: Any) -> Any:
    return {**body, "objects": [{"file_name": one["file_name"]} for one in body["objects"]]}


def _in_bytes(_turn: Turn, body: Any) -> Any:
    rows = [
        {**row, "size": row["size"] * 1024} if "size" in row else row for row in body["objects"]
    ]
    return {**body, "objects": rows}


def _as_objects(turn: Turn) -> Request:
    return turn.request.with_value("type", "objects")


def _without_prefix(turn: Turn) -> Request:
    return turn.request.with_value("prefix", None)


def _unmatched_refused(turn: Turn) -> bool:
    prefix, bucket = turn.request.value("prefix") or "", turn.request.value("bucket")
    found = [one for one in _buckets_of(turn) if one.name == bucket]
    return bool(prefix) and not any(
        item.name.startswith(prefix) for one in found for item in one.objects
    )


def _of_another(_turn: Turn, body: Any) -> Any:
    rows = body["buckets"]
    others = [{**row, "bucket": f"{row['bucket']}-of-another"} for row in rows[:1]]
    return {**body, "count": len(rows) + len(others), "buckets": [*rows, *others]}


def _where_it_is(turn: Turn) -> Request | None:
    """The request with the region that the bucket is in."""
    found = [one for one in _buckets_of(turn) if one.name == turn.request.value("bucket")]
    return turn.request.with_value("location", found[0].location) if found else None


_BUCKETS: tuple[Row, ...] = (
    ("count-equals-items", "counts one too many", shown(_one_more), ()),
    ("listed-buckets-exist", "lists what is another tenant's", shown(_of_another), ()),
    ("buckets-unique", "lists a bucket twice", _twice("buckets"), ()),
    ("reading-changes-nothing", "loses a bucket every second time", _turned("buckets"), ()),
)
_OBJECTS: tuple[Row, ...] = (
    ("count-equals-items", "counts one too many", shown(_one_more), ()),
    ("objects-have-size-and-date", "answers names alone", shown(_bare), ()),
    ("size-in-kilobytes", "shows sizes in bytes", shown(_in_bytes), ()),
    ("folders-are-not-objects", "lists objects for folders", on_request(_as_objects), ()),
    ("prefix-narrows", "does not look at prefix", on_request(_without_prefix), ()),
    ("bucket-in-other-region", "does not look at location", on_request(_where_it_is), ()),
    (
        "prefix-without-match",
        "refuses a prefix that nothing has",
        refused_when(_unmatched_refused, 404, "RTC.00001014"),
        (),
    ),
    ("items-unique", "lists an item twice", _twice("objects"), ()),
    ("reading-changes-nothing", "loses an item every second time", _turned("objects"), ()),
)


def _buckets_of(turn: Turn) -> list[Any]:
    return turn.world.tenant_of(turn.world.identities[0]).buckets[
        turn.world.identities[0].project_id
    ]


def _flip_others(turn: Turn, _body: Any) -> None:
    for bucket in _buckets_of(turn):
        if bucket.name != sent(turn, "bucket"):
            bucket.authorized = sent(turn, "operation") == 1


def _flip_all(turn: Turn, _body: Any) -> None:
    for bucket in () if turn.memory else _buckets_of(turn):
        bucket.authorized = not bucket.authorized
    turn.memory["flipped"] = True


def _named_too(turn: Turn, _body: Any) -> None:
    """Carry it out for whoever has the project that is named."""
    for tenant in turn.world.tenants.values():
        for bucket in tenant.buckets.get(str(sent(turn, "project_id")), ()):
            if bucket.name == sent(turn, "bucket"):
                bucket.authorized = sent(turn, "operation") == 1


def _already(turn: Turn) -> bool:
    wanted = sent(turn, "operation") == 1
    return any(
        one.name == sent(turn, "bucket") and one.authorized is wanted for one in _buckets_of(turn)
    )


def _post_as_put() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        known = turn.request.method == "POST" and turn.request.path.endswith(
            "/buckets/authentication"
        )
        return await turn.forward(replace(turn.request, method="PUT") if known else turn.request)

    return behave


_AUTHORISE: tuple[Row, ...] = (
    ("authorise-is-listed", "grants nothing", lost(lambda turn: sent(turn, "operation") == 1), ()),
    ("revoke-is-listed", "revokes nothing", lost(lambda turn: sent(turn, "operation") == 0), ()),
    ("twice-is-harmless", "fails when there is nothing to do", crash_when(_already), ()),
    ("only-this-bucket", "changes other buckets", afterwards(_flip_others), ()),
    (
        "refused-changes-nothing",
        "changes buckets when it refuses",
        afterwards(_flip_all, refused=True),
        (),
    ),
    ("other-tenant-unchanged", "changes what project_id names", afterwards(_named_too), ()),
    ("put-with-version", "is carried out by POST too", _post_as_put(), ("*",)),
)
