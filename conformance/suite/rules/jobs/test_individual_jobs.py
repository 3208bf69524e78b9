"""Chapter 10, jobs of one stream: what is recorded, and the one thing that can be changed."""

from __future__ import annotations

from typing import Any

from conformance.engine.comparing.round_trip import changed_fields, not_read_back, sent_object
from conformance.engine.comparing.timestamps import earlier
from conformance.engine.scenario import ABSENT, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.jobs import (
    IDENTITY,
    INDIVIDUAL,
    NEVER_MADE,
    RECORD_RULE,
    Jobs,
    value,
)

_RECORDINGS: tuple[dict[str, Any], ...] = tuple(
    {"select_stream_type": stream, "video_type": video, "is_record_audio": sound}
    for stream, video, sound in (
        ("LD", "SCREENSTREAM", False),
        ("LD", "CAMERASTREAM", True),
        ("SD", "CAMERASTREAM", False),
        ("SD", "SCREENSTREAM", True),
        ("HD", "SCREENSTREAM", False),
        ("HD", "CAMERASTREAM", True),
        ("FHD", "CAMERASTREAM", False),
        ("FHD", "SCREENSTREAM", True),
    )
)
"""Every two values of the settings of table 10-3 together."""
_UPDATE = "UpdateIndividualStreamJob/rule"
_CREATE = "CreateIndividualStreamJob/rule"


@rules(
    f"{_CREATE}/every-resolution-accepted",
    f"{_CREATE}/every-video-type-accepted",
    f"{_CREATE}/reads-back-what-was-sent",
)
def test_every_recording(scenario: Scenario) -> None:
    """Each resolution and each kind of video makes a job that reads back as sent (10.1)."""
    jobs = Jobs(scenario, INDIVIDUAL)
    for number, recording in enumerate(_RECORDINGS):
        own = {**recording, "max_idle_time": 4000 + number, "user_id": f"0{number}"}
        made = jobs.ask(example="full", change=own)
        scenario.rule(f"{_CREATE}/every-resolution-accepted").succeeded(made)
        scenario.rule(f"{_CREATE}/every-video-type-accepted").succeeded(made)
        if made.status != 201:
            continue
        path = {"app_id": scenario.given("app"), "job_id": value(made, "job_id")}
        shown = jobs.call("Show", path)
        for where, reading in (("the answer", made), ("ShowIndividualStreamJob", shown)):
            wrong = not_read_back(sent_object(made), reading.json)
            scenario.rule(f"{_CREATE}/reads-back-what-was-sent").that(
                not wrong,
                f"{where} does not have what the start sent",
                expected=sent_object(made),
                actual="; ".join(wrong),
                exchange=reading,
            )


@rules(
    f"{_CREATE}/idle-time-default",
    f"{_CREATE}/audio-default",
    f"{_CREATE}/video-type-default",
    f"{_CREATE}/select-stream-default",
)
def test_defaults(scenario: Scenario) -> None:
    """With nothing but room and user: 30 seconds, sound, camera or no word of it, FHD (10.1)."""
    jobs = Jobs(scenario, INDIVIDUAL)
    job = jobs.start(example="minimal", lasting=False)
    for exchange in (job.start, jobs.show(job)):
        for name, field, default in (
            ("idle-time-default", "max_idle_time", 30),
            ("audio-default", "is_record_audio", True),
        ):
            found = value(exchange, field)
            scenario.rule(f"{_CREATE}/{name}").equal(
                found, default, f"{field}, which was not sent,", exchange
            )
        grade = value(exchange, "select_stream_type")
        scenario.rule(f"{_CREATE}/select-stream-default").that(
            grade in {None, "FHD"},
            f"select_stream_type, which was not sent, reads {in_json(grade)}",
            expected="FHD, or no select_stream_type",
            exchange=exchange,
        )
        video = value(exchange, "video_type")
        scenario.rule(f"{_CREATE}/video-type-default").that(
            video in {None, "CAMERASTREAM"},
            f"video_type, which was not sent, reads {in_json(video)}",
            expected="CAMERASTREAM, or no video_type",
            exchange=exchange,
        )


@rules(f"{_CREATE}/several-users-of-a-room")
def test_two_users_of_a_room(scenario: Scenario) -> None:
    """Every user of a room can be recorded, each by a job of their own, at once (4.2)."""
    jobs = Jobs(scenario, INDIVIDUAL)
    room = scenario.name("room")
    first = jobs.start(change={"room_id": room, "user_id": scenario.name("user")})
    second = jobs.ask(change={"room_id": room, "user_id": scenario.name("user")})
    rule = scenario.rule(f"{_CREATE}/several-users-of-a-room")
    if rule.succeeded(second):
        rule.that(
            value(second, "job_id") != first.id,
            "two users of a room who are recorded at once have one job",
            expected=f"another job than {first.id}",
            exchange=second,
        )


