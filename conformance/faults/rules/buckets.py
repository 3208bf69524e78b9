"""Faults of chapter 12: OBS buckets, what they hold, and who may use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.faults.combinators import on_request
from conformance.faults.handmade import (
    RuleRow,
    afterwards,
    crash_when,
    every_other,
    faults_of_operation,
    lost,
    refused_when,
    shown,
)
from conformance.faults.messages import Answer, Request
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import sent

BUCKETS, OBJECTS = "ListObsBuckets", "ListObsBucketObjects"
AUTHORISE = "UpdateObsBucketAuthority"
_DATES = {"creation_date", "last_modified"}
_TIME = "%Y/%m/%d %H:%M:%S"


def faults() -> Iterator[Fault]:
    """Every fault of a rule of chapter 12."""
    yield from faults_of_operation(BUCKETS, _BUCKETS)
    yield from faults_of_operation(OBJECTS, _OBJECTS)
    yield from faults_of_operation(AUTHORISE, _AUTHORISE)


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


def _later(items: str) -> Callable[[Turn, Any], Any]:
    """Every date a hundred years on."""

    def change(_turn: Turn, body: Any) -> Any:
        rows = [
            {key: _century_on(value) if key in _DATES else value for key, value in row.items()}
            for row in body[items]
        ]
        return {**body, items: rows}

    return change


def _century_on(date: str) -> str:
    return f"{int(date[:4]) + 100}{date[4:]}"


def _renamed_zone(_turn: Turn, body: Any) -> Any:
    def renamed(row: dict[str, Any]) -> dict[str, Any]:
        time, zone = row["last_modified"].split(" GMT")
        there = datetime.strptime(time, _TIME).replace(tzinfo=UTC) - timedelta(hours=8)
        return {**row, "last_modified": f"{there.strftime(_TIME)} GMT{zone}"}

    rows = [renamed(row) if "last_modified" in row else row for row in body["objects"]]
    return {**body, "objects": rows}


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


def _none(_turn: Turn, body: Any) -> Any:
    return {**body, "count": 0, "buckets": []}


def _of_another(_turn: Turn, body: Any) -> Any:
    rows = body["buckets"]
    others = [{**row, "bucket": f"{row['bucket']}-of-another"} for row in rows[:1]]
    return {**body, "count": len(rows) + len(others), "buckets": [*rows, *others]}


def _where_it_is(turn: Turn) -> Request | None:
    """The request with the region that the bucket is in."""
    found = [one for one in _buckets_of(turn) if one.name == turn.request.value("bucket")]
    return turn.request.with_value("location", found[0].location) if found else None


_BUCKETS: tuple[RuleRow, ...] = (
    ("count-equals-items", "counts one too many", shown(_one_more), ()),
    ("bucket-with-objects-listed", "lists no bucket at all", shown(_none), ()),
    ("listed-buckets-exist", "lists what is another tenant's", shown(_of_another), ()),
    ("created-in-the-past", "dates buckets in the next century", shown(_later("buckets")), ()),
    ("buckets-unique", "lists a bucket twice", _twice("buckets"), ()),
    ("reading-changes-nothing", "loses a bucket every second time", _turned("buckets"), ()),
)
_OBJECTS: tuple[RuleRow, ...] = (
    ("count-equals-items", "counts one too many", shown(_one_more), ()),
    ("objects-have-size-and-date", "answers names alone", shown(_bare), ()),
    ("modified-in-the-past", "dates objects in the next century", shown(_later("objects")), ()),
    ("modified-when-stored", "writes UTC and calls it GMT+08:00", shown(_renamed_zone), ()),
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


_OF_NAMED = afterwards(_named_too, refused=True)
"""The bucket is none of the caller's, which the refusal says."""


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


_AUTHORISE: tuple[RuleRow, ...] = (
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
    ("other-tenant-unchanged", "changes what project_id names", _OF_NAMED, ()),
    ("put-with-version", "is carried out by POST too", _post_as_put(), ("*",)),
)
