"""Conditions that nothing documents: valid requests that are refused for what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.faults.combinators import instead
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Turn
from conformance.model import field_path
from conformance.reference.refusals import (
    CATALOGUE,
    COMBINATION,
    INVALID,
    NO_BUCKET,
    NO_LAYOUT,
    NO_REGION,
    NO_RULE,
)
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.resources import App

_PICTURE = "s3://"
_GEOMETRY = frozenset({"x", "y", "width", "height"})
_OF_CUSTOM = _GEOMETRY | {"zorder", "crop_mode"}
_FIXED = ("nine_grids_view", "screen_share_left", "screen_share_right")
_FORMATS = ("HLS", "MP4")
_OF_A_RULE = (("obs_addr.location", NO_REGION, 400), ("obs_addr.bucket", NO_BUCKET, 404))
_OF_A_JOB = (("record_param.record_rule_id", NO_RULE, 404),)
_OF_A_MIX = (*_OF_A_JOB, ("mix_param.layout_template", NO_LAYOUT, 400))
_NAMES: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "CreateRecordRule": _OF_A_RULE,
    "UpdateRecordRule": _OF_A_RULE,
    "UpdateAutoRecord": (("record_rule_id", NO_RULE, 404),),
    "CreateMixJob": _OF_A_MIX,
    "UpdateMixJob": (_OF_A_MIX[-1],),
    "CreateIndividualStreamJob": _OF_A_JOB,
    "UpdateIndividualStreamJob": _OF_A_JOB,
    "UpdateObsBucketAuthority": (("location", NO_REGION, 400), ("bucket", NO_BUCKET, 404)),
}
"""Fields that name something, and how a name that nothing has is refused."""


_Condition = Callable[[Turn], Answer | None]


def variants() -> Iterator[Variant]:
    """Every condition."""
    rows: tuple[tuple[str, tuple[str, ...], str, str, tuple[int, ...], _Condition], ...] = (
        (
            "StartApp/enabled-already",
            ("StartApp",),
            "Enabling an application that is enabled is refused.",
            "启用已启用的应用会被拒绝。",
            (7741,),
            _where_active,
        ),
        (
            "DeleteApp/only-stopped",
            ("DeleteApp",),
            "Only an application that was stopped is deleted.",
            "只能删除已停用的应用。",
            (1591, 1596),
            _where_active,
        ),
        (
            "DeleteApp/only-without-rules",
            ("DeleteApp",),
            "Only an application without recording rules is deleted.",
            "只能删除没有录制规则的应用。",
            (1591, 1596),
            _where_rules,
        ),
        (
            "RemoveUsers/in-the-room",
            ("RemoveUsers",),
            "Removing somebody who is not in the room is refused.",
            "移除不在房间中的用户会被拒绝。",
            (5300, 5324),
            _where_nobody,
        ),
        (
            "UpdateObsBucketAuthority/changes-something",
            ("UpdateObsBucketAuthority",),
            "Authorising a bucket that is authorised is refused, and revoking one that is not.",
            "对已授权的桶再次授权、对未授权的桶取消授权会被拒绝。",
            (5843, 7744),
            _where_so_already,
        ),
        (
            "mix/panes-of-custom",
            ("CreateMixJob",),
            "Place, size, layer and cropping of a pane are refused where the layout is not custom.",
            "非自定义布局时，拒绝窗格的位置、大小、层次和裁剪字段。",
            (3699, 3700, 3707, 7744),
            _placed_elsewhere,
        ),
        (
            "mix/panes-inside",
            ("CreateMixJob", "UpdateMixJob"),
            "A pane that sticks out of the canvas is refused.",
            "超出画布的窗格会被拒绝。",
            (3697, 3698, 7744),
            _outside,
        ),
        (
            "mix/custom-geometry",
            ("CreateMixJob", "UpdateMixJob"),
            "A pane of a custom layout needs its place and its size.",
            "自定义布局的窗格必须给出位置和大小。",
            (3699, 3700, 3701, 3702),
            _without_geometry,
        ),
        (
            "rules/settings-of-formats",
            ("CreateRecordRule", "UpdateRecordRule"),
            "Settings of a format in which nothing is recorded are refused.",
            "未选用的录制格式若带有配置会被拒绝。",
            (1939, 1940, 7744),
            _of_no_format,
        ),
        (
            "body/numbers-are-names",
            tuple(_NAMES),
            "A number where something is named is looked up like any other name, and not found.",
            "以名称引用资源的字段若为数字，则按名称查找，结果为不存在。",
            (7749, 7750, 7762, 7763),
            _named_by_a_number,
        ),
        (
            "mix/pictures-exist",
            ("CreateMixJob", "UpdateMixJob"),
            "A picture that is in none of the account's buckets is refused.",
            "不在账号任何桶中的图片会被拒绝。",
            (3685, 3687, 7763),
            _where_no_picture,
        ),
    )
    for label, operations, english, chinese, lines, refused in rows:
        yield Variant(f"habits/{label}", english, chinese, lines, instead(refused), operations)


def _where_active(turn: Turn) -> Answer | None:
    app = _own_app(turn)
    return _refused(INVALID) if app is not None and app.active else None


def _where_rules(turn: Turn) -> Answer | None:
    app = _own_app(turn)
    return _refused(INVALID) if app is not None and app.rules else None


def _where_nobody(turn: Turn) -> Answer | None:
    users = _body(turn).get("user_ids")
    if not isinstance(users, list) or not all(isinstance(one, str) for one in users):
        return None
    there = turn.world.statistics.room_users(turn.path["app_id"], turn.path["room_id"]) or ()
    return _refused(INVALID) if _is_ours(turn) and not set(users) <= set(there) else None


def _where_so_already(turn: Turn) -> Answer | None:
    identity, body = turn.world.identities[0], _body(turn)
    if not _is_ours(turn) or body.get("operation") not in (0, 1):
        return None
    buckets = turn.world.tenant_of(identity).buckets.get(identity.project_id, [])
    so = any(
        (one.name, one.location) == (body.get("bucket"), body.get("location"))
        and one.authorized == (body["operation"] == 1)
        for one in buckets
    )
    return _refused(INVALID) if so else None


def _placed_elsewhere(turn: Turn) -> Answer | None:
    template, panes = _layout(turn)
    placed = any(not _OF_CUSTOM.isdisjoint(pane) for pane in panes)
    return _refused(COMBINATION) if template in _FIXED and placed else None


def _outside(turn: Turn) -> Answer | None:
    _, panes = _layout(turn)
    edges = (("x", "width"), ("y", "height"))
    outside = any(_exceeds(pane.get(a), pane.get(b)) for pane in panes for a, b in edges)
    return _refused(COMBINATION) if outside and _own_app(turn) is not None else None


def _without_geometry(turn: Turn) -> Answer | None:
    template, panes = _layout(turn)
    lacks = any(not pane.keys() >= _GEOMETRY for pane in panes)
    known = template == "custom" and _own_app(turn) is not None
    return _refused(COMBINATION) if known and lacks else None


def _of_no_format(turn: Turn) -> Answer | None:
    body = _body(turn)
    formats = body.get("record_formats")
    if not isinstance(formats, list) or not formats or _own_app(turn) is None:
        return None
    settings = {one for one in _FORMATS if body.get(f"{one.lower()}_config") is not None}
    known = all(one in _FORMATS for one in formats)
    return _refused(COMBINATION) if known and not settings <= set(formats) else None


def _where_no_picture(turn: Turn) -> Answer | None:
    tenant = turn.world.tenant_of(turn.world.identities[0])
    there = {
        f"{_PICTURE}{bucket.name}/{one.name}"
        for buckets in tenant.buckets.values()
        for bucket in buckets
        for one in bucket.objects
    }
    named = {text for text in _texts(turn.request.json) if text.startswith(_PICTURE)}
    return _refused(NO_BUCKET, 404) if named - there else None


def _named_by_a_number(turn: Turn) -> Answer | None:
    if not _is_ours(turn) or ("app_id" in turn.path and _own_app(turn) is None):
        return None
    for path, code, status in _NAMES[turn.endpoint.name]:
        value = field_path.read(_body(turn), path)
        if type(value) is int:
            return _refused(code, status)
    return None


def _refused(code: str, status: int = 400) -> Answer:
    return refusal(status, code, CATALOGUE[code].message)


def _is_ours(turn: Turn) -> bool:
    """Whether the request has the token that a run is given."""
    return turn.request.header("x-auth-token") == turn.world.identities[0].token


def _own_app(turn: Turn) -> App | None:
    """The application of the path, if the caller may use it; of others nothing is said."""
    if not _is_ours(turn):
        return None
    return turn.world.tenant_of(turn.world.identities[0]).apps.get(turn.path["app_id"])


def _body(turn: Turn) -> Mapping[str, Any]:
    """The body, or nothing where it is no object."""
    body = turn.request.json
    return body if isinstance(body, dict) else {}


def _layout(turn: Turn) -> tuple[Any, list[dict[str, Any]]]:
    """The template of a mix and its panes, as far as they are objects."""
    mix = _body(turn).get("mix_param")
    if not isinstance(mix, dict):
        return None, []
    panes = mix.get("layout_panes")
    listed = panes if isinstance(panes, list) else []
    return mix.get("layout_template"), [pane for pane in listed if isinstance(pane, dict)]


def _exceeds(start: Any, length: Any) -> bool:
    """Whether two shares, each of which fits, are more than the whole."""
    shares = [it for it in (start, length) if isinstance(it, float) or type(it) is int]
    return len(shares) == 2 and max(shares) <= 1 < sum(shares)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
    elif isinstance(value, str):
        yield value
