"""Sets up an application that records: rule, callback to our listener, people, jobs."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.access.capability import AUTHORISE_BUCKET, CLOCK
from conformance.engine.outcomes import Inconclusive, NotApplicable
from conformance.engine.scenario import Scenario
from conformance.engine.wire.listener import Listener
from conformance.model.exchange import Exchange, Request
from conformance.suite.kit import participants
from conformance.suite.kit.applications import part
from conformance.suite.kit.borrowed_rooms import (
    PARTICIPANTS,
    put_back_callback,
    running_app,
    somebody_there,
)
from conformance.suite.kit.jobs import INDIVIDUAL, MIX, Job, Jobs, value
from conformance.suite.kit.notifications.notification import (
    OVER,
    Notification,
    as_exchanges,
    is_probe,
    read,
)
from conformance.suite.kit.paged_lists import rules_of

KEY = "8923ab8c2dcef4538923ab8c2dcef453"
LOCATION = "cn-north-4"
"""The one region where recording is offered (table 6-4)."""
CYCLE = 60
"""Seconds of record_cycle, the least that there is for both formats (tables 6-5, 6-6)."""
PREFIX = "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}"
ENCODING = "1280*720_30_1710"
"""Template of mixes, and thereby the size of their picture."""
SETTLING = 0.3
"""Seconds in which what is too much would come, after all that was waited for has come."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of our listener, and the answer to its configuration as callback."""

    path: str
    url: str


@dataclass(slots=True)
class Recording:
    """An application that is ready to record; ``jobs`` by their job_id.

    ``borrowed``: it is the target file's, where people are in a room and nobody can be moved.
    ``tells``: some file of it was told of. ``body`` is what its rule was created with.
    """

    scenario: Scenario
    listener: Listener
    app: str
    formats: tuple[str, ...] = ("MP4", "HLS")
    bucket: str = ""
    folder: str = ""
    rule: str = ""
    prefix: str = PREFIX
    borrowed: bool = False
    tells: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)
    subscription: Collection[str] = ()
    jobs: dict[str, tuple[Jobs, Job]] = field(default_factory=dict)

    @classmethod
    def prepare(
        cls,
        scenario: Scenario,
        listener: Listener,
        formats: tuple[str, ...] = ("MP4", "HLS"),
        settings: Mapping[str, Mapping[str, int]] | None = None,
    ) -> Recording:
        """Create an application with a rule; ``settings`` are more of those of a format.

        Where nobody can be moved, people are in a room of the target file's application: see
        ``borrowed_rooms``. Raises Blocked or Inconclusive without a bucket.
        """
        if not scenario.lab.settings.allows(PARTICIPANTS):
            made = cls(scenario, listener, running_app(scenario), formats, borrowed=True)
            put_back_callback(scenario, made.app)
            if made._finds_rule():
                return made
        else:
            made = cls(scenario, listener, scenario.fresh("app"), formats)
        made.bucket = _bucket(scenario)
        made.folder = f"{scenario.name('records')}/"
        config = {"record_cycle": CYCLE, "record_prefix": PREFIX}
        more = settings or {}
        body = {
            "obs_addr": {
                "location": LOCATION,
                "project_id": scenario.lab.settings.project_id or "",
                "bucket": made.bucket,
                "object": made.folder,
            },
            "record_formats": list(formats),
            **{f"{one.lower()}_config": {**config, **more.get(one, {})} for one in formats},
        }
        answered = scenario.make("CreateRecordRule", path={"app_id": made.app}, body=body)
        made.body = body
        made.rule = str(part(answered.json, "rule_id"))
        return made

    def _finds_rule(self) -> bool:
        """Record by the rule that a borrowed application has: a change would count only later."""
        rows = [row for row in rules_of(self.app).whole(self.scenario).rows if _is_here(row)]
        for row in rows[:1]:
            self.rule = str(row.get("rule_id"))
            self.bucket = str(part(row, "obs_addr", "bucket"))
            self.folder = str(part(row, "obs_addr", "object") or "")
            self.formats = tuple(map(str, part(row, "record_formats") or ()))
            named = {part(row, f"{it.lower()}_config", "record_prefix") for it in self.formats}
            self.prefix = str(named.pop()) if len(named) == 1 and None not in named else ""
        return bool(rows)

    def move(self, folder: str) -> None:
        """Let the rule record into another folder. Raises NotApplicable for somebody else's."""
        path = {"app_id": self.app, "rule_id": self.rule}
        if not self.body:
            raise NotApplicable("the application that is recorded has a rule of its own")
        moved = {**self.body, "obs_addr": {**self.body["obs_addr"], "object": folder}}
        self.scenario.make("UpdateRecordRule", path=path, body=moved)

    def called(self, *, key: str | None = KEY) -> Address:
        """Configure a new address of our listener as the callback."""
        path = f"/{secrets.token_hex(8)}"
        url = f"{self.listener.url}{path}"
        body = {"url": url} if key is None else {"url": url, "auth_key": key}
        answered = self.scenario.make("UpdateRecordCallback", path={"app_id": self.app}, body=body)
        events = part(answered.json, "record_callback", "notify_event_subscription")
        self.subscription = tuple(map(str, events)) if isinstance(events, list) else ()
        return Address(path, url)

    def join(self, room: str, user: str, *streams: str, role: str = "joiner") -> None:
        """Let a user join a room and send streams. Raises Blocked where that is impossible."""
        sent = streams or ("AUDIO", "CAMERASTREAM")
        content = {"role": role, "streams": list(sent)}
        participants.join(self.scenario, self.app, room, user, content)

    def leave(self, room: str, user: str) -> None:
        """Let a user leave a room; who was there before stays."""
        if not self.borrowed:
            participants.leave(self.scenario, self.app, room, user)

    def somebody(self) -> tuple[str, str]:
        """A room, and a user in it who sends: one who joins, or one who is there already."""
        if self.borrowed:
            return somebody_there(self.scenario)
        room, user = self.scenario.name("room"), self.scenario.name("user")
        self.join(room, user)
        return room, user

    def start(self, room: str, user: str | None = None, *, idle: int = 7200) -> Job:
        """Start recording a user, or the mix of a room. Raises Blocked unless the job runs."""
        jobs = Jobs(self.scenario, MIX if user is None else INDIVIDUAL)
        change: dict[str, Any] = {
            jobs.kind.room: room,
            jobs.kind.idle: idle,
            "record_param": {"record_rule_id": self.rule},
        }
        if user is None:
            change["mix_param.encode_template"] = ENCODING
        else:
            change["user_id"] = user
        job = jobs.ready(jobs.start(app=self.app, change=change, lasting=False))
        self.jobs[job.id] = (jobs, job)
        return job

    def stop(self, job: Job) -> None:
        """Stop a job and ignore the answer: the notifications are judged."""
        self.jobs[job.id][0].stop(job)

    def stop_all(self, identifiers: Collection[str]) -> None:
        """Stop jobs that the target has begun by itself, which may forbid what is to be deleted."""
        stop = INDIVIDUAL.operations["Stop"]
        for one in sorted(identifiers) if self.scenario.offers(stop) else ():
            self.scenario.send(stop, path={"app_id": self.app, "job_id": one})

    def shown(self, job: str) -> Exchange | None:
        """A job as the target shows it; None for one that is not ours."""
        known = self.jobs.get(job)
        return known[0].show(known[1]) if known is not None else None

    def stream(self, job: str) -> Any:
        """The name of a job's stream."""
        return value(self.jobs[job][1].start, "stream_name")

    def room(self, job: str) -> Any:
        """The room of a job."""
        return value(self.jobs[job][1].start, "room_id")

    def pass_time(self, seconds: float) -> None:
        """Let time pass at the target: by moving its clock, else by waiting."""
        if self.scenario.lab.settings.allows(CLOCK):
            self.scenario.lab.advance(seconds)
        else:
            self.scenario.lab.waiting.rest(seconds)

    def wait(
        self, address: Address, there: Callable[[Sequence[Notification]], bool]
    ) -> list[Notification]:
        """The notifications to an address, once all have come, and a little later."""

        def complete(requests: Sequence[Request]) -> bool:
            return there([read(request) for request in requests if not is_probe(request)])

        seconds = self.scenario.lab.settings.notification_seconds
        self.listener.until(address.path, complete, seconds)
        self.scenario.lab.waiting.rest(SETTLING)
        heard = self.heard(address)
        self.tells = self.tells or any(read(one).event not in OVER for one in heard)
        if self.borrowed and not self.tells:
            raise NotApplicable("the room that is running is not recorded, or nothing tells of it")
        return as_exchanges(self.scenario, heard)

    def heard(self, address: Address) -> list[Request]:
        """What an address has been told of these jobs so far."""
        calls = self.listener.heard(address.path)
        return [one for one in calls if not is_probe(one) and self._concerns(read(one))]

    def _concerns(self, told: Notification) -> bool:
        """Whether it may be of these jobs; a borrowed application may have others that record."""
        return not self.borrowed or not told.body or told.job in self.jobs


