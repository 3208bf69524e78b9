"""Habits of a service that nothing documents: forms of ids, how fast a job starts, conditions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.faults.combinators import on_request
from conformance.faults.endpoints import ENDPOINTS
from conformance.faults.messages import Answer, Request, refusal
from conformance.faults.middleware import Turn
from conformance.reference.ids import Ids
from conformance.reference.refusals import CATALOGUE, MISSING
from conformance.variants.edits import each_object
from conformance.variants.model import Variant

if TYPE_CHECKING:
    from conformance.reference.world import World


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


def _requests() -> Iterator[Variant]:
    yield Variant(
        "habits/project-beside-token",
        "X-Project-Id is not looked at beside a token.",
        "使用 Token 时不检查 X-Project-Id。",
        (973,),
        on_request(_without_project),
    )
    yield Variant(
        "habits/body/null-is-none",
        "A body null is read as one that lacks everything.",
        "请求体为 null 时视为缺少全部参数。",
        (344, 7745),
        _null_as_none,
        tuple(name for name, one in ENDPOINTS.items() if one.body and one.family == "rtc"),
    )


async def _null_as_none(turn: Turn) -> Answer:
    if turn.request.body.strip() != b"null":
        return await turn.forward(turn.request)
    if (turn.endpoint.body or {}).get("required"):
        return refusal(400, MISSING, CATALOGUE[MISSING].message)
    return await turn.forward(turn.request.with_json({}))


def _without_project(turn: Turn) -> Request:
    if turn.request.header("x-auth-token") is None:
        return turn.request
    kept = tuple(one for one in turn.request.headers if one[0].lower() != b"x-project-id")
    return replace(turn.request, headers=kept)
