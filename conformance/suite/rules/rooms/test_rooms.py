"""Chapter 11: users are removed from a room, and a room is dismissed.

Both answer that the request was passed on; what then happens is seen in the lists of chapter 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from conformance.engine.scenario import Blocked, Inconclusive, Scenario, rules
from conformance.model.exchange import Exchange
from conformance.suite.kit import other_rooms

pytestmark = pytest.mark.sparkrtc_flow_group("rooms")

APP = "populated_app"
STRANGER = "nobody-of-this-name"
_TWO = 2
MANY = 100
_SEVERAL = 3
"""So many rooms do not end by themselves all at once."""
Place = tuple[str, str]
"""An application and a room of it."""
SOON = 15.0
"""Seconds within which a request that was passed on is seen to have had its effect, at least."""


@rules(
    "RemoveUsers/rule/empty-user-list",
    "RemoveUsers/rule/repeated-users",
    "RemoveUsers/rule/user-not-in-room",
)
def test_removing_nobody_is_passed_on_or_refused(scenario: Scenario) -> None:
    """No user, a user twice, a user who is not there (table 11-3): 202 or 400, and nobody leaves.

    The user named twice is not in the room either, so that the room stays as it is.
    """
    seen = scenario.lab.settings.allows("room-effects")
    before = _online(scenario).json if seen else None
    for name, users in (
        ("empty-user-list", []),
        ("repeated-users", [STRANGER, STRANGER]),
        ("user-not-in-room", [STRANGER]),
    ):
        rule = f"RemoveUsers/rule/{name}"
        accepted = scenario.lab.contract.answers_of(rule)
        exchange = scenario.send("RemoveUsers", body={"user_ids": users}, accept=accepted)
        if scenario.rule(rule).answered(exchange, *accepted.answers) and seen:
            after = _online(scenario)
            left = sorted(_names(before) - _names(after.json))
            scenario.rule(rule).that(
                not left,
                f"users left the room after user_ids {users} were to be removed from it",
                expected="nobody leaves",
                actual=", ".join(left),
                exchange=after,
            )


@rules(
    "RemoveUsers/rule/accepted-in-running-room",
    "RemoveUsers/rule/users-leave",
    "RemoveUsers/rule/room-goes-on",
    "RemoveUsers/rule/only-this-room",
    phase="ending",
)
def test_removed_users_leave_and_others_stay(scenario: Scenario) -> None:
    """Who is removed is soon offline; the others stay, and the room goes on (11.1).

    Where more than two are in the room two are removed at once, so that one of them is not enough.
    Those who are in another room too are removed first: there they stay.
    """
    seen = scenario.lab.settings.allows("room-effects")
    before = _users(_online(scenario).json) if seen else []
    elsewhere = other_rooms.before(scenario, before) if before else other_rooms.NOBODY
    names = sorted(_names({"users": before}), key=elsewhere.first) or [scenario.given("user")]
    leaving = names[: 2 if len(names) > _TWO else 1]
    removal = _removed(scenario, leaving)
    accepted = scenario.rule("RemoveUsers/rule/accepted-in-running-room").succeeded(removal)
    if not accepted or not seen:
        return
    if not before:
        raise Inconclusive("no data: nobody is in the room, so that nobody leaves it")
    after = scenario.until(
        lambda: _online(scenario),
        lambda body: not _names(body).intersection(leaving),
        seconds=_soon(scenario),
    )
    others = [row for row in before if _uid(row) not in leaving]
    gone = " and ".join(leaving)
    leave = scenario.rule("RemoveUsers/rule/users-leave")
    offline = _listed(scenario, "OFFLINE")
    leave.that(
        _names(offline.json).issuperset(leaving),
        f"{gone} was removed and is not among the users of the room who are offline",
        expected=f"{gone} with state OFFLINE",
        exchange=offline,
    )
    leave.equal(
        sorted(_users(after.json), key=_uid),
        sorted(others, key=_uid),
        f"the list of users online after {gone} was removed",
        after,
    )
    _judge_going_on(scenario, gone, others)
    other_rooms.judge(scenario, elsewhere, leaving)


def _removed(scenario: Scenario, leaving: Sequence[str]) -> Exchange:
    """Remove users, with somebody between them who is not there; without, where that is refused."""
    if len(leaving) > 1:
        between = [leaving[0], scenario.name("nobody"), *leaving[1:]]
        removal = scenario.send("RemoveUsers", body={"user_ids": between})
        if removal.succeeded:
            return removal
    return scenario.send("RemoveUsers", body={"user_ids": list(leaving)})


def _judge_going_on(scenario: Scenario, gone: str, others: Sequence[Any]) -> None:
    goes_on = scenario.rule("RemoveUsers/rule/room-goes-on")
    if not others:
        goes_on.inconclusive("no data: nobody else was in the room")
        return
    running = _running(scenario)
    goes_on.that(
        scenario.given("room") in _rooms(running.json),
        f"the room ended when {gone} was removed, though {len(others)} others were in it",
        expected="the room is listed as RUNNING",
        exchange=running,
    )


@rules("RemoveUsers/rule/unknown-room", "RemoveRoom/rule/unknown-room")
def test_a_room_that_is_not_there(scenario: Scenario) -> None:
    """Removing users from it is passed on or refused, dismissing it finds none (11.1, 11.2).

    Neither ends all the rooms that there are.
    """
    nowhere = {"room_id": scenario.name("no-room")}
    rooms = _running_now(scenario)
    for operation, how in (
        ("RemoveUsers", {"body": {"user_ids": [STRANGER]}}),
        ("RemoveRoom", {}),
    ):
        rule = f"{operation}/rule/unknown-room"
        accepted = scenario.lab.contract.answers_of(rule)
        exchange = scenario.send(operation, path=nowhere, accept=accepted, **how)
        judged = scenario.rule(rule).answered(exchange, *accepted.answers)
        if judged and len(rooms) >= _SEVERAL:
            scenario.rule(rule).that(
                bool(rooms & _running_now(scenario)),
                f"all {len(rooms)} rooms ended at a request for a room that is not there",
                expected="they run on",
                actual=f"{exchange.status} was answered, and none of them runs",
                exchange=exchange,
            )


def _running_now(scenario: Scenario) -> set[str]:
    """The rooms that run, where requests for rooms have effects that show; else none."""
    if not scenario.lab.settings.allows("room-effects"):
        return set()
    with suppress(Blocked, Inconclusive):
        return _rooms(_running(scenario).json)
    return set()


@rules(
    "RemoveRoom/rule/accepted-for-running-room",
    "RemoveRoom/rule/dismissed-twice",
    "RemoveRoom/rule/all-users-leave",
    "RemoveRoom/rule/room-ends",
    "RemoveRoom/rule/only-this-room",
    phase="ending",
)
def test_a_dismissed_room_ends_and_no_other(scenario: Scenario) -> None:
    """All its users leave, it runs no more, other rooms run on; again is harmless (11.2)."""
    seen = scenario.lab.settings.allows("room-effects")
    room = {"room_id": scenario.given("room")}
    apps = other_rooms.neighbours(scenario, scenario.name("guest")) if seen else ()
    before = _all_running(scenario, room["room_id"], apps) if seen else set()
    if seen and (scenario.given(APP), room["room_id"]) not in before:
        raise Inconclusive(f"room {room['room_id']} is not listed as RUNNING")
    first = scenario.send("RemoveRoom", path=room)
    if not scenario.rule("RemoveRoom/rule/accepted-for-running-room").succeeded(first):
        return
    if seen:  # a second one, which might do what the first has left undone, comes after that
        _judge_dismissal(scenario, room["room_id"], before, apps)
        return
    twice = scenario.lab.contract.answers_of("RemoveRoom/rule/dismissed-twice")
    second = scenario.send("RemoveRoom", path=room, accept=twice)
    scenario.rule("RemoveRoom/rule/dismissed-twice").answered(second, *twice.answers)


def _judge_dismissal(
    scenario: Scenario, room: str, before: set[Place], apps: Sequence[str]
) -> None:
    running = scenario.until(
        lambda: _running(scenario),
        lambda body: room not in _rooms(body),
        _soon(scenario),
        subject=room,
    )
    after = _rooms(running.json)
    scenario.rule("RemoveRoom/rule/room-ends").that(
        room not in after,
        f"room {room} is still listed as RUNNING {_soon(scenario):.0f} s after it was dismissed",
        expected="a room that has ended",
        exchange=running,
    )
    if room not in after:
        closed = scenario.send("RemoveRoom", path={"room_id": room})
        gone = scenario.refusals("RemoveRoom/rule/dismissed-twice")
        scenario.rule("RemoveRoom/rule/dismissed-twice").answered(closed, *gone)
    online = scenario.until(
        lambda: _online(scenario, room), lambda body: not _names(body), seconds=_soon(scenario)
    )
    scenario.rule("RemoveRoom/rule/all-users-leave").that(
        not _names(online.json),
        f"users are still online in room {room} after it was dismissed",
        expected="no user online",
        exchange=online,
    )
    others = before - {(scenario.given(APP), room)}
    only_this = scenario.rule("RemoveRoom/rule/only-this-room")
    if not others:
        only_this.inconclusive("no data: no other room was running")
        return
    ended = others - _all_running(scenario, room, apps)
    only_this.that(
        not ended,
        f"rooms ended when room {room} was dismissed",
        expected=f"these run on: {_places(others)}",
        actual=f"ended: {_places(ended)}",
        exchange=running,
    )


def _all_running(scenario: Scenario, named: str, apps: Sequence[str]) -> set[Place]:
    """Rooms of the application that are running, and those of the same name in the others."""
    own, *others = apps
    found = {(own, room) for room in _rooms(_running(scenario).json)}
    for app in others:
        query = {"app": app, "state": "RUNNING", "room_id": named, "limit": MANY}
        body = scenario.send("ListRtcRoomList", query=query).json
        found |= {(app, room) for room in _rooms(body if isinstance(body, dict) else {})}
    return found


def _places(places: set[Place]) -> str:
    return ", ".join(f"{room} of {app}" for app, room in sorted(places))


def _soon(scenario: Scenario) -> float:
    """As long as the lists that show the effect may lag behind (E-11-accepted-when)."""
    return max(SOON, scenario.lab.settings.statistics_lag)


def _online(scenario: Scenario, room: str | None = None) -> Exchange:
    return _listed(scenario, "ONLINE", room)


def _listed(scenario: Scenario, state: str, room: str | None = None) -> Exchange:
    """The users of a room who are in that state (13.2)."""
    app, room = scenario.given(APP), room or scenario.given("room")
    query = {"app": app, "room_id": room, "state": state, "limit": MANY}
    return _whole(scenario.make("ListRtcUserList", query=query))


def _running(scenario: Scenario) -> Exchange:
    """The rooms of the application that are running (13.1)."""
    query = {"app": scenario.given(APP), "state": "RUNNING", "limit": MANY}
    return _whole(scenario.make("ListRtcRoomList", query=query))


def _whole(exchange: Exchange) -> Exchange:
    total = exchange.json.get("total") if isinstance(exchange.json, dict) else None
    if isinstance(total, int) and total > MANY:
        raise Inconclusive(f"{total} are listed, more than one page of {MANY} shows")
    return exchange


def _users(body: Any) -> list[dict[str, Any]]:
    return [row for row in body.get("users") or () if isinstance(row, dict) and "uid" in row]


def _uid(row: dict[str, Any]) -> str:
    return str(row["uid"])


def _names(body: Any) -> set[str]:
    return {_uid(row) for row in _users(body)}


def _rooms(body: Any) -> set[str]:
    rows = body.get("room_info_list") or ()
    return {str(row.get("room_id")) for row in rows if isinstance(row, dict)}