@rules(f"{_CREATE}/numeric-room-id")
def test_a_room_that_is_a_number(scenario: Scenario) -> None:
    """As in the example of 10.1: taken as its digits, or refused as the wrong type."""
    made = Jobs(scenario, INDIVIDUAL).ask(change={"room_id": 100})
    numeric = scenario.rule(f"{_CREATE}/numeric-room-id")
    if numeric.permitted(made) and made.status == 201:
        numeric.equal(value(made, "room_id"), "100", "room_id of a job of room 100", made)


@rules(
    f"{_UPDATE}/record-rule-is-read-back",
    f"{_UPDATE}/identity-is-kept",
    f"{_UPDATE}/update-time-not-earlier",
)
def test_another_recording_rule(scenario: Scenario) -> None:
    """The rule is taken over and nothing else; or it is refused, and all stays (10.4)."""
    jobs = Jobs(scenario, INDIVIDUAL)
    change = {"is_record_audio": False, "video_type": "SCREENSTREAM", "select_stream_type": "SD"}
    job = jobs.running(change=change)
    made = jobs.show(job)
    jobs.update(job, body={})
    before = jobs.show(job)
    update = jobs.update(job, example="record_rule")
    taken = scenario.rule(f"{_UPDATE}/record-rule-is-read-back")
    if not taken.permitted(update):
        return
    after = jobs.show(job)
    if update.status != 200:
        _unchanged(scenario, "record-rule-is-read-back", before, after)
        for name in ("identity-is-kept", "update-time-not-earlier"):
            scenario.rule(f"{_UPDATE}/{name}").inconclusive("the target refuses this update")
        return
    wanted = sent_object(update)
    for reading in (update, after):
        wrong = not_read_back(wanted, reading.json)
        taken.that(
            not wrong,
            "the rule of the update is not read back",
            expected=wanted,
            actual="; ".join(wrong),
            exchange=reading,
        )
        _same_recording(scenario, made, before, reading)


def _same_recording(
    scenario: Scenario, made: Exchange, before: Exchange, reading: Exchange
) -> None:
    """Nothing but the rule is changed by an update, the one that says nothing included."""
    settings = [field for field in INDIVIDUAL.settings if field != "record_param"]
    spoilt = changed_fields(made.json, reading.json, (*IDENTITY, *settings))
    scenario.rule(f"{_UPDATE}/identity-is-kept").that(
        not spoilt,
        "the update changed more than the recording rule",
        expected="as before the update",
        actual="; ".join(spoilt),
        exchange=reading,
    )
    was, now = value(before, "update_time"), value(reading, "update_time")
    scenario.rule(f"{_UPDATE}/update-time-not-earlier").that(
        not earlier(now, was),
        "update_time went back with an update",
        expected=f"not before {was}",
        actual=now,
        exchange=reading,
    )


@rules(
    f"{_UPDATE}/unknown-record-rule",
    f"{_UPDATE}/refused-update-changes-nothing",
    f"{_UPDATE}/empty-update",
    f"{_UPDATE}/without-body",
)
def test_updates_that_change_nothing(scenario: Scenario) -> None:
    """A rule never made is not found; nothing sent, nothing changed (10.4)."""
    jobs = Jobs(scenario, INDIVIDUAL)
    job = jobs.running(example="full")
    before = jobs.show(job)
    unknown = jobs.update(job, change={RECORD_RULE: NEVER_MADE})
    scenario.rule(f"{_UPDATE}/unknown-record-rule").refused(unknown)
    after = jobs.show(job)
    _unchanged(scenario, "unknown-record-rule", before, after)
    incomplete = jobs.update(job, body={"record_param": {}})
    for refusal, reading in ((unknown, after), (incomplete, jobs.show(job))):
        if refusal.status >= 400:
            _unchanged(scenario, "refused-update-changes-nothing", before, reading)
    for name, body in (("empty-update", {}), ("without-body", ABSENT)):
        before = jobs.show(job)
        update = jobs.update(job, body=body)
        scenario.rule(f"{_UPDATE}/{name}").permitted(update)
        _unchanged(scenario, name, before, jobs.show(job), with_time=update.status >= 400)


def _unchanged(
    scenario: Scenario, name: str, before: Exchange, after: Exchange, *, with_time: bool = True
) -> None:
    """The job reads as before; an update that was served may have moved its update_time."""
    fields = (*IDENTITY, "state", *INDIVIDUAL.settings, *(("update_time",) if with_time else ()))
    spoilt = changed_fields(before.json, after.json, fields)
    scenario.rule(f"{_UPDATE}/{name}").that(
        not spoilt,
        "the job is not as it was before the update",
        expected="the job as it was",
        actual="; ".join(spoilt),
        exchange=after,
    )
