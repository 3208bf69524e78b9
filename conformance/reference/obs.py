"""Chapter 12: OBS buckets of the caller's project. Only a token opens them."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from conformance.reference import refusals
from conformance.reference.flow import OBS
from conformance.reference.models.obs import (
    ListObsBucketObjectsQuery,
    ObsBucket,
    ObsBucketList,
    ObsObject,
    ObsObjectList,
    UpdateObsBucketAuthorityBody,
)
from conformance.reference.operation import Call, Operation, find_tenant
from conformance.reference.refusals import Refusal
from conformance.reference.resources import Bucket, StoredObject, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_BEIJING = timezone(timedelta(hours=8))


def list_buckets(call: Call, _tenant: Tenant, _body: None) -> ObsBucketList:
    """List the project's buckets (12.1)."""
    shown = tuple(
        ObsBucket.model_validate(
            {
                "bucket": bucket.name,
                "location": bucket.location,
                "creation_date": f"{_local(bucket.created)} GMT +08:00",
                "is_authorized": bucket.authorized,
            }
        )
        for bucket in _buckets(call)
    )
    return ObsBucketList(count=len(shown), buckets=shown)


def list_objects(call: Call, _tenant: Tenant, query: ListObsBucketObjectsQuery) -> ObsObjectList:
    """List the objects of a bucket, or its folders, that begin with a prefix (12.2)."""
    bucket = _find(call, query.bucket, query.location)
    recorded = call.world.recorder.stored((call.identity.project_id, bucket.name, bucket.location))
    objects = (*bucket.objects, *recorded)
    stored = _folders(objects) if query.type == "folders" else objects
    shown = tuple(
        ObsObject(
            file_name=one.name,
            size=one.size_kb,
            last_modified=f"{_local(one.modified)} GMT+08:00",
        )
        for one in stored
        if one.name.startswith(query.prefix)
    )
    return ObsObjectList(count=len(shown), objects=shown)


def update_authority(call: Call, _tenant: Tenant, body: UpdateObsBucketAuthorityBody) -> None:
    """Authorise a bucket, or revoke it; doing so twice is harmless (12.3)."""
    _find(call, body.bucket, body.location).authorized = body.operation == 1


def _buckets(call: Call) -> list[Bucket]:
    return call.tenant.buckets.get(call.identity.project_id, [])


def _find(call: Call, name: str, location: str) -> Bucket:
    for bucket in _buckets(call):
        if bucket.name == name and bucket.location == location:
            return bucket
    raise Refusal(refusals.NO_BUCKET)


def _folders(objects: Iterable[StoredObject]) -> Iterator[StoredObject]:
    """Every folder at any depth, once, as new as the newest object in it."""
    newest: dict[str, datetime] = {}
    for one in objects:
        parts = one.name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth]) + "/"
            newest[folder] = max(one.modified, newest.get(folder, one.modified))
    return (StoredObject(name, 0, newest[name]) for name in sorted(newest))


def _local(moment: datetime) -> str:
    return moment.astimezone(_BEIJING).strftime("%Y/%m/%d %H:%M:%S")


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        "ListObsBuckets",
        "GET",
        "/v2/rtc-ops/buckets",
        200,
        find_tenant,
        list_buckets,
        group=OBS,
        token_only=True,
    ),
    Operation(
        "ListObsBucketObjects",
        "GET",
        "/v2/rtc-ops/buckets/objects",
        200,
        find_tenant,
        list_objects,
        query=ListObsBucketObjectsQuery,
        group=OBS,
        token_only=True,
    ),
    Operation(
        "UpdateObsBucketAuthority",
        "PUT",
        "/v2/rtc-ops/buckets/authentication",
        200,
        find_tenant,
        update_authority,
        body=UpdateObsBucketAuthorityBody,
        group=OBS,
        token_only=True,
        content_type_required=False,
    ),
)
