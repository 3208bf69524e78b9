"""Judges one notification: its request, its shape, and what it says of a known recording."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote

from conformance.checks.body import BodyCheck
from conformance.checks.results import CheckResults
from conformance.contract.notifications import PLACE
from conformance.engine.scenario import Rule, Scenario
from conformance.model.exchange import Exchange
from conformance.suite.kit.applications import part
from conformance.suite.kit.buckets import moments, rows_of
from conformance.suite.kit.jobs import MIX, value
from conformance.suite.kit.notifications.notification import (
    BEGUN,
    COMPLETE,
    FACTS,
    OVER,
    Notification,
    is_subscribed,
    without_nulls,
)
from conformance.suite.kit.notifications.recording import (
    ENCODING,
    LOCATION,
    Recording,
    moment,
)

NAME = "recordEvent"
_TYPED = {
    "job_id": ("required", "type"),
    "stream_name": ("required", "type"),
    "app_id": ("required", "type"),
    "room_id": ("required", "type"),
    "event_type": ("required", "type", "enum"),
    "record_format": ("type", "enum"),
    "download_url": ("type",),
    "record_duration": ("type", "minimum"),
    "width": ("type", "minimum"),
    "height": ("type", "minimum"),
    "start_time": ("type", "format"),
    "end_time": ("type", "format"),
    "obs_location": ("type",),
    "obs_bucket": ("type",),
    "obs_object": ("type",),
    "detail_message": ("type",),
}
SHAPE = (
    *(f"{NAME}/{PLACE}/body/{name}" for name in ("json", "undeclared")),
    *(f"{NAME}/{PLACE}/{name}/{keyword}" for name, known in _TYPED.items() for keyword in known),
    f"{NAME}/{PLACE}/file-has-record-format/combination",
    *(f"{NAME}/{PLACE}/complete-file-has-{name.replace('_', '-')}/combination" for name in FACTS),
)
"""What the table says of the fields; the contract's own test knows that none is missing."""
_JUST_NOW = dt.timedelta(minutes=10)
"""How far the date of a new object may be from the present: storing takes time."""
_ANOTHER_ZONE = dt.timedelta(minutes=25)
"""Zones are at least half an hour apart; waiting for what was recorded takes less."""
TOLERANCE = 2
"""Seconds that whole seconds of begin, end and duration may differ by, each rounded or cut."""
_OTHER_UNIT = 100
"""So many times the length of a file is no number of seconds, whatever interrupted it."""
_JOB_TOLERANCE = 5
"""Seconds that a file may seem to begin before its job, or to end after it."""


def rule(scenario: Scenario, name: str) -> Rule:
    """A declared rule of notifications."""
    return scenario.rule(f"{NAME}/rule/{name}")


def judge_arrival(scenario: Scenario, told: Notification) -> None:
    """Judge the request of a notification, and that its body matches the table."""
    request = told.exchange.request
    rule(scenario, "posted").equal(request.method, "POST", "the method", told.exchange)
    declared = told.content.header("content-type") or ""
    rule(scenario, "declared-as-json").that(
        declared.partition(";")[0].strip().lower() == "application/json",
        "a notification is declared as something else",
        expected="application/json",
        actual=declared or "no content type",
        exchange=told.exchange,
    )
    content = scenario.lab.contract.notifications[NAME].content
    found = CheckResults(scenario.lab.case, told.exchange.number)
    BodyCheck(NAME, PLACE, content).check(without_nulls(told.content), found)
    for requirement in found.kept - found.broken.keys():
        scenario.rule(requirement).that(True, "")
    for broken in found.broken.values():
        scenario.rule(broken.requirement).that(
            False,
            broken.message,
            expected=broken.expected,
            actual=broken.actual,
            exchange=told.exchange,
        )


