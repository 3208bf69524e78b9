"""Section 14.6: a recording is told from its first file to its end, and every word is true.

What records a room that is running comes before the tests that end it; what moves the clock, last.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.access.capability import CLOCK
from conformance.engine.outcomes import Blocked, Inconclusive, NotApplicable, NotOffered
from conformance.engine.scenario import Scenario, rules
from conformance.engine.wire.listener import Listener
from conformance.suite.kit.jobs import LEAST_IDLE, Job, value
from conformance.suite.kit.notifications.judging import (
    SHAPE,
    TOLERANCE,
    judge_arrival,
    judge_event,
    judge_file,
    judge_listed,
    rule,
)
from conformance.suite.kit.notifications.notification import (
    BEGUN,
    COMPLETE,
    OVER,
    Notification,
    counted,
    is_subscribed,
)
from conformance.suite.kit.notifications.recording import CYCLE, Address, Recording

_END = "CLOUD_RECORD_SERVER_OVER"
_SOME_SECONDS = 3
_USER = "speaker"
_MERGED = 60
"""Seconds that an interruption may last in a file that goes on."""
_ONE_FILE = 7200
"""Seconds of record_cycle that no test outlasts."""
_END_SUBSCRIBED = "end-only-subscribed"
_NO_END = "the callback is not subscribed to the end of a recording"


@rules(
    *SHAPE,
    "recordEvent/rule/posted",
    "recordEvent/rule/declared-as-json",
    "recordEvent/rule/delivered",
    "recordEvent/rule/only-subscribed",
    f"recordEvent/rule/{_END_SUBSCRIBED}",
    "recordEvent/rule/job-known",
    "recordEvent/rule/order-of-file",
    "recordEvent/rule/one-end",
    "recordEvent/rule/times-in-order",
    "recordEvent/rule/times-in-utc",
    "recordEvent/rule/duration-between-times",
    "recordEvent/rule/duration-in-seconds",
    "recordEvent/rule/within-job",
    "recordEvent/rule/bucket-of-rule",
    "recordEvent/rule/object-under-path",
    "recordEvent/rule/object-by-prefix",
    "recordEvent/rule/format-of-rule",
    "recordEvent/rule/object-listed",
    "recordEvent/rule/download-names-object",
    "recordEvent/rule/file-facts-only-when-complete",
    "recordEvent/rule/picture-of-template",
    "ListObsBucketObjects/rule/modified-when-stored",
)
def test_a_recording_is_told(scenario: Scenario) -> None:
    """A user and the mix of a room are recorded in both formats, and stopped."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener)
        address = recording.called()
        room, user = recording.somebody()
        jobs = [recording.start(room, user), recording.start(room)]
        scenario.lab.waiting.outlast(_SOME_SECONDS)
        for job in jobs:
            recording.stop(job)
        told = recording.wait(address, lambda seen: not _missing(recording, seen))
        recording.leave(room, user)
    for one in told:
        judge_arrival(scenario, one)
    readable = [one for one in told if one.body]
    if len(readable) == len(told):
        _judge_delivered(recording, readable)
    for one in readable:
        judge_event(recording, one)
        if one.event == COMPLETE:
            judge_file(recording, one)
    for format_ in recording.formats:
        done = [one for one in readable if one.event == COMPLETE and one.format == format_]
        if done and isinstance(done[0].body.get("obs_object"), str):
            judge_listed(recording, done[0])
    for job in jobs:
        _judge_order(recording, job, [one for one in readable if one.job == job.id])
    if readable:
        for requirement in set(scenario.pending).intersection(SHAPE):
            scenario.rule(requirement).not_applicable("no notification has the field")
        if f"recordEvent/rule/{_END_SUBSCRIBED}" in scenario.pending:
            rule(scenario, _END_SUBSCRIBED).not_applicable("no end was told")


