"""13.1 and 13.2: the room list, the user list, and how they fit each other."""

from typing import Any

import pytest

from conformance.reference.statistics import StatisticsData

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)

EVERYTHING = {"limit": "1000"}


def past(ask: Any, days: int = 90) -> dict[str, str]:
    """Everything of the past so many days."""
    return {"start_time": ask.ago(days=days), "end_time": ask.ago(), **EVERYTHING}


def test_same_seed_same_past(ask: Any) -> None:
    """Equal seeds give equal answers, another seed another past."""
    moment = ask.now
    first, second, other = (StatisticsData.seeded(seed, moment, ["app-1"]) for seed in (5, 5, 6))
    assert first.app("app-1").sessions == second.app("app-1").sessions
    assert first.app("app-1").sessions != other.app("app-1").sessions


def test_the_past_has_something_of_everything(ask: Any) -> None:
    """Hour, day and quarter each have rooms of both states and users of all states."""
    hour = ask.ok("rooms", app="app-1", **EVERYTHING)
    assert {room["state"] for room in hour["room_info_list"]} == {"RUNNING", "CLOSED"}
    users = ask.ok("users", app="app-1", **EVERYTHING)
    assert {user["state"] for user in users["users"]} == {"FAIL", "ONLINE", "OFFLINE"}
    totals = [ask.ok("rooms", app="app-1", **past(ask, days))["total"] for days in (1, 31, 90)]
    assert hour["total"] < totals[0] < totals[1] < totals[2]


def test_closed_rooms_have_an_end_and_a_duration(ask: Any) -> None:
    """A closed room's duration is the time between its ends; an open one ends with a dash."""
    for room in ask.ok("rooms", app="app-1", **past(ask))["room_info_list"]:
        assert room["domain"] == "app-1.sparkrtc.myhuaweicloud.com"
        assert (room["end_time"] == "-") == (room["state"] == "RUNNING")
        assert room["duration"] > 0


def test_newest_first(ask: Any) -> None:
    """Both lists are ordered by time, newest first."""
    starts = [
        it["start_time"] for it in ask.ok("rooms", app="app-1", **past(ask))["room_info_list"]
    ]
    joins = [it["join_time"] for it in ask.ok("users", app="app-1", **past(ask))["users"]]
    assert starts == sorted(starts, reverse=True)
    assert joins == sorted(joins, reverse=True)


@pytest.mark.parametrize(("path", "items"), [("rooms", "room_info_list"), ("users", "users")])
def test_pages_join_up(ask: Any, path: str, items: str) -> None:
    """Pages by offset neither overlap nor miss an item; limit, offset and total are answered."""
    whole = ask.ok(path, app="app-1", **past(ask))
    joined: list[Any] = []
    for offset in range(0, whole["total"] + 7, 7):
        page = ask.ok(path, app="app-1", **{**past(ask), "limit": "7", "offset": str(offset)})
        assert (page["limit"], page["offset"], page["total"]) == (7, offset, whole["total"])
        joined += page[items]
    assert joined == whole[items]
    assert len(joined) == whole["total"]


def test_default_page_is_ten_from_the_start(ask: Any) -> None:
    """Without limit and offset, the first ten."""
    page = ask.ok("users", app="app-1", start_time=ask.ago(days=9))
    assert (page["limit"], page["offset"], len(page["users"])) == (10, 0, 10)


def test_room_states_are_complementary(ask: Any) -> None:
    """RUNNING and CLOSED have no room in common and are all rooms together."""
    total = ask.ok("rooms", app="app-1", **past(ask))["total"]
    parts = [
        ask.ok("rooms", app="app-1", state=state, **past(ask)) for state in ("RUNNING", "CLOSED")
    ]
    for state, part in zip(("RUNNING", "CLOSED"), parts, strict=True):
        assert {room["state"] for room in part["room_info_list"]} == {state}
    assert sum(part["total"] for part in parts) == total