def _is_here(rule: dict[str, Any]) -> bool:
    return bool(part(rule, "obs_addr", "location") == LOCATION)


def _bucket(scenario: Scenario) -> str:
    """An authorised bucket for recordings: named, or listed; authorised first where that may be."""
    named = scenario.lab.settings.fixtures.bucket
    if named is not None and not scenario.offers("ListObsBuckets"):
        return named
    listed = part(scenario.make("ListObsBuckets").json, "buckets")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    there = [row for row in rows if named in {None, row.get("bucket")} and _is_near(row)]
    there.sort(key=lambda row: row.get("is_authorized") is not True)
    if there and (there[0].get("is_authorized") is True or _authorise(scenario, there[0])):
        return str(there[0].get("bucket"))
    if named is not None:
        return named
    raise Inconclusive("no data: no authorised bucket in the region of recordings")


def _is_near(row: dict[str, Any]) -> bool:
    return row.get("location") == LOCATION


def _authorise(scenario: Scenario, row: dict[str, Any]) -> bool:
    """Authorise a bucket where the target file allows it; the run puts back what it was."""
    if not scenario.lab.settings.allows(AUTHORISE_BUCKET):
        return False
    if not scenario.offers("UpdateObsBucketAuthority"):
        return False
    change = {"bucket": row.get("bucket"), "location": LOCATION, "operation": 1}
    scenario.make("UpdateObsBucketAuthority", example="authorise", change=change)
    return True


def moment(text: object) -> dt.datetime | None:
    """A time of a job or a file; None if it is not a time, or not set."""
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year > 1 else None
