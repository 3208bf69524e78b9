"""Answers of another shape: what was never configured, what lists look like, fields of examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.faults import tree
from conformance.faults.combinators import on_answer, on_body, on_field
from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.middleware import Turn
from conformance.variants.edits import Change, answered, each_object
from conformance.variants.model import Variant
from conformance.variants.passages import PASSAGES

_APPS = ("ListApps", "ShowApp")
_RULES = ("CreateRecordRule", "ListRecordRules", "ShowRecordRule", "UpdateRecordRule")
_MIX = ("CreateMixJob", "ShowMixJob", "UpdateMixJob")
_STREAM = ("CreateIndividualStreamJob", "ShowIndividualStreamJob", "UpdateIndividualStreamJob")
_NEVER = "0001-01-01T00:00:00Z"
_LEFT_OVER: Mapping[str, tuple[Any, int]] = {
    "job_unique_id": ("a77bb33d", 695),
    "push_param": ({"rtmp_urls": None}, 695),
    "record_files": (None, 695),
}
_LISTS = (
    ("ListApps", "apps"),
    ("ListRecordRules", "rules"),
    ("ListObsBuckets", "buckets"),
    ("ListObsBucketObjects", "objects"),
)


def variants() -> Iterator[Variant]:
    """Every other shape of what is answered."""
    yield from _nulls()
    yield from _lists()
    yield from _callbacks()
    yield from _formats()
    yield from _jobs()
    yield from _bodies()
    yield from _sessions()


_NULLS: tuple[tuple[str, str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "rules",
        "A rule has null for the configuration of a format that it does not record.",
        "规则对未录制的格式返回 null。",
        "record_formats",
        ("hls_config", "mp4_config"),
        _RULES,
    ),
    (
        "jobs",
        "A job has null for what it has nothing of: a rule, a reason, a description.",
        "任务没有录制规则、结束原因或描述时返回 null。",
        "job_id",
        ("record_param", "stop_reason", "description"),
        (*_MIX, *_STREAM),
    ),
    (
        "mixes",
        "A mix has null for pictures and panes that were not asked for.",
        "合流未设置的背景图和窗格返回 null。",
        "encode_template",
        ("background_image", "layout_panes", "user_background_images", "layout_template"),
        _MIX,
    ),
)


def _nulls() -> Iterator[Variant]:
    """Null for what may be missing, as the examples of chapter 4 print it."""
    for slug, title, chinese, key, names, operations in _NULLS:
        yield Variant(
            f"shape/{slug}/null",
            title,
            chinese,
            (698, 700),
            each_object(key, _with_nulls(names)),
            operations,
            aspect=f"{slug}/nothing",
        )
    yield Variant(
        "shape/mixes/empty",
        "A mix has empty texts and lists for pictures and panes that were not asked for.",
        "合流未设置的背景图和窗格返回空字符串和空数组。",
        (1234, 1235),
        each_object("encode_template", _with_blanks),
        _MIX,
        aspect="mixes/nothing",
    )


def _with_blanks(found: dict[str, Any]) -> dict[str, Any]:
    texts = ("background_image", "default_user_background_image", "screen_background_image")
    return {**dict.fromkeys(texts, ""), "layout_panes": [], **found}


def _with_nulls(names: tuple[str, ...]) -> Change:
    return lambda found: {**dict.fromkeys(names), **found}


def _bodies() -> Iterator[Variant]:
    for name in ("RemoveUsers", "RemoveRoom", "UpdateObsBucketAuthority"):
        yield Variant(
            f"shape/{name}/body",
            f"{name} answers with an object that says nothing; only the headers are documented.",
            f"{name} 返回一个空对象；文档只说明了响应头。",
            (PASSAGES[name].answer,),
            on_answer(lambda _turn, answer: answer.with_json({})),
            (name,),
        )


def _sessions() -> Iterator[Variant]:
    def summed_up(turn: Turn, body: Any) -> Any:
        if (turn.request.value("type") or "summary") != "summary":
            return body
        bare = [{k: v for k, v in row.items() if k != "session"} for row in body["users"]]
        return {**body, "users": bare}

    yield Variant(
        "shape/ListRtcUserList/summary-without-session",
        "ListRtcUserList names no session where it lists users, not sessions.",
        "ListRtcUserList 按用户汇总时不返回 session。",
        (6123, 6159),
        on_body(summed_up, 200),
        ("ListRtcUserList",),
    )


def _lists() -> Iterator[Variant]:
    for name, key in _LISTS:
        if "limit" in (ENDPOINTS[name].query or {}).get("properties", {}):
            continue  # the order of one page alone would contradict the next one
        yield Variant(
            f"shape/{name}/order",
            f"{name} lists what a page holds the other way round: no order is documented.",
            f"{name} 以相反顺序列出一页中的内容：文档未规定顺序。",
            (PASSAGES[name].answer,),
            on_body(_reversed(key), 200),
            (name,),
        )


def _reversed(key: str) -> Any:
    def change(_turn: Turn, body: Any) -> Any:
        return {**body, key: body[key][::-1]} if isinstance(body.get(key), list) else body

    return change


def _callbacks() -> Iterator[Variant]:
    empty = {"url": "", "auth_key": "", "update_time": ""}
    for name, prefix, line in (("ListApps", "apps[].", 1234), ("ShowApp", "", 1448)):
        for which in ("push_callback", "record_callback"):
            yield Variant(
                f"shape/{name}/{which}-empty",
                f"{name} answers a {which} that was never set with empty texts.",
                f"{name} 对从未配置的 {which} 返回空字符串。",
                (1235, line),
                on_field(f"{prefix}callbacks", _if_unset(which, empty), 200),
                (name,),
                aspect=f"{name}/{which}",
            )
        yield Variant(
            f"shape/{name}/callbacks-absent",
            f"{name} leaves out what it has of callbacks that were never set.",
            f"{name} 不返回从未配置的回调。",
            (line,),
            on_field(f"{prefix}callbacks", _drop_unset, 200),
            (name,),
            aspect=f"{name}/callbacks",
        )


def _if_unset(which: str, value: Any) -> Any:
    def edit(holder: Any, key: Any) -> None:
        known = holder.get(key) or {}
        if not (known.get(which) or {}).get("url"):
            holder[key] = {**known, which: dict(value)}

    return edit


def _drop_unset(holder: Any, key: Any) -> None:
    known = holder.get(key)
    if isinstance(known, dict):
        holder[key] = {name: one for name, one in known.items() if one and one.get("url")}


def _formats() -> Iterator[Variant]:
    zero = {"record_cycle": 0, "record_max_duration_to_merge_file": 0}

    def zeroed(rule: dict[str, Any]) -> dict[str, Any]:
        return rule if "HLS" in rule["record_formats"] else {**rule, "hls_config": zero}

    def zeroed_mp4(rule: dict[str, Any]) -> dict[str, Any]:
        return rule if "MP4" in rule["record_formats"] else {**rule, "mp4_config": zero}

    yield Variant(
        "shape/rules/mp4_config-zero",
        "A rule that records HLS is answered with an mp4_config of zeros beside it.",
        "只录制 HLS 的规则同时返回全零的 mp4_config。",
        (610,),
        each_object("record_formats", zeroed_mp4),
        _RULES,
    )
    yield Variant(
        "shape/rules/hls_config-zero",
        "A rule that records MP4 is answered with an hls_config of zeros beside it.",
        "只录制 MP4 的规则同时返回全零的 hls_config。",
        (610, *(PASSAGES[name].answer for name in _RULES)),
        each_object("record_formats", zeroed),
        _RULES,
    )


def _jobs() -> Iterator[Variant]:
    yield Variant(
        "shape/jobs/empty-reason",
        "The reason of a job that has not ended is an empty text.",
        "任务未结束时 stop_reason 为空字符串。",
        (3741, 4668),
        each_object("stream_name", lambda job: {"stop_reason": "", **job}),
        (*_MIX, *_STREAM),
    )
    yield Variant(
        "shape/jobs/empty-stop-time",
        "The stop_time of a job that has not ended is an empty text.",
        "任务未结束时 stop_time 为空字符串。",
        (3744, 4673),
        each_object("stop_time", _no_stop_yet),
        (*_MIX, *_STREAM),
    )
    yield Variant(
        "shape/auto/never-set",
        "Automatic recording that was never configured has no update_time.",
        "从未配置过的自动录制不返回 update_time。",
        (2997,),
        each_object("mode", _without_empty_time),
    )
    yield Variant(
        "shape/ListProjects/no-links",
        "Projects come without links, which only an example has.",
        "项目列表不含 links：仅示例中出现。",
        (7817, 7825),
        answered(_without_links),
        ("ListProjects",),
    )
    yield Variant(
        "shape/jobs/no-start-before-running",
        "A job has no start_time while it is INIT: it has not started.",
        "任务处于 INIT 时不返回 start_time：任务尚未开始。",
        (3739, 3743),
        each_object("stream_name", _unstarted),
        (*_MIX, *_STREAM),
    )
    for name in (*_MIX, *_STREAM):
        for key, (value, line) in _LEFT_OVER.items():
            yield Variant(
                f"shape/{name}/{key}",
                f"{name} answers the field {key}, which only the examples of chapter 4 have.",
                f"{name} 返回字段 {key}，该字段仅出现在第 4 章的示例中。",
                (line,),
                on_field(key, tree.insert(value), ENDPOINTS[name].status),
                (name,),
            )
        yield Variant(
            f"shape/{name}/stop_time-absent",
            f"{name} has no stop_time while a job runs.",
            f"{name} 在任务运行期间不返回 stop_time。",
            (709, PASSAGES[name].time),
            each_object("stop_time", _without_stop),
            (name,),
        )
    for name in _MIX:
        yield Variant(
            f"shape/{name}/template-star",
            f"{name} writes a star where the request wrote an x, or the other way round.",
            f"{name} 返回的编码模板以星号代替 x，或相反。",
            (PASSAGES[name].answer, 3953),
            each_object("encode_template", _other_separator),
            (name,),
        )


def _unstarted(job: dict[str, Any]) -> dict[str, Any]:
    if job["state"] != "INIT":
        return job
    return {name: value for name, value in job.items() if name != "start_time"}


def _no_stop_yet(job: dict[str, Any]) -> dict[str, Any]:
    return {**job, "stop_time": ""} if job["stop_time"] == _NEVER else job


def _without_links(body: dict[str, Any]) -> dict[str, Any]:
    projects = [{k: v for k, v in one.items() if k != "links"} for one in body["projects"]]
    return {"projects": projects}


def _without_empty_time(mode: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mode.items() if (name, value) != ("update_time", "")}


def _without_stop(job: dict[str, Any]) -> dict[str, Any]:
    if job["stop_time"] != _NEVER:
        return job
    return {key: value for key, value in job.items() if key != "stop_time"}


def _other_separator(mix: dict[str, Any]) -> dict[str, Any]:
    template = mix["encode_template"]
    if not isinstance(template, str) or not ("_30_" in template or "_15_" in template):
        return mix
    return {**mix, "encode_template": template.translate(str.maketrans("*x", "x*"))}