def judge_event(recording: Recording, told: Notification) -> None:
    """Judge every event: subscribed, of a job of ours, in a format of the recording rule."""
    scenario = recording.scenario
    # Whoever is subscribed to all that a subscription can name (table 8-6) may be told the end too.
    files = {BEGUN, COMPLETE} <= set(recording.subscription)
    named = "end-only-subscribed" if told.event in OVER and files else "only-subscribed"
    rule(scenario, named).that(
        is_subscribed(told.event, recording.subscription),
        f"{told.event} was sent",
        expected=f"one of {', '.join(recording.subscription)}",
        actual=told.event,
        exchange=told.exchange,
    )
    _judge_job(recording, told)
    if told.format is not None:
        rule(scenario, "format-of-rule").that(
            told.format in recording.formats,
            "record_format is not a format of the recording rule",
            expected=" or ".join(recording.formats),
            actual=told.format,
            exchange=told.exchange,
        )
    facts = [name for name in FACTS if told.body.get(name) not in (None, "", 0)]
    rule(scenario, "file-facts-only-when-complete").that(
        told.event == COMPLETE or not facts,
        f"{told.event} contains details of a file",
        expected="none of them",
        actual=", ".join(facts),
        exchange=told.exchange,
    )


_OF_JOB = ("job_id", "room_id", "stream_name")
"""What names the job of an event, where the event has it: each may be left out (table 14-3)."""


def _judge_job(recording: Recording, told: Notification) -> None:
    known = recording.jobs.get(told.says("job_id"))
    start = known[1].start if known is not None else None
    of_job = {name: value(start, name) for name in _OF_JOB} if start is not None else {}
    wanted = {name: it for name, it in of_job.items() if it is not None and name in told.body}
    if "app_id" in told.body:
        wanted["app_id"] = recording.app
    rule(recording.scenario, "job-known").equal(
        {name: told.body[name] for name in wanted},
        wanted if of_job else "those of a job that was started",
        "what the event is of",
        told.exchange,
    )


def judge_file(recording: Recording, told: Notification) -> None:
    """Judge a completed file against the recording rule and its own times."""
    _judge_place(recording, told)
    _judge_times(recording, told)
    known = recording.jobs.get(told.says("job_id"))
    if known is not None and known[0].kind is MIX:
        width, _, height = ENCODING.partition("_")[0].partition("*")
        rule(recording.scenario, "picture-of-template").equal(
            f"{told.says('width')}*{told.says('height')}",
            f"{width}*{height}",
            "the size of the picture",
            told.exchange,
        )


def _judge_place(recording: Recording, told: Notification) -> None:
    scenario, name = recording.scenario, told.says("obs_object").lstrip("/")
    rule(scenario, "bucket-of-rule").equal(
        (told.says("obs_location"), told.says("obs_bucket")),
        (LOCATION, recording.bucket),
        "region and bucket of the file",
        told.exchange,
    )
    rule(scenario, "object-under-path").that(
        name.startswith(recording.folder),
        "the object is in another location",
        expected=f"{recording.folder}…",
        actual=name,
        exchange=told.exchange,
    )
    rule(scenario, "object-by-prefix").that(
        re.search(_shape(recording, told), name) is not None,
        "the object is not named by record_prefix",
        expected=recording.prefix,
        actual=name,
        exchange=told.exchange,
    )
    address, last = told.says("download_url"), name.rpartition("/")[2]
    rule(scenario, "download-names-object").that(
        re.match("https?://.", address) is not None and bool(last) and last in unquote(address),
        "download_url does not lead to the file",
        expected=f"http(s)://…/{last}",
        actual=address,
        exchange=told.exchange,
    )


def _shape(recording: Recording, told: Notification) -> str:
    """The pattern for a file's object name; the form of file_start_time is not stated."""
    job = told.says("job_id")
    stream = recording.stream(job) if job in recording.jobs else None
    values = {
        "app_id": re.escape(recording.app),
        "record_format": re.escape(told.says("record_format")),
        "stream": re.escape(str(stream)) if stream else ".+",
        "file_start_time": "[^/]+",
    }
    pieces = re.split(r"\{(\w+)\}", recording.prefix)
    named = (
        values.get(one, "[^/]+") if odd % 2 else re.escape(one) for odd, one in enumerate(pieces)
    )
    return "(^|/)" + "".join(named) + r"[^/]*$"


