"""Time windows of all operations: spans, defaults, ends, and what is not a time."""

from typing import Any, NamedTuple

import pytest

DAY = 24 * 3600


class Operation(NamedTuple):
    """A query over seconds: its path, what else it needs, its longest span, whether by default."""

    path: str
    params: dict[str, str]
    longest: int
    defaults: bool = True


QUALITY = {"app": "app-1", "sdk_type": "native"}
OPERATIONS = {
    "13.1": Operation("rooms", {"app": "app-1"}, 90 * DAY),
    "13.2": Operation("users", {"app": "app-1"}, 90 * DAY),
    "13.3": Operation("realtime/scale", {"app": "app-1", "metric": "RoomCount"}, DAY),
    "13.5": Operation("realtime/quality", {**QUALITY, "metric": "VideoFreezeRate"}, DAY),
    "13.6": Operation("realtime/network", {**QUALITY, "metric": "VideoExcellentTransRate"}, DAY),
    "13.10": Operation(
        "client/qos/details", {"app_id": "app-1", "room_id": "r", "mid": "all"}, DAY, False
    ),
    "13.11": Operation("client/event", {"app_id": "app-1"}, 3600, False),
    "13.11 of a room": Operation("client/event", {"app_id": "app-1", "room_id": "r"}, DAY, False),
    "13.12": Operation("client/abnormalevent", {"app_id": "app-1"}, 3600, False),
    "13.12 of a room": Operation(
        "client/abnormalevent", {"app_id": "app-1", "room_id": "r"}, 5 * DAY, False
    ),
    "13.13": Operation("/v1/rtc/data/abnormal-events", {"app": "app-1"}, DAY),
    "13.14": Operation("/v1/rtc/data/abnormal-event/dimension", {"app": "app-1"}, DAY),
}
EACH = pytest.mark.parametrize("op", OPERATIONS.values(), ids=OPERATIONS)
BY_DEFAULT = pytest.mark.parametrize(
    "op", [it for it in OPERATIONS.values() if it.defaults], ids=lambda it: it.path
)


@EACH
def test_longest_span(ask: Any, op: Operation) -> None:
    """The longest span is answered, one second more is refused, wherever the window lies."""
    for end in (0, 3600, 400 * DAY, -3600):
        longest = {
            "start_time": ask.ago(seconds=end + op.longest),
            "end_time": ask.ago(seconds=end),
        }
        ask.ok(op.path, **op.params, **longest)
        more = {**longest, "start_time": ask.ago(seconds=end + op.longest + 1)}
        code, message = ask.refused(op.path, **op.params, **more)
        assert code == "DATA.100011002"
        assert "end_time" in message


@EACH
def test_end_before_start(ask: Any, op: Operation) -> None:
    """An end one second before the start is refused, one at the start is answered."""
    moment = ask.ago(minutes=30)
    ask.ok(op.path, **op.params, start_time=moment, end_time=moment)
    before = ask.ago(minutes=30, seconds=1)
    assert ask.refused(op.path, **op.params, start_time=moment, end_time=before)


@EACH
@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023-11-28",
        "2023-11-28 09:30:00",
        "2023-11-28T09:30:00",
        "2023-11-28T09:30:00+08:00",
        "2023-11-28T09:30:00.000Z",
        "2023-11-28t09:30:00z",
        "2023-11-28T09:30Z",
        "2023-11-28T24:00:00Z",
        "2023-11-28T23:59:60Z",
        "2023-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "2023-11-28T09:30:00Z\n",
        "2023-11-28T09:30:00Z\x00",
        "２０２３-11-28T09:30:00Z",
        "1701163800",
    ],
)
def test_malformed_times(ask: Any, op: Operation, text: str) -> None:
    """Whatever is not YYYY-MM-DDThh:mm:ssZ, or no moment at all, is refused by name."""
    for name, other in (("start_time", "end_time"), ("end_time", "start_time")):
        params = {**op.params, name: text, other: ask.ago(minutes=30)}
        _, message = ask.refused(op.path, **params)
        assert name in message


@EACH
def test_the_ends_of_the_calendar(ask: Any, op: Operation) -> None:
    """The first and the last year are times like others, and never a failure."""
    for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        ask.ok(op.path, **op.params, start_time=moment, end_time=moment)
    whole = {"start_time": "0001-01-01T00:00:00Z", "end_time": "9999-12-31T23:59:59Z"}
    ask.refused(op.path, **op.params, **whole)


@BY_DEFAULT
def test_default_window_is_the_past_hour(ask: Any, op: Operation) -> None:
    """No ends, a start an hour ago, and both ends written out: one and the same."""
    start, end = ask.ago(hours=1), ask.ago()
    written = ask.ok(op.path, **op.params, start_time=start, end_time=end)
    assert ask.ok(op.path, **op.params) == written
    assert ask.ok(op.path, **op.params, start_time=start) == written
    assert ask.ok(op.path, **op.params, end_time=end) == written


@BY_DEFAULT
def test_only_one_end(ask: Any, op: Operation) -> None:
    """A start alone lasts until now; an end alone begins an hour before."""
    until = ask.ok(op.path, **op.params, start_time=ask.ago(hours=5))
    assert until == ask.ok(op.path, **op.params, start_time=ask.ago(hours=5), end_time=ask.ago())
    since = ask.ok(op.path, **op.params, end_time=ask.ago(hours=5))
    assert since == ask.ok(
        op.path, **op.params, start_time=ask.ago(hours=6), end_time=ask.ago(hours=5)
    )
    ask.refused(op.path, **op.params, start_time=ask.ago(seconds=op.longest + 1))
    ask.refused(op.path, **op.params, start_time=ask.ago(seconds=-1))
    ask.ok(op.path, **op.params, end_time="0001-01-01T00:00:00Z")


@pytest.mark.parametrize("op", [it for it in OPERATIONS.values() if not it.defaults])
def test_required_ends(ask: Any, op: Operation) -> None:
    """Where both ends are required, the one that is missing is named."""
    for given, lacking in (("start_time", "end_time"), ("end_time", "start_time")):
        code, message = ask.refused(op.path, **op.params, **{given: ask.ago(minutes=5)})
        assert code == "DATA.100011001"
        assert f"'{lacking}' is not present" in message


@pytest.mark.parametrize(
    ("path", "metric"), [("history/scale", "RoomCount"), ("history/quality", "VideoTransDelay")]
)
def test_windows_of_days(ask: Any, path: str, metric: str) -> None:
    """31 days from first to last, one more is refused; and what is not a date."""
    asked = {"app": "app-1", "metric": metric}
    ask.ok(path, **asked, start_date=ask.day(31), end_date=ask.day(0))
    ask.ok(path, **asked, start_date="2020-01-01", end_date="2020-02-01")
    ask.refused(path, **asked, start_date=ask.day(32), end_date=ask.day(0))
    ask.refused(path, **asked, start_date=ask.day(32))
    ask.refused(path, **asked, start_date=ask.day(1), end_date=ask.day(2))
    for text in ("", "2020-02-30", "2020-2-3", "20200203", "2020-W05-1", ask.ago(), "0000-01-01"):
        _, message = ask.refused(path, **asked, start_date=text)
        assert "start_date" in message
    only_end = ask.ok(path, **asked, end_date=ask.day(3))
    assert only_end == ask.ok(path, **asked, start_date=ask.day(4), end_date=ask.day(3))
    assert ask.ok(path, **asked, end_date="0001-01-01") == {path.split("/")[1]: []}
