"""What chapter 11 does to a room is seen by chapter 13."""

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)


@pytest.fixture
def room_id(ask: Any) -> str:
    """The room that was opened last and is open."""
    return ask.ok("rooms", app="app-1", state="RUNNING")["room_info_list"][0]["room_id"]


def room(ask: Any, room_id: str) -> Any:
    """A room as listed."""
    return ask.ok("rooms", app="app-1", room_id=room_id)["room_info_list"][0]


def states(ask: Any, room_id: str) -> dict[str, str]:
    """The users of a room who got in, and their states."""
    users = ask.ok("users", app="app-1", room_id=room_id, state="ONLINE,OFFLINE", limit="100")
    return {it["uid"]: it["state"] for it in users["users"]}


def test_room_users_are_who_is_online(ask: Any, room_id: str) -> None:
    """The users of a room are those that the list shows online; a closed room has none."""
    online = {uid for uid, state in states(ask, room_id).items() if state == "ONLINE"}
    assert ask.data.room_users("app-1", room_id) == online
    closed = ask.ok("rooms", app="app-1", state="CLOSED")["room_info_list"][0]["room_id"]
    for app, name in (("app-1", closed), ("app-1", "none"), ("app-2", room_id), ("no", room_id)):
        assert ask.data.room_users(app, name) is None


def test_removed_users_are_offline(ask: Any, room_id: str) -> None:
    """A removed user is offline from then on, and the others stay."""
    before = ask.data.room_users("app-1", room_id)
    removed = min(before)
    ask.data.remove_users("app-1", room_id, [removed, removed, "stranger"], ask.now)
    assert ask.data.room_users("app-1", room_id) == (before - {removed} or None)
    assert states(ask, room_id)[removed] == "OFFLINE"
    listed = ask.ok("users", app="app-1", room_id=room_id, uid=removed)["users"][0]
    assert listed["leave_time"] == ask.ago()


def test_a_room_without_users_closes(ask: Any, room_id: str) -> None:
    """When the last user is removed the room is closed, with its end and duration."""
    users = ask.data.room_users("app-1", room_id)
    ask.data.remove_users("app-1", room_id, users, ask.now)
    closed = room(ask, room_id)
    assert (closed["state"], closed["end_time"]) == ("CLOSED", ask.ago())
    assert closed["duration"] == 12 * 60
    assert ask.data.room_users("app-1", room_id) is None


def test_dismissal_closes_the_room_alone(ask: Any, room_id: str) -> None:
    """Everybody in a dismissed room is offline; the other rooms go on, and later counts know."""
    others = [
        it["room_id"]
        for it in ask.ok("rooms", app="app-1", state="RUNNING")["room_info_list"]
        if it["room_id"] != room_id
    ]
    users = {name: ask.data.room_users("app-1", name) for name in others}
    ask.data.dismiss("app-1", room_id, ask.now)
    assert set(states(ask, room_id).values()) == {"OFFLINE"}
    assert room(ask, room_id)["end_time"] == ask.ago()
    assert {name: ask.data.room_users("app-1", name) for name in others} == users
    ask.now += timedelta(minutes=5)
    samples = ask.ok("realtime/scale", app="app-1", metric="RoomCount")["scale"]
    assert samples[-1]["value"] == len(others) + 2


def test_who_left_before_keeps_the_time_of_leaving(ask: Any, room_id: str) -> None:
    """Removal changes only who is online."""
    asked = {"app": "app-1", "room_id": room_id, "type": "detail", "state": "OFFLINE,FAIL"}
    before = ask.ok("users", **asked)["users"]
    assert before
    ask.data.remove_users("app-1", room_id, [it["uid"] for it in before], ask.now)
    sessions = [it["session"] for it in before]
    after = ask.ok("users", **asked)["users"]
    assert [it for it in after if it["session"] in sessions] == before


def test_strangers_change_nothing(ask: Any, room_id: str) -> None:
    """Unknown users, rooms and applications are no failure and change nothing."""
    before = ask.ok("users", app="app-1", limit="1000")
    ask.data.remove_users("app-1", room_id, ["stranger"], ask.now)
    ask.data.remove_users("app-1", "none", ["stranger"], ask.now)
    ask.data.remove_users("none", room_id, ["stranger"], ask.now)
    ask.data.dismiss("app-1", "none", ask.now)
    assert ask.ok("users", app="app-1", limit="1000") == before