def _judge_times(recording: Recording, told: Notification) -> None:
    scenario = recording.scenario
    begin, end = moment(told.body.get("start_time")), moment(told.body.get("end_time"))
    if begin is None or end is None:
        return
    rule(scenario, "times-in-order").that(
        begin <= end,
        "the file ends before it begins",
        expected=f"not before {told.says('start_time')}",
        actual=told.says("end_time"),
        exchange=told.exchange,
    )
    now = scenario.lab.now()
    rule(scenario, "times-in-utc").that(
        max(abs(begin - now), abs(end - now)) < _ANOTHER_ZONE,
        "a file that was just recorded is of another time",
        expected=f"about {now:%Y-%m-%dT%H:%M:%SZ}",
        actual=f"{told.says('start_time')} to {told.says('end_time')}",
        exchange=told.exchange,
    )
    length, seconds = told.body.get("record_duration"), (end - begin).total_seconds()
    if isinstance(length, int):
        rule(scenario, "duration-in-seconds").that(
            length < _OTHER_UNIT * max(seconds, 1),
            "record_duration is not in seconds",
            expected=f"{seconds:.0f}, give or take {TOLERANCE}",
            actual=length,
            exchange=told.exchange,
        )
        rule(scenario, "duration-between-times").that(
            abs(length - seconds) <= TOLERANCE,
            "record_duration is not the time between start_time and end_time",
            expected=f"{seconds:.0f}, give or take {TOLERANCE}",
            actual=length,
            exchange=told.exchange,
        )
    shown = recording.shown(told.says("job_id"))
    first, last = (moment(part(shown.json if shown else None, f"{n}_time")) for n in _ENDS)
    early = first is not None and (first - begin).total_seconds() > _JOB_TOLERANCE
    late = last is not None and (end - last).total_seconds() > _JOB_TOLERANCE
    rule(scenario, "within-job").that(
        not early and not late,
        "the file is not within the life of its job",
        expected=f"{first} to {last or 'now'}",
        actual=f"{begin} to {end}",
        exchange=told.exchange,
    )


_ENDS = ("start", "stop")
_STORED_SECONDS = 20.0
"""Until what was told of is listed: no line says when."""


def judge_listed(recording: Recording, told: Notification) -> None:
    """Judge that the object of a completed file is listed in its bucket (12.2)."""
    scenario, name = recording.scenario, told.says("obs_object")
    query: dict[str, Any] = {
        "bucket": recording.bucket,
        "type": "objects",
        "location": LOCATION,
        "prefix": name.lstrip("/"),
    }

    def listed(body: Any) -> bool:
        rows = part(body, "objects")
        names = [str(part(row, "file_name")) for row in rows] if isinstance(rows, list) else []
        return name.lstrip("/") in {one.lstrip("/") for one in names}

    seen = scenario.until(
        lambda: scenario.send("ListObsBucketObjects", query=query),
        listed,
        _STORED_SECONDS,
        subject="an object",
    )
    rule(scenario, "object-listed").that(
        listed(seen.json),
        "the object of a completed file is not listed",
        expected=name,
        exchange=seen,
    )
    if listed(seen.json):
        _judge_modified(scenario, name, seen)


def _judge_modified(scenario: Scenario, name: str, seen: Exchange) -> None:
    """The date of an object that was stored a moment ago is the present."""
    row = next(
        (
            row
            for row in rows_of(seen, "objects")
            if str(row.get("file_name")).lstrip("/") == name.lstrip("/")
        ),
        {},
    )
    modified = scenario.rule("ListObsBucketObjects/rule/modified-when-stored")
    found = moments(row.get("last_modified"))
    if not found:
        modified.inconclusive("no data: there are no readable last_modified")
        return
    modified.that(
        any(abs(one - scenario.lab.now()) <= _JUST_NOW for one in found),
        "the last_modified of a file that was just completed is not the present",
        expected=f"about {scenario.lab.now():%Y/%m/%d %H:%M:%S} GMT +00:00",
        actual=row.get("last_modified"),
        exchange=seen,
    )
