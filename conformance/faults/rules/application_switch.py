"""Faults of 5.5 and 5.6: applications are enabled and disabled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.faults.handmade import (
    afterwards,
    breaking,
    crash_when,
    found_app,
    other_id,
    shown,
    stale,
    year_on,
)
from conformance.faults.messages import Answer, refusal
from conformance.faults.middleware import Behaviour, Turn
from conformance.faults.model import Fault
from conformance.faults.rules.job_terms import STARTS


def faults() -> Iterator[Fault]:
    """Every fault of a rule of either operation, and of what jobs make of it."""
    for operation, active in (("StartApp", True), ("StopApp", False)):
        yield from _of_switch(operation, active)
    for kind, operation in (("mix", STARTS[0]), ("individual", STARTS[1])):
        yield breaking(
            f"StopApp/rule/refuses-{kind}-jobs",
            "A disabled application takes jobs",
            jobs_of_disabled(),
            operation,
        )
    yield breaking(
        "StopApp/rule/joined-rooms-go-on",
        "Disabling an application dismisses its rooms",
        afterwards(_rooms_closed),
        "StopApp",
    )
    yield breaking(
        "StartApp/rule/serves-again",
        "An application once disabled takes no jobs again",
        _never_again(),
        "StopApp",
        *STARTS,
    )


def _rooms_closed(turn: Turn, _body: Any) -> None:
    statistics, app_id = turn.world.statistics, turn.path["app_id"]
    for room in {one.room_id for one in statistics.app(app_id).sessions}:
        statistics.dismiss(app_id, room, turn.world.clock.now())


def _of_switch(operation: str, active: bool) -> Iterator[Fault]:
    wrong = "DEACTIVATION" if active else "ACTIVATION"

    def other_state(_turn: Turn, body: Any) -> Any:
        return {**body, "state": {**body["state"], "state": wrong}}

    def earlier(_turn: Turn, body: Any) -> Any:
        state = body["state"]
        return {**body, "state": {**state, "update_time": year_on(state["update_time"], -1)}}

    def listed_before(_turn: Turn, body: Any) -> Any:
        return {**body, "apps": [other_state(_turn, app) for app in body["apps"]]}

    def rename(turn: Turn, _body: Any) -> None:
        found_app(turn).name += "-"

    def already(turn: Turn) -> bool:
        app = found_app(turn)
        return app is not None and app.active is active

    def crossed(_turn: Turn, body: Any) -> Any:
        return {**body, "app_id": other_id(body["app_id"])}

    for rule, title, behaviour, operations in (
        ("id-echoed", "answers another id", shown(crossed), ()),
        (
            f"state-{'activated' if active else 'deactivated'}",
            "answers the state before",
            shown(other_state),
            (),
        ),
        ("seen-by-show", "is not seen when the application is shown", stale(), ("ShowApp",)),
        ("seen-by-list", "is not seen in the list", shown(listed_before), ("ListApps",)),
        ("update-time-not-earlier", "moves the time back", shown(earlier), (operation,)),
        ("nothing-else-changes", "renames the application", afterwards(rename), ()),
        ("twice", "fails when there is nothing to do", crash_when(already), ()),
    ):
        yield breaking(f"{operation}/rule/{rule}", f"{operation} {title}", behaviour, *operations)


def jobs_of_disabled() -> Behaviour:
    """Take jobs as if the application were enabled."""

    async def behave(turn: Turn) -> Answer:
        app = found_app(turn)
        if app is None or app.active:
            return await turn.forward(turn.request)
        app.active = True
        answer = await turn.forward(turn.request)
        app.active = False
        return answer

    return behave


def _never_again() -> Behaviour:
    async def behave(turn: Turn) -> Answer:
        stopped = turn.memory.setdefault("stopped", set())
        if turn.endpoint.name == "StopApp":
            stopped.add(turn.path["app_id"])
        elif turn.path["app_id"] in stopped:
            return refusal(400, "RTC.00001016")
        return await turn.forward(turn.request)

    return behave