def _missing(recording: Recording, told: Sequence[Notification]) -> list[str]:
    """The subscribed events that did not come: a file in each format of each job, and an end.

    Of who is in a borrowed room nobody knows what they send: a job that no file is told of had
    nothing to record.
    """
    jobs = [
        job
        for job in recording.jobs
        if not recording.borrowed or any(one.job == job and one.event not in OVER for one in told)
    ]
    wanted = [
        (event, job, format_)
        for job in jobs
        for format_ in recording.formats
        for event in (BEGUN, COMPLETE)
    ]
    ends = [(_END, job, None) for job in jobs]
    return [
        f"{event} of {format_ or 'the recording'} of {job}"
        for event, job, format_ in (*wanted, *ends)
        if is_subscribed(event, recording.subscription) and not counted(told, event, job, format_)
    ]


def _judge_delivered(recording: Recording, told: Sequence[Notification]) -> None:
    missing = _missing(recording, told)
    rule(recording.scenario, "delivered").that(
        not missing,
        "subscribed events did not come",
        expected=f"within {recording.scenario.lab.settings.notification_seconds:.0f} s",
        actual=f"not: {', '.join(missing)}",
    )


def _judge_order(recording: Recording, job: Job, told: Sequence[Notification]) -> None:
    """First comings count: what is delivered again may come at any time."""
    scenario = recording.scenario
    firsts: dict[tuple[str, object], int] = {}
    for position, one in enumerate(told):
        key = ("over", None) if one.event in OVER else (one.event, one.format)
        firsts.setdefault(key, position)
    over = firsts.get(("over", None), len(told))
    pairs = [
        (firsts[BEGUN, one], firsts[COMPLETE, one])
        for one in recording.formats
        if (BEGUN, one) in firsts and (COMPLETE, one) in firsts
    ]
    rule(scenario, "order-of-file").that(
        all(begun < complete < over for begun, complete in pairs),
        f"the events of {job.id} came in the wrong order",
        expected="begin, completion, end",
        actual=", ".join(f"{one.event} {one.format or ''}".strip() for one in told),
        exchange=told[-1].exchange if told else None,
    )
    if not is_subscribed(_END, recording.subscription):
        rule(scenario, "one-end").not_applicable(_NO_END)
    elif over < len(told):
        rule(scenario, "one-end").that(
            counted(told, _END, job.id) == 1,
            f"the end of {job.id} was notified more than once",
            expected="one end",
            actual=f"{counted(told, _END, job.id)} that differ",
            exchange=told[-1].exchange,
        )


