"""Chapters 5 to 10: what was changed says so in its time of update.

Times may be told to the second: everything is read first, then a second passes, once for all of
them, and only then it is changed.
"""

from __future__ import annotations

from typing import Any

from conformance.engine.comparing.timestamps import is_time
from conformance.engine.scenario import Rule, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.model.wording import in_json
from conformance.suite.kit.applications import callback_address, later, part, show
from conformance.suite.kit.jobs import INDIVIDUAL, MIX, PANE, Job, Jobs, ids, value

_SECOND = 1.1
"""Seconds after which even a time that is told to the second is another one."""
_RECORDING = (
    "CreateRecordRule",
    "ShowRecordRule",
    "UpdateRecordRule",
    "UpdateAutoRecord",
    "UpdateRecordCallback",
)
_OTHER = {"obs_addr.object": "Later/", "mp4_config.record_cycle": 10800}


def _moved(scenario: Scenario, rule: str, before: Any, changed: Exchange, *place: str) -> bool:
    """Judge a change that was made; one that was refused changed nothing. Whether it was made."""
    judged = scenario.rule(rule)
    if changed.status not in {200, 201}:
        judged.inconclusive(f"the change was answered with {changed.status}")
        return False
    after = part(changed.json, *place, "update_time")
    later(judged, before, after, ".".join((*place, "update_time")), changed)
    return True


@rules(
    "StopApp/rule/update-time-moves",
    "StartApp/rule/update-time-moves",
    "CreateRecordRule/rule/second-create-moves-update-time",
    "UpdateRecordRule/rule/update-time-moves",
    "UpdateAutoRecord/rule/update-time-moves",
    "UpdateRecordCallback/rule/update-time-moves",
)
def test_a_change_of_an_application_moves_its_time(scenario: Scenario) -> None:
    """Two applications: one is disabled after the second has passed, the other enabled.

    A target that offers a part of this is judged by its switch alone.
    """
    if not scenario.offers(*_RECORDING) and scenario.offers("StopApp", "StartApp", "ShowApp"):
        _switched(scenario)
    first = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    second = scenario.path_of("record_rule", scenario.fresh("record_rule"))
    app, other = ({"app_id": path["app_id"]} for path in (first, second))
    recording = {"mode": "AUTO_INDIVIDUAL_RECORD", "record_rule_id": first["rule_id"]}
    automatic = scenario.make("UpdateAutoRecord", path=app, body=recording)
    callback = scenario.make(
        "UpdateRecordCallback", path=app, body={"url": callback_address(scenario, path="/before")}
    )
    stopped = scenario.make("StopApp", path=other)
    shown = show(scenario, app["app_id"])
    one, two = (scenario.make("ShowRecordRule", path=path) for path in (first, second))
    scenario.lab.waiting.outlast(_SECOND)
    changes: tuple[tuple[str, Any, Exchange, tuple[str, ...]], ...] = (
        (
            "UpdateAutoRecord/rule/update-time-moves",
            part(automatic.json, "auto_record_mode", "update_time"),
            scenario.send("UpdateAutoRecord", path=app, body={"mode": "AUTO_RECORD_OFF"}),
            ("auto_record_mode",),
        ),
        (
            "UpdateRecordCallback/rule/update-time-moves",
            part(callback.json, "record_callback", "update_time"),
            scenario.send(
                "UpdateRecordCallback",
                path=app,
                body={"url": callback_address(scenario, path="/after")},
            ),
            ("record_callback",),
        ),
        (
            "UpdateRecordRule/rule/update-time-moves",
            part(one.json, "update_time"),
            scenario.send("UpdateRecordRule", example="minimal", path=first, change=_OTHER),
            (),
        ),
        (
            "StopApp/rule/update-time-moves",
            part(shown.json, "state", "update_time"),
            scenario.send("StopApp", path=app),
            ("state",),
        ),
        (
            "StartApp/rule/update-time-moves",
            part(stopped.json, "state", "update_time"),
            scenario.send("StartApp", path=other),
            ("state",),
        ),
        (
            "CreateRecordRule/rule/second-create-moves-update-time",
            part(two.json, "update_time"),
            scenario.send("CreateRecordRule", example="minimal", path=other, change=_OTHER),
            (),
        ),
    )
    for rule, before, changed, place in changes:
        _moved(scenario, rule, before, changed, *place)


def _switched(scenario: Scenario) -> None:
    """Judge the times of an application that is disabled and of one that is enabled, empty both."""
    app, other = ({"app_id": scenario.fresh("app")} for _ in range(2))
    stopped = scenario.make("StopApp", path=other)
    shown = show(scenario, app["app_id"])
    scenario.lab.waiting.outlast(_SECOND)
    for operation, before, path in (("StopApp", shown, app), ("StartApp", stopped, other)):
        was = part(before.json, "state", "update_time")
        changed = scenario.send(operation, path=path)
        _moved(scenario, f"{operation}/rule/update-time-moves", was, changed, "state")


@rules(
    *ids("Update/update-time-moves", "Stop/stop-time-after-start"),
    "StopMixJob/rule/update-time-stays",
)
def test_a_change_of_a_job_moves_its_time(scenario: Scenario) -> None:
    """Another custom layout (9.3), and a recording rule (10.4); a job that runs takes both.

    A job that is stopped a second after it was started did not end when it began. What is told of
    a mix is when its layout was updated: a stop a second later is no such update.
    """
    kinds = (Jobs(scenario, MIX), Jobs(scenario, INDIVIDUAL))
    running = [
        jobs.running(example=name) for jobs, name in zip(kinds, ("custom", "minimal"), strict=True)
    ]
    before = [
        value(jobs.show(job), "update_time") for jobs, job in zip(kinds, running, strict=True)
    ]
    scenario.lab.waiting.outlast(_SECOND)
    updates: tuple[dict[str, Any], ...] = (
        {"example": "custom", "change": {"mix_param.layout_panes": [PANE]}},
        {"example": "record_rule"},
    )
    readings: list[Exchange] = []
    for jobs, job, was, update in zip(kinds, running, before, updates, strict=True):
        rule = jobs.kind.rule("Update/update-time-moves")
        made = _moved(scenario, rule, was, jobs.update(job, **update))
        readings.append(jobs.show(job))
        if made:
            _moved(scenario, rule, was, readings[-1])
    scenario.lab.waiting.outlast(_SECOND)
    for jobs, job, reading in zip(kinds, running, readings, strict=True):
        ended = _ends_later(jobs, job)
        if jobs.kind is MIX:
            _stays(scenario.rule("StopMixJob/rule/update-time-stays"), reading, ended)


def _ends_later(jobs: Jobs, job: Job) -> Exchange:
    """Judge the end of a job that has run for a second; a begin that is not told says nothing."""
    jobs.stop(job)
    ended = jobs.seen(job, "STOPPED")
    begin, end = value(ended, "start_time"), value(ended, "stop_time")
    if value(ended, "state") == "STOPPED" and is_time(begin) and is_time(end):
        later(jobs.rule("Stop/stop-time-after-start"), begin, end, "stop_time", ended)
    return ended


def _stays(rule: Rule, before: Exchange, ended: Exchange) -> None:
    """Judge that the time of the last update of a layout reads after the stop as before it."""
    was, now = value(before, "update_time"), value(ended, "update_time")
    if value(ended, "state") != "STOPPED" or not is_time(was):
        rule.inconclusive(f"update_time before the stop is {in_json(was)}")
        return
    rule.equal(now, was, "update_time after the stop", ended)
