"""Faults that no single request shows: they take a sequence, and the random walk is to find them.

They stand beside the catalogue, since a rule's own scenario need not come across them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from conformance.faults.handmade import FAMILY, found_app, other_apps, tenant_apps
from conformance.faults.messages import Answer
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault

WALK = "common/state/random-walk"
OFF = "AUTO_RECORD_OFF"
Before = Callable[[Turn], Any]
After = Callable[[Turn, Answer, Any], None]


def _around(before: Before, after: After) -> Behaviour:
    """Note something before a request, and spoil the world after it."""

    async def behave(turn: Turn) -> Answer:
        noted = before(turn)
        answer = await turn.forward(turn.request)
        after(turn, answer, noted)
        return answer

    return behave


def _copied(turn: Turn) -> Any:
    return copy.deepcopy(found_app(turn))


def _enabling_forgets_the_callback(turn: Turn, answer: Answer, before: Any) -> None:
    if answer.succeeded and not before.active:
        found_app(turn).callback = None


def _second_update_is_lost(turn: Turn, answer: Answer, before: Any) -> None:
    if not answer.succeeded:
        return
    key = turn.path["rule_id"]
    turn.memory[key] = turn.memory.get(key, 0) + 1
    if turn.memory[key] % 2 == 0:
        found_app(turn).rules[key] = before.rules[key]


def _refused_deletion_stops_recording(turn: Turn, answer: Answer, _before: Any) -> None:
    if answer.status == 400:
        found_app(turn).auto_record.mode = OFF


def _taken_name_enables(turn: Turn, answer: Answer, _before: Any) -> None:
    wanted = (turn.request.json or {}).get("app_name") if answer.status == 400 else None
    for app in tenant_apps(turn).values():
        app.active = app.active or app.name == wanted


def _name_inherits(turn: Turn, answer: Answer, before: Any) -> None:
    if turn.endpoint.name == "DeleteApp" and answer.succeeded:
        turn.memory[before.name] = before.callback
    elif turn.endpoint.name == "CreateApp" and answer.succeeded:
        app = tenant_apps(turn)[answer.json["app_id"]]
        app.callback = turn.memory.get(app.name)


def _stop_stops_all_of_the_rule(turn: Turn, answer: Answer, _before: Any) -> None:
    app = found_app(turn)
    if not answer.succeeded or app is None:
        return
    stopped = app.jobs[turn.path["job_id"]]
    for job in app.jobs.values():
        if stopped.record_rule_id and job.record_rule_id == stopped.record_rule_id:
            job.stopped = job.stopped or stopped.stopped


def _refused_job_enables(turn: Turn, answer: Answer, _before: Any) -> None:
    if answer.code == "RTC.00001016":
        found_app(turn).active = True


def _new_rule_is_the_old_one(turn: Turn, answer: Answer, before: Any) -> None:
    app = found_app(turn)
    if turn.endpoint.name == "DeleteRecordRule" and answer.succeeded:
        turn.memory[app.app_id] = before.rules[turn.path["rule_id"]].content
    elif turn.endpoint.name == "CreateRecordRule" and answer.succeeded and not before.rules:
        rule = app.rules[answer.json["rule_id"]]
        rule.content = turn.memory.get(app.app_id, rule.content)


def _setting_is_lost_while_disabled(turn: Turn, answer: Answer, before: Any) -> None:
    if answer.succeeded and not before.active:
        found_app(turn).auto_record = before.auto_record


def _callback_is_everybodys(turn: Turn, answer: Answer, _before: Any) -> None:
    for app in other_apps(turn) if answer.succeeded else ():
        if app.callback is not None:
            app.callback = found_app(turn).callback


def _deletion_stops_recording_elsewhere(turn: Turn, answer: Answer, before: Any) -> None:
    for app in other_apps(turn) if answer.succeeded and before.rules else ():
        app.auto_record.mode = OFF


def _update_takes_the_rule_from_jobs(turn: Turn, answer: Answer, _before: Any) -> None:
    for job in found_app(turn).jobs.values() if answer.succeeded else ():
        if job.record_rule_id == turn.path["rule_id"]:
            job.record_rule_id = None


def _third_job_takes_the_room_of_the_first(turn: Turn, answer: Answer, _before: Any) -> None:
    jobs = list(found_app(turn).jobs.values()) if answer.succeeded else []
    if len(jobs) == 3:
        jobs[0].room_id = jobs[2].room_id


def _stopped_twice_runs(turn: Turn, answer: Answer, _before: Any) -> None:
    if answer.code == "RTC.00001009":
        found_app(turn).jobs[turn.path["job_id"]].stopped = None


def _refused_callback_clears(turn: Turn, answer: Answer, _before: Any) -> None:
    app = found_app(turn)
    if answer.status == 400 and app is not None and app.auto_record.mode != OFF:
        app.callback = None


JOBS = ("CreateMixJob", "CreateIndividualStreamJob")
STOPS = ("StopMixJob", "StopIndividualStreamJob")
_ROWS: tuple[tuple[str, After, tuple[str, ...]], ...] = (
    ("enabling again forgets the callback", _enabling_forgets_the_callback, ("StartApp",)),
    ("every second update of a rule is lost", _second_update_is_lost, ("UpdateRecordRule",)),
    (
        "deleting a rule in use is refused and stops automatic recording",
        _refused_deletion_stops_recording,
        ("DeleteRecordRule",),
    ),
    ("asking for a taken name enables its holder", _taken_name_enables, ("CreateApp",)),
    (
        "an application inherits the callback of one deleted that had its name",
        _name_inherits,
        ("CreateApp", "DeleteApp"),
    ),
    ("stopping a job stops all that record with its rule", _stop_stops_all_of_the_rule, STOPS),
    ("a job refused while disabled enables", _refused_job_enables, JOBS),
    (
        "a rule made after a deletion has the content of the old one",
        _new_rule_is_the_old_one,
        ("CreateRecordRule", "DeleteRecordRule"),
    ),
    (
        "automatic recording set while disabled is lost",
        _setting_is_lost_while_disabled,
        ("UpdateAutoRecord",),
    ),
    (
        "a callback is set for everybody who has one",
        _callback_is_everybodys,
        ("UpdateRecordCallback",),
    ),
    (
        "deleting an application with a rule stops recording elsewhere",
        _deletion_stops_recording_elsewhere,
        ("DeleteApp",),
    ),
    (
        "updating a rule takes it from the jobs that use it",
        _update_takes_the_rule_from_jobs,
        ("UpdateRecordRule",),
    ),
    (
        "the third job of an application moves the first",
        _third_job_takes_the_room_of_the_first,
        JOBS,
    ),
    ("stopping a job twice starts it again", _stopped_twice_runs, STOPS),
    (
        "a refused callback takes the old one away while recording is automatic",
        _refused_callback_clears,
        ("UpdateRecordCallback",),
    ),
)


def sequence_faults() -> tuple[Fault, ...]:
    """Every one of them."""
    return tuple(
        Fault(title, title, FAMILY, (WALK,), operations, _around(_copied, after))
        for title, after, operations in _ROWS
    )