@rules("recordEvent/rule/cycle-makes-files", phase="last")
def test_a_long_recording_is_many_files(scenario: Scenario) -> None:
    """Tables 6-5 and 6-6: a file is as long as record_cycle, and then there is another."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener, ("MP4",))
        address = recording.called()
        room, user = scenario.name("room"), scenario.name("user")
        recording.join(room, user)
        job = recording.start(room, user)
        scenario.lab.advance(2 * CYCLE + CYCLE // 2)
        told = recording.wait(address, lambda seen: counted(seen, COMPLETE, job.id) >= 2)
        recording.stop(job)
        recording.leave(room, user)
    lengths = [one.body.get("record_duration") for one in told if one.event == COMPLETE]
    rule(scenario, "cycle-makes-files").that(
        len(lengths) >= 2 and all(_about(one, CYCLE) for one in lengths),
        f"{2 * CYCLE + CYCLE // 2} s of recording do not make two files of {CYCLE} s",
        expected=f"{CYCLE}, {CYCLE}",
        actual=", ".join(map(str, lengths)) or "no file was completed",
        exchange=told[-1].exchange if told else None,
    )


@rules("recordEvent/rule/interruptions-make-files", phase="last")
def test_an_interruption_ends_a_file_or_does_not(scenario: Scenario) -> None:
    """Tables 6-5 and 6-6: one that is longer than the time for merging makes another file.

    With 0 each does, with -1 none; a short one ends no file that waits for a minute, and where the
    clock can be moved a long one does.
    """
    with Listener(scenario.lab.settings) as listener:
        cases = [
            _Interrupted.begin(scenario, listener, {"MP4": 0, "HLS": -1}),
            _Interrupted.begin(scenario, listener, {"MP4": _MERGED, "HLS": _MERGED}),
        ]
        lasting = [_SOME_SECONDS]
        if scenario.lab.settings.allows(CLOCK):
            lasting.append(2 * _MERGED)
        for seconds in lasting:
            cases[0].recording.pass_time(_SOME_SECONDS)
            for case in cases:
                case.recording.leave(case.room, _USER)
            cases[0].recording.pass_time(seconds)
            for case in cases:
                case.recording.join(case.room, _USER)
        cases[0].recording.pass_time(_SOME_SECONDS)
        for case in cases:
            case.recording.stop(case.job)
        for case in cases:
            case.judge(lasting)
            case.recording.leave(case.room, _USER)


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """A user who is recorded, and after how many seconds' interruption a file ends, by format."""

    recording: Recording
    address: Address
    room: str
    job: Job
    merged: Mapping[str, int]

    @classmethod
    def begin(
        cls, scenario: Scenario, listener: Listener, merged: Mapping[str, int]
    ) -> _Interrupted:
        settings = {
            one: {"record_cycle": _ONE_FILE, "record_max_duration_to_merge_file": seconds}
            for one, seconds in merged.items()
        }
        recording = Recording.prepare(scenario, listener, tuple(merged), settings)
        address = recording.called()
        room = scenario.name("room")
        recording.join(room, _USER)
        return cls(recording, address, room, recording.start(room, _USER), merged)

    def judge(self, lasting: Sequence[int]) -> None:
        """Of each format there are as many files as the interruptions make."""
        job = self.job.id
        wanted = {
            one: 1 + sum(seconds != -1 and length > seconds for length in lasting)
            for one, seconds in self.merged.items()
        }

        def there(seen: Sequence[Notification]) -> bool:
            return all(counted(seen, COMPLETE, job, one) >= many for one, many in wanted.items())

        told = self.recording.wait(self.address, there)
        for format_, many in wanted.items():
            found = counted(told, COMPLETE, job, format_)
            rule(self.recording.scenario, "interruptions-make-files").that(
                found == many,
                f"recorded with record_max_duration_to_merge_file {self.merged[format_]} and "
                f"interrupted for {' and '.join(map(str, lasting))} s, {format_} has {found} files",
                expected=f"{many}",
                actual=", ".join(f"{one.event} {one.format or ''}".strip() for one in told),
                exchange=told[-1].exchange if told else None,
            )


def _about(length: object, seconds: int) -> bool:
    return isinstance(length, int) and abs(length - seconds) <= TOLERANCE


@rules("recordEvent/rule/end-when-idle", phase="last")
def test_a_job_that_was_idle_tells_its_end(scenario: Scenario) -> None:
    """Sections 9.1 and 10.1: the recording leaves a room that stays empty, and is over."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener, ("MP4",))
        address = recording.called()
        if not is_subscribed(_END, recording.subscription):
            raise NotApplicable(_NO_END)
        if scenario.lab.settings.allows(CLOCK):
            job = recording.start(scenario.name("room"), idle=60)
            scenario.lab.advance(90)
        else:
            job = recording.start(scenario.name("room"), idle=LEAST_IDLE)
            ended = recording.jobs[job.id][0].seen(job, "STOPPED", seconds=3.0 * LEAST_IDLE)
            if value(ended, "state") != "STOPPED":
                raise Inconclusive("no data: the job has not ended by itself")
        told = recording.wait(address, lambda seen: counted(seen, _END, job.id) > 0)
    rule(scenario, "end-when-idle").that(
        counted(told, _END, job.id) > 0,
        f"the end of {job.id}, whose idle time has passed, was not notified",
        expected=_END,
        actual=", ".join(one.event for one in told) or "nothing",
    )


@rules("recordEvent/rule/running-keeps-rule")
def test_a_recording_keeps_the_rule_that_it_began_with(scenario: Scenario) -> None:
    """Section 6.4: to change a rule does nothing to what is being recorded."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener, ("MP4",))
        address = recording.called()
        room, user = recording.somebody()
        job = recording.start(room, user)
        begun = recording.wait(address, lambda seen: counted(seen, BEGUN, job.id) > 0)
        recording.move(f"{scenario.name('moved')}/")
        scenario.lab.waiting.outlast(_SOME_SECONDS)
        recording.stop(job)
        told = recording.wait(address, lambda seen: counted(seen, COMPLETE, job.id) > 0)
        recording.leave(room, user)
    files = [one for one in told if one.event == COMPLETE]
    if not begun or not files:
        raise Inconclusive("no data: no file was told of that was begun before the change")
    names = [one.says("obs_object").lstrip("/") for one in files]
    rule(scenario, "running-keeps-rule").that(
        all(name.startswith(recording.folder) for name in names),
        "a file that was being recorded went where the changed rule records",
        expected=f"{recording.folder}…",
        actual=", ".join(names),
        exchange=files[0].exchange,
    )


