"""Chapter 12: OBS buckets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from conformance.reference.models.strictness import Incoming, Outgoing, Text

Region = Literal["cn-north-4", "cn-north-1", "cn-north-5", "cn-north-6", "cn-south-1", "cn-east-2"]


class ListObsBucketObjectsQuery(BaseModel):
    """Table 12-11."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    bucket: Text
    prefix: str = ""
    type: Literal["folders", "objects"]
    location: Region


class UpdateObsBucketAuthorityBody(Incoming):
    """Table 12-23; ``operation`` 1 authorises, 0 revokes."""

    bucket: Text
    operation: Annotated[int, Field(ge=0, le=1)]
    location: Region
    project_id: str = ""


class ObsBucket(Outgoing):
    """Table 12-4."""

    bucket: str
    location: Region
    creation_date: str
    is_authorized: bool


class ObsBucketList(Outgoing):
    """Table 12-3."""

    count: int
    buckets: tuple[ObsBucket, ...]


class ObsObject(Outgoing):
    """Table 12-15; ``size`` in KB."""

    file_name: str
    size: int
    last_modified: str


class ObsObjectList(Outgoing):
    """Table 12-14."""

    count: int
    objects: tuple[ObsObject, ...]
