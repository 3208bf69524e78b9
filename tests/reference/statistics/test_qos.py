"""13.10: the quality indicators of the calls in a room."""

from typing import Any, get_args

import pytest

from conformance.reference.statistics.vocabulary import Mid

pytestmark = pytest.mark.parametrize("ask", [0, 1, 20231128], indirect=True)

MIDS = get_args(Mid)


@pytest.fixture
def asked(ask: Any) -> dict[str, str]:
    """A query over the past day of the room that has been open for nine hours."""
    rooms = ask.ok("rooms", app="app-1", state="RUNNING", start_time=ask.ago(days=1))
    return {
        "app_id": "app-1",
        "room_id": rooms["room_info_list"][-1]["room_id"],
        "start_time": ask.ago(hours=24),
        "end_time": ask.ago(),
    }


def series(ask: Any, asked: dict[str, str], **more: str) -> list[Any]:
    """The series of a query."""
    body = ask.ok("client/qos/details", **{**asked, **more})
    assert body["room_id"] == asked["room_id"]
    return body["data"]


def test_there_are_22_indicators(ask: Any, asked: dict[str, str]) -> None:
    """Every indicator of table 13-65 has data, and 'all' means all of them."""
    assert len(MIDS) == 22
    assert {it["mid"] for it in series(ask, asked, mid="all")} == set(MIDS)


def test_all_is_the_union(ask: Any, asked: dict[str, str]) -> None:
    """'all', a list of every indicator, and the single ones put together have the same series."""
    whole = series(ask, asked, mid="all")
    assert series(ask, asked, mid=",".join(MIDS)) == whole
    single = [it for mid in MIDS for it in series(ask, asked, mid=mid)]
    key = lambda it: (it["uid"], it["peerid"], it["mid"])  # noqa: E731
    assert sorted(single, key=key) == sorted(whole, key=key)
    assert len({key(it) for it in whole}) == len(whole)


def test_samples_are_in_order_inside_the_window_and_the_call(ask: Any, asked: Any) -> None:
    """The samples of a series rise in time, lie in the window, and in a session of its user."""
    sessions = ask.ok(
        "users",
        app="app-1",
        room_id=asked["room_id"],
        type="detail",
        state="ONLINE,OFFLINE",
        start_time=asked["start_time"],
        limit="100",
    )["users"]
    for it in series(ask, asked, mid="abit,vfps"):
        times = [sample["time"] for sample in it["data"]]
        assert times == sorted(set(times))
        assert asked["start_time"] <= times[0] <= times[-1] <= asked["end_time"]
        for time in times:
            assert any(
                s["uid"] == it["uid"]
                and s["join_time"] <= time
                and (s["leave_time"] == "-" or time < s["leave_time"])
                for s in sessions
            )


def test_a_narrower_window_is_part_of_a_wider_one(ask: Any, asked: dict[str, str]) -> None:
    """A series of the past half hour is the end of the same series of the past day."""
    wide = {(it["uid"], it["peerid"]): it["data"] for it in series(ask, asked, mid="vbit")}
    start = ask.ago(minutes=30)
    for it in series(ask, asked, mid="vbit", start_time=start):
        both = wide[it["uid"], it["peerid"]]
        assert it["data"] == [sample for sample in both if sample["time"] >= start]


def test_directions_are_complementary(ask: Any, asked: dict[str, str]) -> None:
    """Up is what has peer 0, down what has another; together they are everything."""
    whole = series(ask, asked, mid="all")
    up = series(ask, asked, mid="all", direction="up")
    down = series(ask, asked, mid="all", direction="down")
    assert {it["peerid"] for it in up} == {"0"}
    assert "0" not in {it["peerid"] for it in down}
    assert len(up) + len(down) == len(whole)
    assert all(it in whole for it in up + down)


@pytest.mark.parametrize(("parameter", "field"), [("user_id", "uid"), ("peer_id", "peerid")])
def test_users_and_peers_are_filters(
    ask: Any, asked: dict[str, str], parameter: str, field: str
) -> None:
    """A sender or receiver selects exactly its series."""
    whole = series(ask, asked, mid="artt")
    for value in {it[field] for it in whole}:
        found = series(ask, asked, mid="artt", **{parameter: value})
        assert found == [it for it in whole if it[field] == value]
    assert series(ask, asked, mid="artt", **{parameter: "nobody"}) == []


def test_streams_and_domains_are_filters(ask: Any, asked: dict[str, str]) -> None:
    """Streams 1 and 2 are all there is; another domain has nothing."""
    whole = series(ask, asked, mid="all")
    main = series(ask, asked, mid="all", stream_id="1")
    auxiliary = series(ask, asked, mid="all", stream_id="2")
    assert len(main) + len(auxiliary) == len(whole)
    assert all(it["mid"].startswith("d") for it in auxiliary)
    domain = "app-1.sparkrtc.myhuaweicloud.com"
    assert series(ask, asked, mid="all", domain=domain) == whole
    assert series(ask, asked, mid="all", domain="elsewhere.example") == []


def test_pages_join_up(ask: Any, asked: dict[str, str]) -> None:
    """Pages of series join up to the unpaged answer."""
    whole = series(ask, asked, mid="all", start_time=ask.ago(minutes=3))
    joined: list[Any] = []
    for offset in range(0, len(whole) + 25, 25):
        page = {"limit": "25", "offset": str(offset), "start_time": ask.ago(minutes=3)}
        joined += series(ask, asked, mid="all", **page)
    assert joined == whole


def test_24_hours_for_a_room_and_five_days_for_a_user(ask: Any, asked: dict[str, str]) -> None:
    """Only a query for a single sender may be longer than 24 hours, and then up to five days."""
    longer = {**asked, "mid": "vbit", "start_time": ask.ago(hours=24, seconds=1)}
    assert ask.refused("client/qos/details", **longer)[0].startswith("DATA.")
    ask.ok("client/qos/details", **longer, user_id="u")
    five = {**longer, "start_time": ask.ago(days=5), "user_id": "u"}
    ask.ok("client/qos/details", **five)
    six = {**five, "start_time": ask.ago(days=5, seconds=1)}
    assert ask.refused("client/qos/details", **six)[0].startswith("DATA.")


def test_nothing_is_kept_for_longer_than_five_days(ask: Any, asked: dict[str, str]) -> None:
    """A room of a week ago is in the list and has no indicators any more."""
    window = {"start_time": ask.ago(days=9), "end_time": ask.ago(days=6)}
    for room in ask.ok("rooms", app="app-1", **window)["room_info_list"]:
        own = {name: room[name] for name in ("room_id", "start_time", "end_time")}
        assert series(ask, {**asked, **own}, mid="all") == []


def test_unknown_indicators_and_time_types_are_refused(ask: Any, asked: dict[str, str]) -> None:
    """Only documented indicators; stime and ctime give the same samples."""
    for mid in ("nothing", "abit,nothing", "abit,", ","):
        assert ask.refused("client/qos/details", **asked, mid=mid)[0] == "DATA.100011002"
    assert ask.refused("client/qos/details", **asked, mid="")[0] == "DATA.100011001"
    assert ask.refused("client/qos/details", **asked, mid="abit", time_type="x")[1]
    stored = series(ask, asked, mid="abit", time_type="stime")
    assert stored == series(ask, asked, mid="abit")
