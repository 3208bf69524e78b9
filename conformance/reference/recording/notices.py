"""What is told of a recording (14.6), and to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.reference.recording import storing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from conformance.reference.recording.tracks import Begun, Completed
    from conformance.reference.resources import Callback, Job

BEGUN = "RECORD_NEW_FILE_START"
COMPLETE = "RECORD_FILE_COMPLETE"
OVER = "CLOUD_RECORD_SERVER_OVER"
OVER_SUBSCRIBED = "CLOUD_RECORD_OVER"
"""How the subscription of chapter 4 spells the end that 14.6 calls CLOUD_RECORD_SERVER_OVER."""
KEY_HEADER = "Authorization"
"""The document names no header for the key (table 8-6); this service takes the usual one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One request to a customer's address; ``raw`` stands for a body that is no JSON of ours.

    ``wanted``: the customer has subscribed to it; what nobody has subscribed to is not sent.
    """

    app_id: str
    url: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    raw: bytes | None = None
    wanted: bool = True

    @property
    def event(self) -> str:
        """Which event it tells."""
        return str(self.body.get("event_type", ""))


def addressed(app_id: str, callback: Callback, body: Mapping[str, Any], *, wanted: bool) -> Notice:
    """The request to a callback; with a key it carries it, without one no such header (8.1)."""
    headers = {"Content-Type": "application/json"}
    if callback.auth_key:
        headers[KEY_HEADER] = callback.auth_key
    return Notice(app_id, callback.url, body, headers, wanted=wanted)


def subscribed(event: str, subscription: Collection[str]) -> bool:
    """Whether a subscription holds an event, in either spelling of the end."""
    return event in subscription or (event == OVER and OVER_SUBSCRIBED in subscription)


def begun(app_id: str, job: Job, change: Begun) -> dict[str, Any]:
    """A file was begun."""
    return {**_of_job(app_id, job, BEGUN), "record_format": change.format, "detail_message": ""}


def completed(app_id: str, job: Job, change: Completed, name: str) -> dict[str, Any]:
    """A file is complete: what it is, and where."""
    _, bucket, location = storing.place_of(change.file.rule)
    width, height = storing.picture(job)
    return {
        **_of_job(app_id, job, COMPLETE),
        "record_format": change.format,
        "download_url": f"https://{bucket}.obs.{location}.myhuaweicloud.com/{name}",
        "record_duration": storing.duration(change.file.started, change.ended),
        "width": width,
        "height": height,
        "start_time": _shown(change.file.started),
        "end_time": _shown(change.ended),
        "obs_location": location,
        "obs_bucket": bucket,
        "obs_object": name,
        "detail_message": "",
    }


def over(app_id: str, job: Job, formats: tuple[str, ...], words: str) -> dict[str, Any]:
    """The recording is over; with one format it is named."""
    told = {"record_format": formats[0]} if len(formats) == 1 else {}
    return {**_of_job(app_id, job, OVER), **told, "detail_message": words}


def _of_job(app_id: str, job: Job, event: str) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "stream_name": job.stream_name,
        "app_id": app_id,
        "room_id": job.room_id,
        "event_type": event,
    }


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
