"""Effects that come late, stay visible, or are of somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from conformance.faults.messages import Answer
from conformance.faults.middleware import Turn
from conformance.variants.model import Variant

_ACCEPTED = ("RemoveUsers", "RemoveRoom")
_REMOVAL = "/batch-remove-users"
_LATER = timedelta(seconds=2)


def variants() -> Iterator[Variant]:
    """Every effect."""
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
    yield Variant(
        "habits/rooms/later",
        "Users leave and rooms end two seconds after the answer 202.",
        "用户离开和房间解散在返回 202 两秒之后才发生。",
        (5375, 5502, 7715),
        _carried_out_later,
    )


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
    signed = turn.request.header("authorization") is not None
    if not answer.succeeded or turn.request.value("state") is not None or signed:
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
