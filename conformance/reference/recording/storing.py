"""Where recorded files go: names by the template of 6.1, sizes, and the objects of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.resources import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from conformance.reference.recording.tracks import Completed
    from conformance.reference.resources import Bucket, Job, Tenant

MOST_SLICES = 20_000
"""Slices of one file that are kept: the first ones, of a recording of two days."""
_RATE_KB = 150
"""Kilobytes that a second of recording takes."""
_SIZES = {"FHD": (1920, 1080), "HD": (1280, 720), "SD": (640, 480), "LD": (480, 360)}
"""What this service makes of the names of 10.1; the document gives no sizes."""
_EXTENSIONS = {"HLS": "m3u8", "MP4": "mp4"}

Place = tuple[str, str, str]
"""Project, bucket and region."""


def place_of(rule: Mapping[str, Any]) -> Place:
    """Where a rule puts its files."""
    address = rule["obs_addr"]
    return address["project_id"], address["bucket"], address["location"]


def writable(tenant: Tenant, place: Place) -> bool:
    """Whether the bucket is there, and authorised (12.3)."""
    project, name, location = place
    buckets: list[Bucket] = tenant.buckets.get(project, [])
    found = (one for one in buckets if (one.name, one.location) == (name, location))
    return any(one.authorized for one in found)


def object_name(app_id: str, stream: str, done: Completed) -> str:
    """The object of a file: path of the rule, prefix of its format, extension."""
    config = done.file.rule[f"{done.format.lower()}_config"]
    values = {
        "app_id": app_id,
        "record_format": done.format,
        "stream": stream,
        "file_start_time": done.file.started.strftime("%Y%m%d%H%M%S"),
    }
    name = str(config["record_prefix"])
    for variable, value in values.items():
        name = name.replace(f"{{{variable}}}", value)
    folder = str(done.file.rule["obs_addr"]["object"])
    slash = "/" if folder and not folder.endswith("/") else ""
    return f"{folder}{slash}{name}.{_EXTENSIONS[done.format]}"


def objects_of(name: str, done: Completed) -> Iterator[StoredObject]:
    """The objects that a file is made of: one, or a playlist and its slices (HLS)."""
    seconds = duration(done.file.started, done.ended)
    if done.format == "MP4":
        yield StoredObject(name, max(1, seconds * _RATE_KB), done.moment)
        return
    slice_seconds = done.file.rule["hls_config"]["record_slice_duration"]
    stem = name.removesuffix(".m3u8")
    begins = range(0, seconds, slice_seconds)[:MOST_SLICES]
    for number, begin in enumerate(begins):
        length = min(slice_seconds, seconds - begin)
        yield StoredObject(f"{stem}_{number:05}.ts", length * _RATE_KB, done.moment)
    yield StoredObject(name, 1 + seconds // slice_seconds // 16, done.moment)


def duration(started: datetime, ended: datetime) -> int:
    """Seconds between two times as they are shown, in whole seconds."""
    return int(ended.timestamp()) - int(started.timestamp())


def picture(job: Job) -> tuple[int, int]:
    """Width and height of what a job records; nothing where it records sound alone."""
    template = job.content.get("encode_template")
    if template is not None:
        width, _, height = template.partition("_")[0].replace("x", "*").partition("*")
        return (int(width), int(height)) if height.isdigit() else (0, 0)
    return _SIZES[job.content["select_stream_type"]] if job.content["video_type"] else (0, 0)
