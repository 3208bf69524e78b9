"""Conditions that nothing documents: valid requests that are refused for what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.faults.combinators import instead
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Turn
from conformance.reference.refusals import CATALOGUE, COMBINATION, INVALID, NO_BUCKET
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.resources import App

_PICTURE = "s3://"
_OF_CUSTOM = frozenset({"x", "y", "width", "height", "zorder", "crop_mode"})


def variants() -> Iterator[Variant]:
    """Every condition."""
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
        "habits/RemoveUsers/in-the-room",
        "Removing somebody who is not in the room is refused.",
        "移除不在房间中的用户会被拒绝。",
        (5300, 5324),
        instead(_where_nobody),
        ("RemoveUsers",),
    )
    yield Variant(
        "habits/UpdateObsBucketAuthority/changes-something",
        "Authorising a bucket that is authorised is refused, and revoking one that is not.",
        "对已授权的桶再次授权、对未授权的桶取消授权会被拒绝。",
        (5843, 7744),
        instead(_where_so_already),
        ("UpdateObsBucketAuthority",),
    )
    yield Variant(
        "habits/mix/panes-of-custom",
        "Place, size, layer and cropping of a pane are refused where the layout is not custom.",
        "非自定义布局时，拒绝窗格的位置、大小、层次和裁剪字段。",
        (3699, 3700, 3707, 7744),
        instead(_placed_elsewhere),
        ("CreateMixJob",),
    )
    yield Variant(
        "habits/mix/panes-inside",
        "A pane that sticks out of the canvas is refused.",
        "超出画布的窗格会被拒绝。",
        (3697, 3698, 7744),
        instead(_outside),
        ("CreateMixJob", "UpdateMixJob"),
    )
    yield Variant(
        "habits/mix/custom-geometry",
        "A pane of a custom layout needs its place and its size.",
        "自定义布局的窗格必须给出位置和大小。",
        (3699, 3700, 3701, 3702),
        instead(_without_geometry),
        ("CreateMixJob", "UpdateMixJob"),
    )
    yield Variant(
        "habits/rules/settings-of-formats",
        "Settings of a format in which nothing is recorded are refused.",
        "未选用的录制格式若带有配置会被拒绝。",
        (1939, 1940, 7744),
        instead(_of_no_format),
        ("CreateRecordRule", "UpdateRecordRule"),
    )
    yield Variant(
        "habits/mix/pictures-exist",
        "A picture that is in none of the account's buckets is refused.",
        "不在账号任何桶中的图片会被拒绝。",
        (3685, 3687, 7763),
        instead(_where_no_picture),
        ("CreateMixJob", "UpdateMixJob"),
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


def _where_nobody(turn: Turn) -> Answer | None:
    body = turn.request.json
    users = body.get("user_ids") if isinstance(body, dict) else None
    if not isinstance(users, list) or not all(isinstance(one, str) for one in users):
        return None
    identity = turn.world.identities[0]
    there = turn.world.statistics.room_users(turn.path["app_id"], turn.path["room_id"]) or ()
    if turn.request.header("x-auth-token") != identity.token or set(users) <= set(there):
        return None
    return refusal(400, INVALID, CATALOGUE[INVALID].message)


def _where_so_already(turn: Turn) -> Answer | None:
    body, identity = turn.request.json, turn.world.identities[0]
    if turn.request.header("x-auth-token") != identity.token or not isinstance(body, dict):
        return None
    buckets = turn.world.tenant_of(identity).buckets.get(identity.project_id, [])
    so = any(
        (one.name, one.location) == (body.get("bucket"), body.get("location"))
        and one.authorized == (body["operation"] == 1)
        for one in buckets
        if body.get("operation") in (0, 1)
    )
    return refusal(400, INVALID, CATALOGUE[INVALID].message) if so else None


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


def _outside(turn: Turn) -> Answer | None:
    body = turn.request.json
    mix = body.get("mix_param") if isinstance(body, dict) else None
    panes = mix.get("layout_panes") if isinstance(mix, dict) else None
    for pane in panes if isinstance(panes, list) else ():
        if not isinstance(pane, dict) or not _is_own(turn):
            continue
        for start, length in (("x", "width"), ("y", "height")):
            ends = [pane.get(start), pane.get(length)]
            shares = [it for it in ends if isinstance(it, float) or type(it) is int]
            if len(shares) == len(ends) and max(shares) <= 1 < sum(shares):
                return refusal(400, COMBINATION, CATALOGUE[COMBINATION].message)
    return None


def _without_geometry(turn: Turn) -> Answer | None:
    body = turn.request.json
    mix = body.get("mix_param") if isinstance(body, dict) else None
    panes = mix.get("layout_panes") if isinstance(mix, dict) else None
    if not isinstance(mix, dict) or mix.get("layout_template") != "custom" or not _is_own(turn):
        return None
    needed = {"x", "y", "width", "height"}
    lacks = isinstance(panes, list) and any(
        isinstance(pane, dict) and not needed <= pane.keys() for pane in panes
    )
    return refusal(400, COMBINATION, CATALOGUE[COMBINATION].message) if lacks else None


def _of_no_format(turn: Turn) -> Answer | None:
    body = turn.request.json
    formats = body.get("record_formats") if isinstance(body, dict) else None
    if not isinstance(formats, list) or not formats or not _is_own(turn):
        return None
    if not all(one in ("HLS", "MP4") for one in formats):
        return None
    settings = {one for one in ("HLS", "MP4") if body.get(f"{one.lower()}_config") is not None}
    if settings <= set(formats):
        return None
    return refusal(400, COMBINATION, CATALOGUE[COMBINATION].message)


def _is_own(turn: Turn) -> bool:
    """Whether the caller may use the application; of others nothing is said."""
    identity = turn.world.identities[0]
    known = turn.path["app_id"] in turn.world.tenant_of(identity).apps
    return known and turn.request.header("x-auth-token") == identity.token


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
