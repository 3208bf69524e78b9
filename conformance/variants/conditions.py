"""Conditions that nothing documents: what has to be before something is deleted, shown or done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from conformance.faults.combinators import instead
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Turn
from conformance.reference.refusals import CATALOGUE, COMBINATION, INVALID, NO_BUCKET
from conformance.variants.edits import each_object, of_every_answer
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.resources import App

_ACCEPTED = ("RemoveUsers", "RemoveRoom")
_REMOVAL = "/batch-remove-users"
_LATER = timedelta(seconds=2)
_PICTURE = "s3://"
_OF_CUSTOM = frozenset({"x", "y", "width", "height", "zorder", "crop_mode"})
_JOBS = tuple(
    f"{verb}{kind}"
    for verb in ("Create", "Show", "Update")
    for kind in ("MixJob", "IndividualStreamJob")
)


def variants() -> Iterator[Variant]:
    """Every condition."""
    yield from _conditions()
    yield from _rooms()
    yield from _more()
    yield Variant(
        "habits/mix/pictures-exist",
        "A picture that is in none of the account's buckets is refused.",
        "不在账号任何桶中的图片会被拒绝。",
        (3685, 3687, 7763),
        instead(_where_no_picture),
        ("CreateMixJob", "UpdateMixJob"),
    )


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


def _more() -> Iterator[Variant]:
    yield Variant(
        "habits/method/no-such-api",
        "A method that a path does not offer is answered like an address that is not there.",
        "路径不支持的方法按不存在的接口处理。",
        (7728, 7736),
        of_every_answer(_not_there),
    )
    yield Variant(
        "habits/jobs/empty-reason",
        "The reason of a job that has not been stopped is an empty text.",
        "任务未停止时 stop_reason 为空字符串。",
        (3741, 4668),
        each_object("stream_name", lambda job: {"stop_reason": "", **job}),
        _JOBS,
    )
    yield Variant(
        "habits/mix/panes-of-custom",
        "Place, size, layer and cropping of a pane are refused where the layout is not custom.",
        "非自定义布局时，拒绝窗格的位置、大小、层次和裁剪字段。",
        (3699, 3700, 3707, 7744),
        instead(_placed_elsewhere),
        ("CreateMixJob",),
    )


def _not_there(answer: Answer) -> Answer:
    if answer.status != HTTPStatus.METHOD_NOT_ALLOWED:
        return answer
    told = {"error_code": "APIGW.0101", "error_msg": "The API does not exist"}
    return answer.with_json(told).with_status(HTTPStatus.NOT_FOUND).with_header("allow")


def _placed_elsewhere(turn: Turn) -> Answer | None:
    body = turn.request.json
    mix = body.get("mix_param") if isinstance(body, dict) else None
    layouts = ("nine_grids_view", "screen_share_left", "screen_share_right")
    if not isinstance(mix, dict) or mix.get("layout_template") not in layouts:
        return None
    panes = mix.get("layout_panes")
    placed = isinstance(panes, list) and any(
        isinstance(pane, dict) and not _OF_CUSTOM.isdisjoint(pane) for pane in panes
    )
    return refusal(400, COMBINATION, CATALOGUE[COMBINATION].message) if placed else None


def _where_no_picture(turn: Turn) -> Answer | None:
    tenant = turn.world.tenant_of(turn.world.identities[0])
    there = {
        f"{_PICTURE}{bucket.name}/{one.name}"
        for buckets in tenant.buckets.values()
        for bucket in buckets
        for one in bucket.objects
    }
    named = {text for text in _texts(turn.request.json) if text.startswith(_PICTURE)}
    return refusal(404, NO_BUCKET, CATALOGUE[NO_BUCKET].message) if named - there else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
    elif isinstance(value, str):
        yield value
