"""13.11 to 13.14: abnormal events, each told in four ways."""

import json
from typing import Any

import pytest

from conformance.reference.statistics.causes import TYPES, describe_factor

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)

LIST = "/v1/rtc/data/abnormal-events"
SHARES = "/v1/rtc/data/abnormal-event/dimension"


def day(ask: Any) -> dict[str, str]:
    """The longest window of 13.13 and 13.14."""
    return {"app": "app-1", "start_time": ask.ago(days=1), "end_time": ask.ago()}


def events_of(ask: Any, **more: str) -> list[Any]:
    """All events of the past day."""
    return ask.ok(LIST, limit="1000", **{**day(ask), **more})["events"]


def test_events_are_what_the_table_allows(ask: Any) -> None:
    """Type, stage, factor, descriptions, place and peer of every event fit each other."""
    events = events_of(ask)
    assert {it["abnormal_type"] for it in events} == {1, 2, 3}
    assert {it["location"] for it in events} == {"local", "remote"}
    for it in events:
        joining = it["abnormal_type"] == 1
        assert it["stage"] == ("join_room" if joining else "communication")
        assert it["abnormal_type_desc"] == TYPES[it["abnormal_type"]]
        factor = describe_factor(it["abnormal_type"], it["abnormal_factor"])
        assert it["abnormal_factor_desc"] == factor
        assert (it["peer_uid"] == "") == (it["location"] == "local")
        assert it["peer_uid"] != it["uid"]


def test_events_are_in_order_inside_the_window(ask: Any) -> None:
    """Events come in time order, and a narrower window has those of the wider that lie in it."""
    times = [it["time"] for it in events_of(ask)]
    assert times == sorted(times)
    start, end = ask.ago(hours=3), ask.ago(hours=1)
    narrow = events_of(ask, start_time=start, end_time=end)
    assert narrow == [it for it in events_of(ask) if start <= it["time"] <= end]
    assert narrow


def test_events_belong_to_users_of_the_room(ask: Any) -> None:
    """Whoever an event is about, or comes from, is in the user list of its room."""
    users = ask.ok("users", app="app-1", start_time=ask.ago(days=3), limit="1000")["users"]
    members = {(it["room_id"], it["uid"]) for it in users}
    for it in events_of(ask):
        assert (it["room_id"], it["uid"]) in members
        assert not it["peer_uid"] or (it["room_id"], it["peer_uid"]) in members


@pytest.mark.parametrize("field", ["uid", "room_id"])
def test_filters_partition(ask: Any, field: str) -> None:
    """For each user or room, the filter gives exactly its events."""
    events = events_of(ask)
    for value in sorted({it[field] for it in events})[:8]:
        assert events_of(ask, **{field: value}) == [it for it in events if it[field] == value]


def test_pages_join_up(ask: Any) -> None:
    """Ten at a time by default; pages join up and the total stays."""
    whole = events_of(ask)
    first = ask.ok(LIST, **day(ask))
    assert first == {"total": len(whole), "events": whole[:10]}
    joined: list[Any] = []
    for offset in range(0, len(whole) + 6, 6):
        page = ask.ok(LIST, limit="6", offset=str(offset), **day(ask))
        assert page["total"] == len(whole)
        joined += page["events"]
    assert joined == whole


@pytest.mark.parametrize(
    "dimensions",
    [("abnormal_type",), ("abnormal_factor",), ("abnormal_type", "abnormal_factor")],
)
def test_shares_count_the_users_of_the_events(ask: Any, dimensions: tuple[str, ...]) -> None:
    """Each group of the distribution has as many users as the list has in that group."""
    fields = [name for it in dimensions for name in (it, f"{it}_desc")]
    users: dict[tuple[Any, ...], set[str]] = {}
    for it in events_of(ask):
        users.setdefault(tuple(it[field] for field in fields), set()).add(it["uid"])
    shares = ask.ok(SHARES, dimension=",".join(dimensions), **day(ask))["dimensions"]
    assert all(set(it) == {*fields, "user_count"} for it in shares)
    counted = {tuple(it[field] for field in fields): it["user_count"] for it in shares}
    assert counted == {group: len(uids) for group, uids in users.items()}
    assert len(counted) == len(shares)


def test_shares_are_by_both_when_nothing_is_asked(ask: Any) -> None:
    """Without a dimension the answer is grouped by type and factor, as the example is."""
    both = ask.ok(SHARES, dimension="abnormal_type,abnormal_factor", **day(ask))
    assert ask.ok(SHARES, **day(ask)) == both
    assert ask.refused(SHARES, dimension="region", **day(ask))[0] == "DATA.100011002"


def test_details_are_the_same_events(ask: Any) -> None:
    """13.11 tells of the events of 13.13, with JSON in a string."""
    window = {"start_time": ask.ago(hours=1), "end_time": ask.ago()}
    details = ask.ok("client/event", app_id="app-1", **window)["data"]
    events = events_of(ask, **window)
    assert len(details) == len(events) > 0
    for detail, event in zip(details, events, strict=True):
        assert set(detail) == {"ctime", "event_id", "event_info"}
        assert detail["ctime"] == event["time"]
        assert detail["event_id"] == str(event["abnormal_factor"])
        info = json.loads(detail["event_info"])
        assert (info["uid"], info["roomId"]) == (event["uid"], event["room_id"])


def test_events_of_one_user(ask: Any) -> None:
    """13.12 answers for the user of the first event, with all events of that user in the room."""
    window = {"start_time": ask.ago(hours=1), "end_time": ask.ago()}
    body = ask.ok("client/abnormalevent", app_id="app-1", **window)
    events = events_of(ask, **window)
    assert (body["uid"], body["room_id"]) == (events[0]["uid"], events[0]["room_id"])
    own = [it for it in events if (it["uid"], it["room_id"]) == (body["uid"], body["room_id"])]
    assert body["abnormal_list"] == [
        {"ts": it["time"], "event_id": str(it["abnormal_factor"]), "peer_id": it["peer_uid"]}
        for it in own
    ]
    assert body["exp_id"].isdigit()
    room = ask.ok("client/abnormalevent", app_id="app-1", room_id=events[-1]["room_id"], **window)
    assert room["room_id"] == events[-1]["room_id"]


def test_nobody_concerned_is_null(ask: Any) -> None:
    """Where there is no event the list is null and the names are empty."""
    window = {"start_time": ask.ago(hours=1), "end_time": ask.ago()}
    body = ask.ok("client/abnormalevent", app_id="app-1", room_id="elsewhere", **window)
    assert body == {"uid": "", "room_id": "elsewhere", "exp_id": "", "abnormal_list": None}
    assert ask.ok("client/event", app_id="app-without-data", **window) == {"data": []}
    assert ask.ok(LIST, app="nobody") == {"total": 0, "events": []}
    assert ask.ok(SHARES, app="nobody") == {"dimensions": []}
