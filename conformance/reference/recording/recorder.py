"""The recorder of a service: watches jobs that record, keeps their files, tells their events."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from conformance.reference.recording import notices, storing
from conformance.reference.recording.courier import Courier
from conformance.reference.recording.notices import Notice
from conformance.reference.recording.tracks import Begun, Track

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from conformance.reference.clock import Clock
    from conformance.reference.recording.storing import Place
    from conformance.reference.recording.tracks import Change
    from conformance.reference.resources import App, Job, StoredObject, Tenant
    from conformance.reference.statistics import StatisticsData

Transformation = Callable[[Notice], Iterable[Notice]]
"""What becomes of a notice on its way out: itself, nothing, another, or several."""
_TICK = 0.05
"""Seconds between two looks at jobs that record."""


class Surroundings(Protocol):
    """What a recorder sees of the world it is in."""

    clock: Clock
    tenants: dict[str, Tenant]
    statistics: StatisticsData


@dataclass(slots=True)
class _Watch:
    """One job that records: where it is, and how far its recording has been followed."""

    tenant: str
    app_id: str
    job_id: str
    seen: datetime
    rule_id: str | None = None
    tracks: list[Track] = field(default_factory=list)


class Recorder:
    """Follows every recording of a world.

    ``observe`` is called before and after every request, when the clock is moved, and now and
    then: what held when it was called last has held until now. ``transformations`` are for
    services that deviate.
    """

    def __init__(self, world: Surroundings) -> None:
        self._world = weakref.ref(world)
        self._lock = threading.RLock()
        self._watched: dict[str, _Watch] = {}
        self.objects: dict[Place, dict[str, StoredObject]] = {}
        self._ticking = False
        self.transformations: list[Transformation] = []
        self.courier = Courier(self._address)

    def watch(self, tenant: str, app_id: str, job: Job, now: datetime) -> None:
        """Follow a job that records; one that is followed goes on being so."""
        with self._lock:
            fresh = _Watch(tenant, app_id, job.job_id, max(now, job.init_until))
            self._watched.setdefault(job.job_id, fresh)
            start = not self._ticking
            self._ticking = True
        if start:
            ticker = threading.Thread(
                target=_tick, args=(weakref.ref(self),), name="recorder", daemon=True
            )
            ticker.start()

    def stored(self, place: Place) -> tuple[StoredObject, ...]:
        """What was recorded into a bucket."""
        return tuple(self.objects.get(place, {}).values())

    def observe(self, now: datetime) -> bool:
        """Follow every recording up to now; whether there is one that goes on."""
        if not self._watched:
            return False
        with self._lock:
            for watch in list(self._watched.values()):
                found = self._find(watch)
                if found is None:
                    del self._watched[watch.job_id]
                else:
                    self._follow(watch, *found, now)
            return bool(self._watched)

    def tick(self) -> bool:
        """Observe at the world's time; whether to do so again."""
        world = self._world()
        with self._lock:
            self._ticking = world is not None and self.observe(world.clock.now())
            return self._ticking

    def _find(self, watch: _Watch) -> tuple[Tenant, App, Job] | None:
        world = self._world()
        tenant = world.tenants.get(watch.tenant) if world is not None else None
        app = tenant.apps.get(watch.app_id) if tenant is not None else None
        job = app.jobs.get(watch.job_id) if app is not None else None
        return None if tenant is None or app is None or job is None else (tenant, app, job)

    def _follow(self, watch: _Watch, tenant: Tenant, app: App, job: Job, now: datetime) -> None:
        over = job.standing(now).stopped
        until = now if over is None else over
        rule = app.rules.get(job.record_rule_id or "")
        changes: list[Change] = []
        if rule is not None and job.record_rule_id != watch.rule_id:
            changes += _finished(watch, watch.seen)
            watch.rule_id = job.record_rule_id
        if rule is not None and until >= watch.seen:
            content = rule.content
            wanted = content["record_formats"]
            if [track.format for track in watch.tracks] != wanted:
                changes += _finished(watch, watch.seen)
                watch.tracks = [Track(one) for one in dict.fromkeys(wanted)]
            sending = storing.writable(tenant, storing.place_of(content)) and self._sends(app, job)
            if sending and over is None:
                self._counted(app, job)
            for track in watch.tracks:
                changes += track.go(content, watch.seen, until, sending=sending)
        watch.seen = max(watch.seen, until)
        if over is not None:
            changes += _finished(watch, until)
        for change in sorted(changes, key=lambda one: one.moment):
            self._tell(app, self._happened(app, job, change))
        if over is not None:
            formats = tuple(track.format for track in watch.tracks)
            words = (job.standing(now).stop_reason or "").lower().replace("_", " ")
            self._tell(app, notices.over(app.app_id, job, formats, words))
            del self._watched[job.job_id]

    def _sends(self, app: App, job: Job) -> bool:
        world = self._world()
        if world is None:
            return False
        streams = world.statistics.streams(app.app_id, job.room_id)
        if job.kind == "mix":
            return any(streams.values())
        wanted = {job.content["video_type"]} | (
            {"AUDIO"} if job.content["is_record_audio"] else set()
        )
        return bool(wanted & streams.get(job.content["user_id"], frozenset()))

    def _counted(self, app: App, job: Job) -> None:
        """Who is recorded now counts in the usage of 13.7."""
        world = self._world()
        if world is not None:
            mixed = job.kind == "mix"
            streams = world.statistics.streams(app.app_id, job.room_id)
            who = streams if mixed else [job.content["user_id"]]
            world.statistics.recorded(app.app_id, job.room_id, who, mixed=mixed)

    def _happened(self, app: App, job: Job, change: Change) -> dict[str, Any]:
        """Store what a change leaves, and say what is told of it."""
        if isinstance(change, Begun):
            return notices.begun(app.app_id, job, change)
        name = storing.object_name(app.app_id, job.stream_name, change)
        place = storing.place_of(change.file.rule)
        stored = {one.name: one for one in storing.objects_of(name, change)}
        self.objects[place] = {**self.objects.get(place, {}), **stored}
        return notices.completed(app.app_id, job, change, name)

    def _tell(self, app: App, body: Mapping[str, Any]) -> None:
        if app.callback is None:
            return
        wanted = notices.subscribed(body["event_type"], app.callback.subscription)
        told = [notices.addressed(app.app_id, app.callback, body, wanted=wanted)]
        for transform in self.transformations:
            told = [other for one in told for other in transform(one)]
        for notice in told:
            if notice.wanted:
                self.courier.send(notice)

    def _address(self, app_id: str) -> str | None:
        """Where an application wants to be called now."""
        world = self._world()
        for tenant in world.tenants.values() if world is not None else ():
            app = tenant.apps.get(app_id)
            if app is not None:
                return app.callback.url if app.callback is not None else None
        return None


def _finished(watch: _Watch, moment: datetime) -> Iterator[Change]:
    for track in watch.tracks:
        yield from track.finish(moment)


def _tick(recorder: weakref.ref[Recorder]) -> None:
    while (alive := recorder()) is not None and alive.tick():
        del alive
        time.sleep(_TICK)
