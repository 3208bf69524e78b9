"""Habits of a service that nothing documents: forms of ids, how fast a job starts, conditions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from conformance.faults.combinators import instead, on_request
from conformance.faults.messages import Answer, Request, refusal
from conformance.faults.middleware import Turn
from conformance.reference.ids import Ids
from conformance.reference.refusals import CATALOGUE, INVALID
from conformance.variants.edits import each_object
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.resources import App
    from conformance.reference.world import World


_ACCEPTED = ("RemoveUsers", "RemoveRoom")
_REMOVAL = "/batch-remove-users"
_LATER = timedelta(seconds=2)
_STREAM = ("CreateIndividualStreamJob", "ShowIndividualStreamJob", "UpdateIndividualStreamJob")


class _Numbers(Ids):
    def resource(self) -> str:
        return str(int(super().resource(), 16))


class _Digits(Ids):
    def resource(self) -> str:
        return str(10**15 + int(super().resource(), 16) % 10**15)


class _Uuids(Ids):
    def resource(self) -> str:
        return str(uuid.UUID(super().resource()))


class _Short(Ids):
    def resource(self) -> str:
        return super().resource()[:24]


class _Capitals(Ids):
    def resource(self) -> str:
        return super().resource().upper()


class _RequestUuids(Ids):
    def request(self) -> str:
        return str(uuid.UUID(super().request()))


class _LongRequests(Ids):
    def request(self) -> str:
        return f"cn-north-4.{super().request()}.{super().request()}"


def variants() -> Iterator[Variant]:
    """Every habit."""
    yield from _ids()
    yield from _policies()
    yield from _conditions()
    yield from _rooms()
    yield from _requests()


def _ids() -> Iterator[Variant]:
    resources: tuple[tuple[str, type[Ids], str, str, tuple[int, ...]], ...] = (
        ("numbers", _Numbers, "long numbers", "长数字", (993, 1042)),
        ("uuids", _Uuids, "UUIDs with hyphens", "带连字符的 UUID", (993,)),
        ("short", _Short, "24 digits long", "24 位字符", (993, 1215)),
        ("capitals", _Capitals, "written with capitals", "大写字母", (993,)),
    )
    for slug, kind, how, chinese, lines in resources:
        yield Variant(
            f"habits/ids/{slug}",
            f"Ids of applications, rules and jobs are {how}.",
            f"应用、规则和任务的 ID 为{chinese}。",
            lines,
            prepare=_with_ids(kind),
            aspect="ids",
        )
    yield Variant(
        "habits/ids/json-numbers",
        "Ids are digits, and the answers of chapter 10 have them as numbers, as its examples do.",
        "ID 由数字组成，第 10 章的响应按其示例以数值形式返回。",
        (4752, 5205),
        each_object("job_id", _as_numbers),
        _STREAM,
        prepare=_with_ids(_Digits),
        aspect="ids",
    )
    requests: tuple[tuple[str, type[Ids], str, str], ...] = (
        ("uuids", _RequestUuids, "UUIDs", "UUID"),
        ("long", _LongRequests, "long texts with points", "带点的长字符串"),
    )
    for slug, kind, how, chinese in requests:
        yield Variant(
            f"habits/request-ids/{slug}",
            f"Ids of requests are {how}.",
            f"请求 ID 为{chinese}。",
            (986,),
            prepare=_with_ids(kind),
            aspect="ids",
        )


def _as_numbers(job: dict[str, Any]) -> dict[str, Any]:
    ids = {name: job[name] for name in ("job_id", "app_id", "room_id")}
    return {**job, **{name: int(one) for name, one in ids.items() if one.isdecimal()}}


def _with_ids(kind: type[Ids]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.ids = kind(7)

    return prepare


def _policies() -> Iterator[Variant]:
    rows: tuple[tuple[str, dict[str, Any], str, str, tuple[int, ...]], ...] = (
        ("runs-at-once", {"init_seconds": 0.0}, "A job runs at once.", "任务立即运行。", (3965,)),
        (
            "starts-slowly",
            {"init_seconds": 1.0},
            "A job takes a second to start.",
            "任务启动需要一秒。",
            (7760,),
        ),
        (
            "three-jobs",
            {"max_open_jobs": 3},
            "An application has three unfinished jobs at most.",
            "每个应用最多有三个未完成的任务。",
            (7747,),
        ),
        (
            "token-alone",
            {"signed_everywhere": False},
            "Where tables list a token alone, a signature is refused.",
            "表格只列出 Token 的接口拒绝签名请求。",
            (5528, 7441),
        ),
        (
            "unreachable",
            {"unreachable_hosts": (".invalid", "mydomain.com")},
            "A callback address that nobody answers at is refused.",
            "拒绝无法访问的回调地址。",
            (7754,),
        ),
        (
            "fifty-apps",
            {"max_apps": 50},
            "An account may have fifty applications.",
            "账号最多可创建五十个应用。",
            (7753,),
        ),
    )
    for slug, changes, title, chinese, lines in rows:
        yield Variant(
            f"habits/jobs/{slug}" if "job" in title else f"habits/account/{slug}",
            title,
            chinese,
            lines,
            prepare=_with_policies(changes),
            aspect=f"policy/{next(iter(changes))}",
        )


def _with_policies(changes: dict[str, Any]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.policies = replace(world.policies, **changes)

    return prepare


def _conditions() -> Iterator[Variant]:
    yield Variant(
        "habits/StartApp/enabled-already",
        "Enabling an application that is enabled is refused.",
        "启用已启用的应用会被拒绝。",
        (7741,),
        instead(_where_active),
        ("StartApp",),
    )
    yield Variant(
        "habits/DeleteApp/only-stopped",
        "Only an application that was stopped is deleted.",
        "只能删除已停用的应用。",
        (1591, 1596),
        instead(_where_active),
        ("DeleteApp",),
    )
    yield Variant(
        "habits/DeleteApp/only-without-rules",
        "Only an application without recording rules is deleted.",
        "只能删除没有录制规则的应用。",
        (1591, 1596),
        instead(_where_rules),
        ("DeleteApp",),
    )
    yield Variant(
        "habits/DeleteApp/still-shown",
        "A deleted application is still shown and listed, in state DELETED.",
        "已删除的应用仍可查询并出现在列表中，状态为 DELETED。",
        (1138, 1339),
        _deleted_shown,
        ("DeleteApp", "ShowApp", "ListApps"),
    )
    yield Variant(
        "habits/account/others",
        "Somebody else creates an application and deletes the one before, with every request.",
        "每次请求时，他人都会创建一个应用并删除前一个。",
        (1074,),
        _others_at_work,
    )


def _where_active(turn: Turn) -> Answer | None:
    return _where(turn, lambda app: app.active)


def _where_rules(turn: Turn) -> Answer | None:
    return _where(turn, lambda app: bool(app.rules))


def _where(turn: Turn, holds: Callable[[App], bool]) -> Answer | None:
    """A refusal, where it holds of the caller's application; else the answer as ever."""
    identity = turn.world.identities[0]
    if turn.request.header("x-auth-token") != identity.token:
        return None
    app = turn.world.tenant_of(identity).apps.get(turn.path["app_id"])
    if app is None or not holds(app):
        return None
    return refusal(400, INVALID, CATALOGUE[INVALID].message)


