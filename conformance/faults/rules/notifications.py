"""Faults of what is told of recordings: notices that are changed, lost, repeated or misdirected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.faults.handmade import FAMILY
from conformance.faults.model import Fault
from conformance.reference.recording.notices import BEGUN, COMPLETE, KEY_HEADER, OVER, Notice
from conformance.reference.resources import StoredObject

if TYPE_CHECKING:
    from conformance.reference.recording.recorder import Transformation
    from conformance.reference.world import World

Row = tuple[str, str, str, Callable[["World"], None]]
_NAME = "recordEvent"


def faults() -> Iterator[Fault]:
    """Every fault of a notification."""
    for slug, requirement, title, prepare in _ROWS:
        owned = requirement.startswith("UpdateAutoRecord/")
        identifier = requirement if owned else f"{_NAME}/{requirement}"
        yield Fault(f"{identifier}/{slug}", title, FAMILY, (identifier,), (), prepare=prepare)


def sent(change: Callable[[Notice], Iterable[Notice]]) -> Callable[[World], None]:
    """Change notices on their way out."""

    def prepare(world: World) -> None:
        world.recorder.transformations.append(change)

    return prepare


def told(event: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[World], None]:
    """Change the body of one kind of event, or of each ("")."""

    def transform(one: Notice) -> Iterable[Notice]:
        if event in {"", one.event}:
            one = replace(one, body=change(dict(one.body)))
        return (one,)

    return sent(transform)


def _put(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, name: value}


def _edit(name: str, edit: Callable[[Any], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, name: edit(body[name])}


def _without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _lost(event: str, **where: Any) -> Callable[[World], None]:
    def transform(one: Notice) -> Iterable[Notice]:
        gone = one.event == event and all(one.body.get(k) == v for k, v in where.items())
        return () if gone else (one,)

    return sent(transform)


def _held_back() -> Transformation:
    """The begin of a file is told after its completion."""
    kept: dict[Any, Notice] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        key = (one.body["job_id"], one.body.get("record_format"))
        if one.event == BEGUN:
            kept[key] = one
            return ()
        return (one, kept.pop(key)) if one.event == COMPLETE and key in kept else (one,)

    return transform


def _old_address() -> Transformation:
    """The first address of an application goes on being told."""
    first: dict[str, str] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        url = first.setdefault(one.app_id, one.url)
        return (one,) if url == one.url else (one, replace(one, url=url))

    return transform


def _first_address_only() -> Transformation:
    first: dict[str, str] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        return (replace(one, url=first.setdefault(one.app_id, one.url)),)

    return transform


def _ends_twice(one: Notice) -> Iterable[Notice]:
    again = replace(one, body={**one.body, "detail_message": "once more"})
    return (one, again) if one.event == OVER else (one,)


def _keyless(one: Notice) -> Iterable[Notice]:
    headers = {name: value for name, value in one.headers.items() if name != KEY_HEADER}
    return (replace(one, headers=headers),)


def _always_keyed(one: Notice) -> Iterable[Notice]:
    return (replace(one, headers={KEY_HEADER: "none", **one.headers}),)


def _later(text: str, seconds: float) -> str:
    moved = dt.datetime.fromisoformat(text) + dt.timedelta(seconds=seconds)
    return moved.strftime("%Y-%m-%dT%H:%M:%SZ")


def _swapped(body: dict[str, Any]) -> dict[str, Any]:
    start = _later(body["start_time"], 60)
    return {**body, "start_time": start}


def _shifted(body: dict[str, Any]) -> dict[str, Any]:
    return {
        **body,
        "start_time": _later(body["start_time"], -3600),
        "end_time": _later(body["end_time"], -3600),
    }


def _unsubscribed(world: World) -> None:
    """Everything is told, whatever is subscribed."""
    events = tuple(one for one in world.policies.subscription if one != "CLOUD_RECORD_OVER")
    world.policies = replace(world.policies, subscription=events)
    world.recorder.transformations.append(lambda one: (replace(one, wanted=True),))


def _no_objects(world: World) -> None:
    """What is recorded is told, and not kept."""

    class Forgetful(dict[Any, Any]):
        def __setitem__(self, key: Any, value: dict[str, StoredObject]) -> None:
            return

    world.recorder.objects = Forgetful()


def _long_cycle(world: World) -> None:
    """Files go on for twice their cycle: every second completion is not told."""
    seen: dict[Any, int] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        if one.event != COMPLETE:
            return (one,)
        seen[one.body["job_id"]] = seen.get(one.body["job_id"], 0) + 1
        longer = {**one.body, "record_duration": 2 * one.body["record_duration"]}
        return () if seen[one.body["job_id"]] % 2 else (replace(one, body=longer),)

    world.recorder.transformations.append(transform)


def _idle_silent(one: Notice) -> Iterable[Notice]:
    return () if "idle" in str(one.body.get("detail_message")) else (one,)


def _automatic(one: Notice) -> bool:
    return str(one.body["stream_name"]).endswith(("_av_m", "_v_a"))


def _no_screen(one: Notice) -> Iterable[Notice]:
    return () if str(one.body["stream_name"]).endswith("_v_a") else (one,)


def _other_names(one: Notice) -> Iterable[Notice]:
    name = str(one.body["stream_name"]).replace("_av_m", "_m_av").replace("_v_a", "_a_v")
    return (replace(one, body={**one.body, "stream_name": name}),)


def _old_rooms_too(one: Notice) -> Iterable[Notice]:
    other = {**one.body, "room_id": str(one.body["room_id"]).replace("-new", "-old")}
    if not _automatic(one) or other["room_id"] == one.body["room_id"]:
        return (one,)
    number, _, stem = other["room_id"].rpartition("-")[0].rpartition("-")[2], "", ""
    before = str(int(number) - 1) if number.isdigit() else number
    other["room_id"] = str(other["room_id"]).replace(f"-{number}-", f"-{before}-") or stem
    return (one, replace(one, body=other))


_SHAPE = "notification"
_OTHER_TYPES: Mapping[str, Any] = {
    "job_id": 1,
    "stream_name": None,
    "app_id": 1,
    "room_id": 100,
    "event_type": 2,
    "record_format": ["MP4"],
    "download_url": None,
    "record_duration": "60",
    "width": "1280",
    "height": "720",
    "start_time": 1618998715,
    "end_time": 1618998775,
    "obs_location": None,
    "obs_bucket": {},
    "obs_object": [],
    "detail_message": {},
}
_ROWS: tuple[Row, ...] = (
    ("put", "rule/posted", "Sends with PUT", sent(lambda one: (replace(one, method="PUT"),))),
    (
        "text",
        "rule/declared-as-json",
        "Declares notices as text",
        sent(lambda one: (replace(one, headers={**one.headers, "Content-Type": "text/plain"}),)),
    ),
    (
        "form",
        f"{_SHAPE}/body/json",
        "Sends forms in place of JSON",
        sent(lambda one: (replace(one, raw=b"event_type=RECORD"),)),
    ),
    (
        "more",
        f"{_SHAPE}/body/undeclared",
        "Tells what no table names",
        told("", _put("internal_host", "rec-7")),
    ),
    ("no-begin", "rule/delivered", "Does not tell that a file is begun", _lost(BEGUN)),
    ("no-completion", "rule/delivered", "Does not tell that a file is complete", _lost(COMPLETE)),
    ("no-end", "rule/delivered", "Does not tell that a recording is over", _lost(OVER)),
    (
        "one-format",
        "rule/delivered",
        "Tells of one format only",
        _lost(COMPLETE, record_format="HLS"),
    ),
    ("all", "rule/only-subscribed", "Tells events that nobody subscribed to", _unsubscribed),
    ("no-key", "rule/key-in-header", "Sends no key", sent(_keyless)),
    ("key", "rule/no-key-no-header", "Sends a header without a key", sent(_always_keyed)),
    (
        "other-job",
        "rule/job-known",
        "Names another job",
        told("", _edit("job_id", lambda t: t[1:])),
    ),
    ("other-room", "rule/job-known", "Names another room", told("", _put("room_id", "room"))),
    (
        "other-stream",
        "rule/job-known",
        "Names another stream",
        told(BEGUN, _edit("stream_name", lambda text: f"x{text}")),
    ),
    ("other-app", "rule/job-known", "Names another application", told("", _put("app_id", "a"))),
    (
        "late-begin",
        "rule/order-of-file",
        "Tells the begin of a file last",
        lambda world: world.recorder.transformations.append(_held_back()),
    ),
    ("two-ends", "rule/one-end", "Tells the end twice, in other words", sent(_ends_twice)),
    ("swapped", "rule/times-in-order", "Ends files before they begin", told(COMPLETE, _swapped)),
    (
        "milliseconds",
        "rule/duration-between-times",
        "Counts duration in milliseconds",
        told(COMPLETE, _edit("record_duration", lambda seconds: seconds * 1000)),
    ),
    ("an-hour-off", "rule/within-job", "Is an hour off", told(COMPLETE, _shifted)),
    (
        "other-bucket",
        "rule/bucket-of-rule",
        "Names another bucket",
        told(COMPLETE, _edit("obs_bucket", lambda name: f"{name}2")),
    ),
    (
        "other-region",
        "rule/bucket-of-rule",
        "Names another region",
        told(COMPLETE, _put("obs_location", "cn-north-1")),
    ),
    (
        "no-path",
        "rule/object-under-path",
        "Leaves the path of the rule out",
        told(COMPLETE, _edit("obs_object", lambda name: name.partition("/")[2])),
    ),
    (
        "default-prefix",
        "rule/object-by-prefix",
        "Names files in a way of its own",
        told(COMPLETE, _edit("obs_object", lambda name: f"{name.partition('/')[0]}/a.mp4")),
    ),
    (
        "no-file-name",
        "rule/download-names-object",
        "Tells a page in place of the file",
        told(COMPLETE, _put("download_url", "https://console.example/obs")),
    ),
    (
        "lower-case",
        f"{_SHAPE}/record_format/enum",
        "Spells formats in small letters",
        told("", lambda body: {**body, "record_format": "mp4"}),
    ),
    (
        "other-format",
        "rule/format-of-rule",
        "Names a format that is none of the rule",
        told("", lambda body: {**body, "record_format": "FLV"}),
    ),
    ("unlisted", "rule/object-listed", "Keeps no objects", _no_objects),
    (
        "always-facts",
        "rule/file-facts-only-when-complete",
        "Tells the size with every event",
        told("", lambda body: {"width": 1280, "height": 720, **body}),
    ),
    (
        "other-size",
        "rule/picture-of-template",
        "Tells another size of a mix",
        told(COMPLETE, _put("width", 1920)),
    ),
    ("long-cycle", "rule/cycle-makes-files", "Completes every second file only", _long_cycle),
    ("silent-idle", "rule/end-when-idle", "Does not tell that idle jobs end", sent(_idle_silent)),
    (
        "old-too",
        "rule/only-current-address",
        "Goes on telling the old address",
        lambda world: world.recorder.transformations.append(_old_address()),
    ),
    (
        "old-only",
        "rule/only-current-address",
        "Never tells a new address",
        lambda world: world.recorder.transformations.append(_first_address_only()),
    ),
    (
        "no-screen",
        "UpdateAutoRecord/rule/records-new-rooms",
        "Does not record screens",
        sent(_no_screen),
    ),
    (
        "old-rooms",
        "UpdateAutoRecord/rule/older-rooms-not-recorded",
        "Records rooms that were there before",
        sent(_old_rooms_too),
    ),
    (
        "names",
        "UpdateAutoRecord/rule/automatic-stream-name",
        "Names automatic recordings in another way",
        sent(_other_names),
    ),
    (
        "unknown-event",
        f"{_SHAPE}/event_type/enum",
        "Tells an event of another name",
        told(BEGUN, _put("event_type", "RECORD_BEGUN")),
    ),
    (
        "with-milliseconds",
        f"{_SHAPE}/start_time/format",
        "Writes times with milliseconds",
        told(COMPLETE, _edit("start_time", lambda text: f"{text[:-1]}.000Z")),
    ),
    (
        "local-time",
        f"{_SHAPE}/end_time/format",
        "Writes times with an offset",
        told(COMPLETE, _edit("end_time", lambda text: f"{text[:-1]}+08:00")),
    ),
    (
        "negative",
        f"{_SHAPE}/record_duration/minimum",
        "Counts downwards",
        told(COMPLETE, _put("record_duration", -1)),
    ),
    (
        "no-width",
        f"{_SHAPE}/width/minimum",
        "Says -1 where it does not know the width",
        told(COMPLETE, _put("width", -1)),
    ),
    (
        "no-height",
        f"{_SHAPE}/height/minimum",
        "Says -1 where it does not know the height",
        told(COMPLETE, _put("height", -1)),
    ),
    (
        "formatless",
        f"{_SHAPE}/file-has-record-format/combination",
        "Does not say which format a file is in",
        told(BEGUN, _without("record_format")),
    ),
    *(
        (
            "missing",
            f"{_SHAPE}/complete-file-has-{name.replace('_', '-')}/combination",
            f"Completes files without {name}",
            told(COMPLETE, _without(name)),
        )
        for name in (
            "download_url",
            "record_duration",
            "width",
            "height",
            "start_time",
            "end_time",
            "obs_location",
            "obs_bucket",
            "obs_object",
        )
    ),
    *(
        ("missing", f"{_SHAPE}/{name}/required", f"Tells no {name}", told("", _without(name)))
        for name in ("job_id", "stream_name", "app_id", "room_id", "event_type")
    ),
    *(
        (
            "other-type",
            f"{_SHAPE}/{name}/type",
            f"Tells {name} in another type",
            told(COMPLETE, _put(name, value)),
        )
        for name, value in _OTHER_TYPES.items()
    ),
)