@pytest.mark.parametrize("mode", ["summary", "detail"])
def test_user_states_are_complementary(ask: Any, mode: str) -> None:
    """FAIL, ONLINE and OFFLINE, one or two at a time, add up to everybody."""
    asked = {"app": "app-1", "type": mode, **past(ask)}
    total = ask.ok("users", **asked)["total"]
    failed = ask.ok("users", state="FAIL", **asked)["total"]
    others = ask.ok("users", state="ONLINE,OFFLINE", **asked)["total"]
    assert failed + others == total
    assert failed
    assert others


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ("room_id", "room_id"),
        ("uid", "uid"),
        ("nickname", "nick_name"),
        ("region", "region"),
        ("isp", "isp"),
    ],
)
def test_user_filters_partition(ask: Any, parameter: str, field: str) -> None:
    """For each value of a field, its filter gives exactly the users that have it."""
    everybody = ask.ok("users", app="app-1", **past(ask, 3))["users"]
    values = sorted({user[field] for user in everybody})
    for value in values[:12]:
        found = ask.ok("users", app="app-1", **{parameter: value}, **past(ask, 3))["users"]
        assert found == [user for user in everybody if user[field] == value]


def test_regions_by_name_or_abbreviation(ask: Any) -> None:
    """A region's name and abbreviation select the same users, and both may be mixed."""
    by_name = ask.ok("users", app="app-1", region="广东,陕西", **past(ask))
    by_code = ask.ok("users", app="app-1", region="GD,SN", **past(ask))
    mixed = ask.ok("users", app="app-1", region="GD,陕西", **past(ask))
    assert by_name == by_code == mixed
    assert {user["region"] for user in by_name["users"]} == {"广东", "陕西"}
    assert ask.ok("users", app="app-1", region="Atlantis", **past(ask))["total"] == 0


def test_summary_has_each_user_of_a_room_once(ask: Any) -> None:
    """Users are listed once per room, sessions as often as they were; someone did come back."""
    users = ask.ok("users", app="app-1", **past(ask))["users"]
    sessions = ask.ok("users", app="app-1", type="detail", **past(ask))["users"]
    pairs = [(user["room_id"], user["uid"]) for user in users]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {(user["room_id"], user["uid"]) for user in sessions}
    assert len(sessions) > len(users)
    assert len({user["session"] for user in sessions}) == len(sessions)
    assert ask.ok("users", app="app-1", type="summary", **past(ask))["users"] == users


def test_some_user_is_in_several_rooms(ask: Any) -> None:
    """The same user id is met in more than one room, which counts it as several users."""
    users = ask.ok("users", app="app-1", **past(ask))["users"]
    assert len({user["uid"] for user in users}) < len(users)


def test_rooms_are_their_sessions(ask: Any) -> None:
    """A room begins with its first successful join, ends with its last leaving, is open if not."""
    sessions = ask.ok("users", app="app-1", type="detail", **past(ask))["users"]
    for room in ask.ok("rooms", app="app-1", **past(ask))["room_info_list"]:
        inside = [
            it for it in sessions if it["room_id"] == room["room_id"] and it["state"] != "FAIL"
        ]
        assert room["start_time"] == min(it["join_time"] for it in inside)
        is_open = any(it["leave_time"] == "-" for it in inside)
        assert room["end_time"] == ("-" if is_open else max(it["leave_time"] for it in inside))


@pytest.mark.parametrize(
    ("path", "items", "moment"),
    [("rooms", "room_info_list", "start_time"), ("users", "users", "join_time")],
)
def test_narrow_windows_lie_in_wider_ones(ask: Any, path: str, items: str, moment: str) -> None:
    """Every item of a window lies in it, and is one of any wider window's."""
    wide = ask.ok(path, app="app-1", type="detail", **past(ask, 10))[items]
    start, end = ask.ago(days=6), ask.ago(days=2)
    narrow = ask.ok(path, app="app-1", type="detail", start_time=start, end_time=end, limit="1000")[
        items
    ]
    assert narrow
    assert narrow == [it for it in wide if start <= it[moment] <= end]


def test_unknown_and_foreign_applications_have_nothing(ask: Any) -> None:
    """An application of nobody, of another project, or without data: empty lists."""
    ask.apps.discard("app-2")
    for app in ("nobody", "app-2", "app-without-data"):
        assert ask.ok("rooms", app=app)["room_info_list"] == []
        assert ask.ok("users", app=app)["users"] == []