async def _deleted_shown(turn: Turn) -> Answer:
    """Remember what was deleted as it was, of whoever did it; show it to them and list it last."""
    request, gone = turn.request, turn.memory.setdefault(turn.request.header("x-auth-token"), {})
    if turn.endpoint.name == "ListApps":
        return await _listed_with(turn, list(gone.values()))
    app_id = turn.path["app_id"]
    if turn.endpoint.name == "DeleteApp":
        before = await turn.forward(replace(request, method="GET", body=b""))
        answer = await turn.forward(request)
        if answer.status == 204 and before.succeeded:
            state = {**before.json["state"], "state": "DELETED"}
            gone[app_id] = {**before.json, "state": state}
        return answer
    answer = await turn.forward(request)
    return answer if answer.status != 404 or app_id not in gone else _success(answer, gone[app_id])


async def _listed_with(turn: Turn, gone: list[Any]) -> Answer:
    answer = await turn.forward(turn.request)
    if not answer.succeeded or turn.request.value("state") is not None:
        return answer
    whole = await turn.forward(turn.request.with_value("offset", None).with_value("limit", "100"))
    rows = [*whole.json["apps"], *gone]
    limit, page = (int(turn.request.value(name) or 0) for name in ("limit", "offset"))
    size = limit or 100
    shown = rows[page * size : (page + 1) * size]
    return answer.with_json({**answer.json, "count": len(rows), "apps": shown})


def _success(answer: Answer, body: Any) -> Answer:
    return replace(answer.with_json(body), status=200)


async def _others_at_work(turn: Turn) -> Answer:
    world = turn.world
    apps = world.tenant_of(world.identities[0]).apps
    for app_id in [key for key, app in apps.items() if app.name == "of somebody else"]:
        del apps[app_id]
    if apps:
        app_id, first = world.ids.resource(), next(iter(apps.values()))
        fresh = replace(first, app_id=app_id, name="of somebody else", created=world.clock.now())
        apps[app_id] = replace(fresh, rules={}, jobs={}, open_jobs=[], callback=None)
    return await turn.forward(turn.request)


def _rooms() -> Iterator[Variant]:
    yield Variant(
        "habits/rooms/later",
        "Users leave and rooms end two seconds after the answer 202.",
        "用户离开和房间解散在返回 202 两秒之后才发生。",
        (5375, 5502, 7715),
        _carried_out_later,
    )


async def _carried_out_later(turn: Turn) -> Answer:
    """Carry out what is due, then answer; a removal or dismissal that is accepted waits."""
    request, waiting = turn.request, turn.memory.setdefault("waiting", [])
    now = turn.world.clock.now()
    for due, earlier in [one for one in waiting if one[0] <= now]:
        waiting.remove((due, earlier))
        await turn.forward(earlier)
    if turn.endpoint.name not in _ACCEPTED or request.header("x-auth-token") is None:
        return await turn.forward(request)
    nobody = {"user_ids": ["nobody-of-this-name"]}
    path = f"{request.path.removesuffix(_REMOVAL)}{_REMOVAL}"
    tried = replace(request.with_json(nobody), method="POST", path=path)
    if turn.endpoint.name == "RemoveUsers" and not _names_users(request.json):
        return await turn.forward(request)
    answer = await turn.forward(tried)
    if answer.status != HTTPStatus.ACCEPTED:
        return await turn.forward(request)
    waiting.append((now + _LATER, request))
    return answer


def _names_users(body: Any) -> bool:
    users = body.get("user_ids") if isinstance(body, dict) else None
    return isinstance(users, list) and bool(users) and all(isinstance(one, str) for one in users)


def _requests() -> Iterator[Variant]:
    yield Variant(
        "habits/project-beside-token",
        "X-Project-Id is not looked at beside a token.",
        "使用 Token 时不检查 X-Project-Id。",
        (973,),
        on_request(_without_project),
    )


def _without_project(turn: Turn) -> Request:
    if turn.request.header("x-auth-token") is None:
        return turn.request
    kept = tuple(one for one in turn.request.headers if one[0].lower() != b"x-project-id")
    return replace(turn.request, headers=kept)
