"""Chapter 5: applications are disabled (5.6) and enabled again (5.5)."""

from __future__ import annotations

from typing import Any

from conformance.engine.scenario import Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit import participants
from conformance.suite.kit.applications import (
    ACTIVE,
    INACTIVE,
    furnish,
    not_earlier,
    part,
    show,
    unchanged,
)
from conformance.suite.kit.borrowed_rooms import (
    PARTICIPANTS,
    enable_again,
    running_app,
    somebody_there,
)
from conformance.suite.kit.paged_lists import APPS, Whole

_EACH = (
    "id-echoed",
    "state-{}",
    "seen-by-show",
    "seen-by-list",
    "update-time-not-earlier",
    "nothing-else-changes",
    "twice",
)
_SOON = 15.0
"""Seconds within which somebody who joined is listed, at least."""
_SETTLING = 2.0
"""Seconds after which rooms that disabling closes would be closed."""
_TO = {"StopApp": INACTIVE, "StartApp": ACTIVE}
_WORD = {"StopApp": "deactivated", "StartApp": "activated"}
_JOBS = {"mix": "CreateMixJob", "individual": "CreateIndividualStreamJob"}


def _of(operation: str) -> tuple[str, ...]:
    return tuple(f"{operation}/rule/{name}".format(_WORD[operation]) for name in _EACH)


@rules(*_of("StopApp"), *_of("StartApp"))
def test_an_application_is_disabled_and_enabled_again(scenario: Scenario) -> None:
    """Sections 5.5 and 5.6: the state moves, in every place that shows it, and nothing else."""
    app = scenario.fresh("app")
    furnish(scenario, app)
    for operation in ("StopApp", "StartApp"):
        _judge_switch(scenario, operation, app)


def _judge_switch(scenario: Scenario, operation: str, app: str) -> None:
    before = show(scenario, app)
    switched = scenario.send(operation, path={"app_id": app})
    scenario.rule(f"{operation}/rule/state-{_WORD[operation]}").that(
        switched.status == 200 and part(switched.json, "state", "state") == _TO[operation],
        f"{operation} of an application in state {part(before.json, 'state', 'state')}",
        expected=f"200 with state {_TO[operation]}",
        exchange=switched,
    )
    scenario.rule(f"{operation}/rule/id-echoed").equal(
        part(switched.json, "app_id"), app, "app_id in the answer", switched
    )
    not_earlier(
        scenario.rule(f"{operation}/rule/update-time-not-earlier"),
        part(before.json, "state", "update_time"),
        part(switched.json, "state", "update_time"),
        "update_time of the state",
        switched,
    )
    shown = show(scenario, app)
    scenario.rule(f"{operation}/rule/seen-by-show").equal(
        part(shown.json, "state"), part(switched.json, "state"), "state as ShowApp has it", shown
    )
    unchanged(
        scenario.rule(f"{operation}/rule/nothing-else-changes"),
        before.json,
        shown,
        operation,
        but=("state",),
    )
    _judge_list(scenario, operation, app, part(switched.json, "state", "state"))
    _judge_twice(scenario, operation, app)


def _judge_list(scenario: Scenario, operation: str, app: str, state: Any) -> None:
    """Unfiltered with the new state, under it when asked for, and under the other no more."""
    lists: dict[str, Whole] = {
        "unfiltered": APPS.whole(scenario),
        ACTIVE: APPS.where(state=ACTIVE).whole(scenario),
        INACTIVE: APPS.where(state=INACTIVE).whole(scenario),
    }
    for name, whole in lists.items():
        found = [part(row, "state", "state") for row in whole.named(app)]
        wanted = [state] if name in {"unfiltered", _TO[operation]} else []
        scenario.rule(f"{operation}/rule/seen-by-list").that(
            found == wanted,
            f"the application in the list ({name}) after {operation}",
            expected=f"state {wanted}",
            actual=found,
            exchange=whole.exchange,
        )


def _judge_twice(scenario: Scenario, operation: str, app: str) -> None:
    rule = scenario.rule(f"{operation}/rule/twice")
    again = scenario.send(operation, path={"app_id": app})
    if not rule.permitted(again):
        return
    states = [part(show(scenario, app).json, "state", "state")]
    if again.status == 200:
        states.append(part(again.json, "state", "state"))
        rule = scenario.rule(f"{operation}/rule/state-{_WORD[operation]}")
    rule.that(
        all(state == _TO[operation] for state in states),
        f"state after {operation} twice",
        expected=_TO[operation],
        actual=states,
        exchange=again,
    )


@rules(
    "StopApp/rule/refuses-mix-jobs",
    "StopApp/rule/refuses-individual-jobs",
    "StartApp/rule/serves-again",
)
def test_a_disabled_application_takes_no_jobs(scenario: Scenario) -> None:
    """Section 5.6 and RTC.00001016: no new jobs while disabled; after enabling, jobs again."""
    app = scenario.fresh("app")
    scenario.make("StopApp", path={"app_id": app})
    for kind in _JOBS:
        refused = _job(scenario, kind, app)
        scenario.rule(f"StopApp/rule/refuses-{kind}-jobs").refused(refused)
    scenario.make("StartApp", path={"app_id": app})
    for kind in _JOBS:
        scenario.rule("StartApp/rule/serves-again").succeeded(_job(scenario, kind, app))


@rules("StopApp/rule/joined-rooms-go-on", phase="ending")
def test_rooms_of_a_disabled_application_go_on(scenario: Scenario) -> None:
    """Section 5.6: nobody new comes in, and who is in a room may stay there.

    Where nobody can be moved, the target file's application is disabled for a moment.
    """
    if scenario.lab.settings.allows(PARTICIPANTS):
        app, room, user = scenario.fresh("app"), scenario.name("room"), scenario.name("user")
        participants.join(scenario, app, room, user)
    else:
        app = running_app(scenario)
        room, user = somebody_there(scenario)
        enable_again(scenario, app)
    lag = max(_SOON, scenario.lab.settings.statistics_lag)
    joined = scenario.until(lambda: _online(scenario, app, room), _somebody, lag)
    if not _somebody(joined.json):
        raise Inconclusive(f"no data: {user} joined {room}, and is not listed as online")
    scenario.make("StopApp", path={"app_id": app})
    scenario.lab.waiting.rest(_SETTLING)
    after = _online(scenario, app, room)
    scenario.rule("StopApp/rule/joined-rooms-go-on").that(
        _somebody(after.json),
        f"nobody is online in room {room} any more, whose application was disabled",
        expected=f"{user} online",
        exchange=after,
    )
    if scenario.lab.settings.allows(PARTICIPANTS):
        participants.leave(scenario, app, room, user)


def _online(scenario: Scenario, app: str, room: str) -> Exchange:
    query = {"app": app, "room_id": room, "state": "ONLINE"}
    return scenario.send("ListRtcUserList", query=query)


def _somebody(body: Any) -> bool:
    return bool(part(body, "users"))


def _job(scenario: Scenario, kind: str, app: str) -> Exchange:
    """Ask for a job that needs no recording rule."""
    example = {"mix": "nine_grids", "individual": "minimal"}[kind]
    return scenario.send(_JOBS[kind], example=example, path={"app_id": app})


@rules("DeleteApp/rule/disabled-deletable")
def test_a_disabled_application_can_be_deleted(scenario: Scenario) -> None:
    """Section 5.4 names no state that an application must be in."""
    app = scenario.fresh("app")
    scenario.make("StopApp", path={"app_id": app})
    deleted = scenario.send("DeleteApp", path={"app_id": app})
    scenario.rule("DeleteApp/rule/disabled-deletable").succeeded(deleted)
