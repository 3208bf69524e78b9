"""Faults of what is told of recordings: notices that are changed, lost, repeated or misdirected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.faults.handmade import FAMILY, afterwards, breaking, found_app
from conformance.faults.middleware import Turn
from conformance.faults.model import Fault
from conformance.faults.rules.notice_changes import (
    Prepare,
    begin_after_completion,
    body_changed,
    dropped,
    edited,
    end_repeated,
    every_second_file_only,
    first_address_only,
    hours_off,
    newest_address,
    no_screens,
    nothing_stored,
    old_address_too,
    older_rooms_too,
    other_stream_names,
    put,
    sent_unsubscribed,
    silent_when_idle,
    start_after_end,
    stored_by_the_rule_of_now,
    transformed,
    with_key,
    without,
    without_key,
)
from conformance.reference.recording.notices import BEGUN, COMPLETE, OVER

Row = tuple[str, str, str, Prepare]
_NAME = "recordEvent"


def faults() -> Iterator[Fault]:
    """Every fault of a notification."""
    for slug, requirement, title, prepare in _ROWS:
        owned = requirement.startswith("UpdateAutoRecord/")
        identifier = requirement if owned else f"{_NAME}/{requirement}"
        yield Fault(f"{identifier}/{slug}", title, FAMILY, (identifier,), (), prepare=prepare)
    for slug, title, seconds in (
        ("never-merged", "Begins a file after every interruption", 0),
        ("always-merged", "Goes on with a file after every interruption", -1),
        ("merged-for-seconds", "Waits for a second, whatever was set", 1),
    ):
        yield breaking(
            f"{_NAME}/rule/interruptions-make-files",
            title,
            afterwards(_merging_for(seconds)),
            "CreateRecordRule",
            slug=slug,
        )


def _merging_for(seconds: int) -> Callable[[Turn, Any], None]:
    """Record with another time for merging than the rule was given and shows."""

    def change(turn: Turn, body: Any) -> None:
        rule = found_app(turn).rules[body["rule_id"]]
        other = {"record_max_duration_to_merge_file": seconds}
        configs = {
            name: {**config, **other}
            for name, config in rule.content.items()
            if name.endswith("_config") and config
        }
        rule.content = {**rule.content, **configs}

    return change


_SHAPE = "notification"
_OTHER_TYPES: Mapping[str, Any] = {
    "job_id": 1,
    "stream_name": 7,
    "app_id": 1,
    "room_id": 100,
    "event_type": 2,
    "record_format": ["MP4"],
    "download_url": 7,
    "record_duration": "60",
    "width": "1280",
    "height": "720",
    "start_time": 1618998715,
    "end_time": 1618998775,
    "obs_location": 7,
    "obs_bucket": {},
    "obs_object": [],
    "detail_message": {},
}
_ROWS: tuple[Row, ...] = (
    (
        "put",
        "rule/posted",
        "Sends with PUT",
        transformed(lambda one: (replace(one, method="PUT"),)),
    ),
    (
        "text",
        "rule/declared-as-json",
        "Declares notices as text",
        transformed(
            lambda one: (replace(one, headers={**one.headers, "Content-Type": "text/plain"}),)
        ),
    ),
    (
        "form",
        f"{_SHAPE}/body/json",
        "Sends forms in place of JSON",
        transformed(lambda one: (replace(one, raw=b"event_type=RECORD"),)),
    ),
    (
        "more",
        f"{_SHAPE}/body/undeclared",
        "Tells what no table names",
        body_changed("", put("internal_host", "rec-7")),
    ),
    ("no-begin", "rule/delivered", "Does not tell that a file is begun", dropped(BEGUN)),
    ("no-completion", "rule/delivered", "Does not tell that a file is complete", dropped(COMPLETE)),
    ("no-end", "rule/delivered", "Does not tell that a recording is over", dropped(OVER)),
    (
        "one-format",
        "rule/delivered",
        "Tells of one format only",
        dropped(COMPLETE, record_format="HLS"),
    ),
    (
        "all",
        "rule/only-subscribed",
        "Tells events that nobody subscribed to",
        sent_unsubscribed(BEGUN),
    ),
    (
        "end",
        "rule/end-only-subscribed",
        "Tells the end to who is subscribed to files",
        sent_unsubscribed("CLOUD_RECORD_OVER"),
    ),
    ("no-key", "rule/key-in-header", "Sends no key", transformed(without_key)),
    ("key", "rule/no-key-no-header", "Sends a header without a key", transformed(with_key)),
    (
        "other-job",
        "rule/job-known",
        "Names another job",
        body_changed("", edited("job_id", lambda t: t[1:])),
    ),
    (
        "other-room",
        "rule/job-known",
        "Names another room",
        body_changed("", put("room_id", "room")),
    ),
    (
        "other-stream",
        "rule/job-known",
        "Names another stream",
        body_changed(BEGUN, edited("stream_name", lambda text: f"x{text}")),
    ),
    (
        "other-app",
        "rule/job-known",
        "Names another application",
        body_changed("", put("app_id", "a")),
    ),
    (
        "late-begin",
        "rule/order-of-file",
        "Tells the begin of a file last",
        lambda world: world.recorder.transformations.append(begin_after_completion()),
    ),
    ("two-ends", "rule/one-end", "Tells the end twice, in other words", transformed(end_repeated)),
    (
        "swapped",
        "rule/times-in-order",
        "Ends files before they begin",
        body_changed(COMPLETE, start_after_end),
    ),
    (
        "milliseconds",
        "rule/duration-in-seconds",
        "Counts duration in milliseconds",
        body_changed(COMPLETE, edited("record_duration", lambda seconds: seconds * 1000)),
    ),
    (
        "double",
        "rule/duration-between-times",
        "Counts duration twice",
        body_changed(COMPLETE, edited("record_duration", lambda seconds: seconds * 2 + 9)),
    ),
    (
        "local-time",
        "rule/times-in-utc",
        "Tells the time of Beijing, and says that it is UTC",
        body_changed(COMPLETE, hours_off(8)),
    ),
    ("an-hour-off", "rule/within-job", "Is an hour off", body_changed(COMPLETE, hours_off(-1))),
    (
        "other-bucket",
        "rule/bucket-of-rule",
        "Names another bucket",
        body_changed(COMPLETE, edited("obs_bucket", lambda name: f"{name}2")),
    ),
    (
        "other-region",
        "rule/bucket-of-rule",
        "Names another region",
        body_changed(COMPLETE, put("obs_location", "cn-north-1")),
    ),
    (
        "rule-of-now",
        "rule/running-keeps-rule",
        "A changed rule counts for what is being recorded",
        stored_by_the_rule_of_now,
    ),
    (
        "no-path",
        "rule/object-under-path",
        "Leaves the path of the rule out",
        body_changed(COMPLETE, edited("obs_object", lambda name: name.partition("/")[2])),
    ),
    (
        "default-prefix",
        "rule/object-by-prefix",
        "Names files in a way of its own",
        body_changed(
            COMPLETE, edited("obs_object", lambda name: f"{name.partition('/')[0]}/a.mp4")
        ),
    ),
    (
        "no-file-name",
        "rule/download-names-object",
        "Tells a page in place of the file",
        body_changed(COMPLETE, put("download_url", "https://console.example/obs")),
    ),
    (
        "lower-case",
        f"{_SHAPE}/record_format/enum",
        "Spells formats in small letters",
        body_changed("", lambda body: {**body, "record_format": "mp4"}),
    ),
    (
        "other-format",
        "rule/format-of-rule",
        "Names a format that is none of the rule",
        body_changed("", lambda body: {**body, "record_format": "FLV"}),
    ),
    ("unlisted", "rule/object-listed", "Keeps no objects", nothing_stored),
    (
        "always-facts",
        "rule/file-facts-only-when-complete",
        "Tells the size with every event",
        body_changed("", lambda body: {"width": 1280, "height": 720, **body}),
    ),
    (
        "other-size",
        "rule/picture-of-template",
        "Tells another size of a mix",
        body_changed(COMPLETE, put("width", 1920)),
    ),
    (
        "long-cycle",
        "rule/cycle-makes-files",
        "Completes every second file only",
        every_second_file_only,
    ),
    (
        "silent-idle",
        "rule/end-when-idle",
        "Does not tell that idle jobs end",
        transformed(silent_when_idle),
    ),
    (
        "old-too",
        "rule/only-current-address",
        "Goes on telling the old address",
        lambda world: world.recorder.transformations.append(old_address_too()),
    ),
    (
        "old-only",
        "rule/only-current-address",
        "Never tells a new address",
        lambda world: world.recorder.transformations.append(first_address_only()),
    ),
    (
        "newest-of-all",
        "rule/only-current-address",
        "Tells the address that was configured last, in any application",
        newest_address,
    ),
    (
        "no-screen",
        "UpdateAutoRecord/rule/records-new-rooms",
        "Does not record screens",
        transformed(no_screens),
    ),
    (
        "old-rooms",
        "UpdateAutoRecord/rule/older-rooms-not-recorded",
        "Records rooms that were there before",
        transformed(older_rooms_too),
    ),
    (
        "names",
        "UpdateAutoRecord/rule/automatic-stream-name",
        "Names automatic recordings in another way",
        transformed(other_stream_names),
    ),
    (
        "unknown-event",
        f"{_SHAPE}/event_type/enum",
        "Tells an event of another name",
        body_changed(BEGUN, put("event_type", "RECORD_BEGUN")),
    ),
    (
        "with-milliseconds",
        f"{_SHAPE}/start_time/format",
        "Writes times with milliseconds",
        body_changed(COMPLETE, edited("start_time", lambda text: f"{text[:-1]}.000Z")),
    ),
    (
        "local-time",
        f"{_SHAPE}/end_time/format",
        "Writes times with an offset",
        body_changed(COMPLETE, edited("end_time", lambda text: f"{text[:-1]}+08:00")),
    ),
    (
        "negative",
        f"{_SHAPE}/record_duration/minimum",
        "Counts downwards",
        body_changed(COMPLETE, put("record_duration", -1)),
    ),
    (
        "no-width",
        f"{_SHAPE}/width/minimum",
        "Says -1 where it does not know the width",
        body_changed(COMPLETE, put("width", -1)),
    ),
    (
        "no-height",
        f"{_SHAPE}/height/minimum",
        "Says -1 where it does not know the height",
        body_changed(COMPLETE, put("height", -1)),
    ),
    (
        "formatless",
        f"{_SHAPE}/file-has-record-format/combination",
        "Does not say which format a file is in",
        body_changed(BEGUN, without("record_format")),
    ),
    *(
        (
            "missing",
            f"{_SHAPE}/complete-file-has-{name.replace('_', '-')}/combination",
            f"Completes files without {name}",
            body_changed(COMPLETE, without(name)),
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
        (
            "missing",
            f"{_SHAPE}/{name}/required",
            f"Tells no {name}",
            body_changed("", without(name)),
        )
        for name in ("job_id", "stream_name", "app_id", "room_id", "event_type")
    ),
    *(
        (
            "other-type",
            f"{_SHAPE}/{name}/type",
            f"Tells {name} in another type",
            body_changed(COMPLETE, put(name, value)),
        )
        for name, value in _OTHER_TYPES.items()
    ),
)