@rules(
    "recordEvent/rule/only-current-address",
    "recordEvent/rule/key-in-header",
    "recordEvent/rule/no-key-no-header",
)
def test_events_go_where_they_are_wanted_now(scenario: Scenario) -> None:
    """Table 8-3: one address after the other, the first without a key and the second with one."""
    with Listener(scenario.lab.settings) as listener:
        recording = Recording.prepare(scenario, listener, ("MP4",))
        first = recording.called(key=None)
        room, user = recording.somebody()
        job = recording.start(room)  # of a mix: who is in the room need not send anything himself
        keyless = recording.wait(first, lambda seen: counted(seen, BEGUN, job.id) > 0)
        second = recording.called()
        strange = _of_another_application(scenario, listener)
        recording.stop(job)
        keyed = recording.wait(second, lambda seen: counted(seen, COMPLETE, job.id) > 0)
        late = len(recording.heard(first)) - len(keyless)
        astray = len(recording.heard(strange)) if strange is not None else 0
        recording.leave(room, user)
    rule(scenario, "only-current-address").that(
        late == astray == 0 and counted(keyed, COMPLETE, job.id) > 0,
        "the address that was replaced, or another application's, is called, or the new one is not",
        expected=f"{COMPLETE} at the new address alone",
        actual=f"{late} at the old one, {len(keyed)} at the new one, {astray} at another's",
        exchange=keyed[-1].exchange if keyed else None,
    )
    _judge_keys(scenario, keyless, keyed, first)


def _of_another_application(scenario: Scenario, listener: Listener) -> Address | None:
    """An address that was configured last, in another application; None where none is created."""
    path = f"/{secrets.token_hex(8)}"
    url = f"{listener.url}{path}"
    try:
        other = {"app_id": scenario.fresh("app")}
        scenario.make("UpdateRecordCallback", path=other, body={"url": url})
    except (Blocked, NotOffered):
        return None
    return Address(path, url)


_AUTHENTICATING = ("auth", "token", "signature", "secret", "password")
"""What names of headers for authentication have in them."""


def _judge_keys(
    scenario: Scenario,
    keyless: Sequence[Notification],
    keyed: Sequence[Notification],
    first: Address,
) -> None:
    if not keyless or not keyed:
        raise Inconclusive("no data: notifications both with and without a key are needed")
    bare = {name.lower() for one in keyless for name, _ in one.exchange.request.headers}
    shown = [name for name in sorted(bare) if any(word in name for word in _AUTHENTICATING)]
    rule(scenario, "no-key-no-header").that(
        not shown,
        f"a notification to {first.path}, which has no key, carries a header for one",
        expected="none",
        actual=", ".join(shown),
        exchange=keyless[0].exchange,
    )
    more = [{name.lower() for name, _ in one.exchange.request.headers} - bare for one in keyed]
    rule(scenario, "key-in-header").that(
        all(more),
        "a notification with a key has no header more than one without",
        expected="a header for authentication",
        actual=", ".join(sorted(name for name, _ in keyed[0].exchange.request.headers)),
        exchange=keyed[0].exchange,
    )
