"""Changes to notices of the reference: to their bodies, headers and addresses; and lost ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.reference.recording.notices import BEGUN, COMPLETE, KEY_HEADER, OVER, Notice
from conformance.reference.resources import StoredObject

if TYPE_CHECKING:
    from conformance.reference.recording.recorder import Transformation
    from conformance.reference.world import World

Prepare = Callable[["World"], None]
Edit = Callable[[dict[str, Any]], dict[str, Any]]


def transformed(change: Callable[[Notice], Iterable[Notice]]) -> Prepare:
    """Replace each notice on its way out by what ``change`` makes of it."""

    def prepare(world: World) -> None:
        world.recorder.transformations.append(change)

    return prepare


def body_changed(event: str, change: Edit) -> Prepare:
    """Change the body of one kind of event, or of every event ("")."""

    def transform(one: Notice) -> Iterable[Notice]:
        if event in {"", one.event}:
            one = replace(one, body=change(dict(one.body)))
        return (one,)

    return transformed(transform)


def put(name: str, value: Any) -> Edit:
    """Write a member of the body."""
    return lambda body: {**body, name: value}


def edited(name: str, edit: Callable[[Any], Any]) -> Edit:
    """Change the value of a member of the body."""
    return lambda body: {**body, name: edit(body[name])}


def without(name: str) -> Edit:
    """Take a member out of the body."""
    return lambda body: {key: value for key, value in body.items() if key != name}


def dropped(event: str, **where: Any) -> Prepare:
    """Send no notice of an event whose body has these values."""

    def transform(one: Notice) -> Iterable[Notice]:
        gone = one.event == event and all(one.body.get(k) == v for k, v in where.items())
        return () if gone else (one,)

    return transformed(transform)


def stored_by_the_rule_of_now(world: World) -> None:
    """Name files by the folder that the rule of the application has when they are complete."""

    def transform(one: Notice) -> Iterable[Notice]:
        apps = (tenant.apps.get(one.body["app_id"]) for tenant in world.tenants.values())
        rules = [rule for app in apps if app is not None for rule in app.rules.values()]
        if one.event == COMPLETE and rules:
            folder = str(rules[0].content["obs_addr"]["object"])
            name = one.body["obs_object"].partition("/")[2]
            one = replace(one, body={**one.body, "obs_object": f"{folder}{name}"})
        return (one,)

    world.recorder.transformations.append(transform)


def begin_after_completion() -> Transformation:
    """Send the begin of a file after its completion."""
    kept: dict[Any, Notice] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        key = (one.body["job_id"], one.body.get("record_format"))
        if one.event == BEGUN:
            kept[key] = one
            return ()
        return (one, kept.pop(key)) if one.event == COMPLETE and key in kept else (one,)

    return transform


def old_address_too() -> Transformation:
    """Send to the first address of an application as well as to the present one."""
    first: dict[str, str] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        url = first.setdefault(one.app_id, one.url)
        return (one,) if url == one.url else (one, replace(one, url=url))

    return transform


def first_address_only() -> Transformation:
    """Send to the first address of an application, whatever is configured later."""
    first: dict[str, str] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        return (replace(one, url=first.setdefault(one.app_id, one.url)),)

    return transform


def newest_address(world: World) -> None:
    """Send to the address that was configured last, whichever application it is of."""

    def transform(one: Notice) -> Iterable[Notice]:
        apps = (app for tenant in world.tenants.values() for app in tenant.apps.values())
        known = [app.callback for app in apps if app.callback is not None]
        newest = max(known, key=lambda callback: callback.updated, default=None)
        return (one,) if newest is None else (replace(one, url=newest.url),)

    world.recorder.transformations.append(transform)


def end_repeated(one: Notice) -> Iterable[Notice]:
    """Send the end of a recording twice, the second time in other words."""
    again = replace(one, body={**one.body, "detail_message": "once more"})
    return (one, again) if one.event == OVER else (one,)


def without_key(one: Notice) -> Iterable[Notice]:
    """Send no header for authentication."""
    headers = {name: value for name, value in one.headers.items() if name != KEY_HEADER}
    return (replace(one, headers=headers),)


def with_key(one: Notice) -> Iterable[Notice]:
    """Send a header for authentication where no key is configured."""
    return (replace(one, headers={KEY_HEADER: "none", **one.headers}),)


def _moved(text: str, seconds: float) -> str:
    moved = dt.datetime.fromisoformat(text) + dt.timedelta(seconds=seconds)
    return moved.strftime("%Y-%m-%dT%H:%M:%SZ")


def start_after_end(body: dict[str, Any]) -> dict[str, Any]:
    """Write a start_time that is a minute later."""
    start = _moved(body["start_time"], 60)
    return {**body, "start_time": start}


def hours_off(hours: int) -> Edit:
    """Write start_time and end_time so many hours later than they are."""

    def moved(body: dict[str, Any]) -> dict[str, Any]:
        times = {name: _moved(body[name], hours * 3600) for name in ("start_time", "end_time")}
        return {**body, **times}

    return moved


def sent_unsubscribed(event: str) -> Prepare:
    """Send every event, though the callback is not subscribed to one of them."""

    def prepare(world: World) -> None:
        events = tuple(one for one in world.policies.subscription if one != event)
        world.policies = replace(world.policies, subscription=events)
        world.recorder.transformations.append(lambda one: (replace(one, wanted=True),))

    return prepare


def nothing_stored(world: World) -> None:
    """Send notices of files that are not stored."""

    class Forgetful(dict[Any, Any]):
        def __setitem__(self, key: Any, value: dict[str, StoredObject]) -> None:
            return

    world.recorder.objects = Forgetful()


def every_second_file_only(world: World) -> None:
    """Let files go on for twice their cycle: every second completion is not sent."""
    seen: dict[Any, int] = {}

    def transform(one: Notice) -> Iterable[Notice]:
        if one.event != COMPLETE:
            return (one,)
        seen[one.body["job_id"]] = seen.get(one.body["job_id"], 0) + 1
        longer = {**one.body, "record_duration": 2 * one.body["record_duration"]}
        return () if seen[one.body["job_id"]] % 2 else (replace(one, body=longer),)

    world.recorder.transformations.append(transform)


def silent_when_idle(one: Notice) -> Iterable[Notice]:
    """Send no end of a recording that ends because its room is empty."""
    return () if "idle" in str(one.body.get("detail_message")) else (one,)


def _is_automatic(one: Notice) -> bool:
    return str(one.body["stream_name"]).endswith(("_av_m", "_v_a"))


def no_screens(one: Notice) -> Iterable[Notice]:
    """Send nothing of the automatic recording of screens."""
    return () if str(one.body["stream_name"]).endswith("_v_a") else (one,)


def other_stream_names(one: Notice) -> Iterable[Notice]:
    """Name the streams of automatic recordings in another way."""
    name = str(one.body["stream_name"]).replace("_av_m", "_m_av").replace("_v_a", "_a_v")
    return (replace(one, body={**one.body, "stream_name": name}),)


def older_rooms_too(one: Notice) -> Iterable[Notice]:
    """Send notices of automatic recordings in the room that was there before, too."""
    room = str(one.body["room_id"])
    older = room.replace("-new", "-old")
    if not _is_automatic(one) or older == room:
        return (one,)
    number = older.rpartition("-")[0].rpartition("-")[2]
    if number.isdigit():
        older = older.replace(f"-{number}-", f"-{int(number) - 1}-")
    return (one, replace(one, body={**one.body, "room_id": older}))
