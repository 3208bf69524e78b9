"""Parameters of all operations: what is missing, what is no value, and what is hostile."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reference.statistics.routing import routes

WINDOW = {"start_time": "2023-11-28T09:30:00Z", "end_time": "2023-11-28T10:00:00Z"}
DATES = {"start_date": "2023-11-25", "end_date": "2023-11-27"}
REQUIRED: dict[str, dict[str, str]] = {
    "rooms": {"app": "app-1"},
    "users": {"app": "app-1"},
    "realtime/scale": {"app": "app-1", "metric": "OnlineUsers"},
    "realtime/scale/dimension": {
        "app": "app-1",
        "metric": "OnlineUsers",
        "dimension": "sdk",
        "time": "2023-11-28T09:30:00Z",
    },
    "realtime/quality": {"app": "app-1", "metric": "JoinSuccessRate", "sdk_type": "native"},
    "realtime/network": {
        "app": "app-1",
        "metric": "AudioExcellentTransRate",
        "sdk_type": "webrtc",
    },
    "history/usage": {"app": "app-1", "metric": "CommunicationDuration", **DATES},
    "history/scale": {"app": "app-1", "metric": "UserCount"},
    "history/quality": {"app": "app-1", "metric": "JoinSuccessRate"},
    "client/qos/details": {"app_id": "app-1", "room_id": "r", "mid": "all", **WINDOW},
    "client/event": {"app_id": "app-1", **WINDOW},
    "client/abnormalevent": {"app_id": "app-1", **WINDOW},
    "/v1/rtc/data/abnormal-events": {"app": "app-1"},
    "/v1/rtc/data/abnormal-event/dimension": {"app": "app-1"},
}
EACH = pytest.mark.parametrize("path", REQUIRED)
PAGED = pytest.mark.parametrize(
    "path", ["rooms", "users", "client/qos/details", "/v1/rtc/data/abnormal-events"]
)


def test_there_are_fourteen_operations(ask: Any) -> None:
    """Chapter 13 has fourteen operations, and each has a route of its own name."""
    table = routes(ask.data)
    assert len({route.name for route in table}) == len(table) == len(REQUIRED) == 14


@EACH
def test_missing_parameters_are_named(ask: Any, path: str) -> None:
    """Without a required parameter, or with an empty one, the answer names it."""
    for name in REQUIRED[path]:
        others = {key: value for key, value in REQUIRED[path].items() if key != name}
        code, message = ask.refused(path, **others)
        assert code == "DATA.100011001"
        assert message == f"Required String parameter '{name}' is not present"
        if not name.endswith(("time", "date")):
            assert ask.refused(path, **others, **{name: ""})[0] == code


@EACH
def test_the_application_is_named_first(ask: Any, path: str) -> None:
    """Without any parameter it is the application that is asked for, as in the examples."""
    application = next(iter(REQUIRED[path]))
    assert f"'{application}'" in ask.refused(path)[1]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("rooms", "state"),
        ("users", "state"),
        ("users", "type"),
        ("realtime/scale", "metric"),
        ("realtime/scale/dimension", "metric"),
        ("realtime/scale/dimension", "dimension"),
        ("realtime/quality", "metric"),
        ("realtime/quality", "sdk_type"),
        ("realtime/network", "metric"),
        ("realtime/network", "sdk_type"),
        ("history/usage", "metric"),
        ("history/scale", "metric"),
        ("history/quality", "metric"),
        ("/v1/rtc/data/abnormal-event/dimension", "dimension"),
    ],
)
def test_values_outside_an_enumeration(ask: Any, path: str, name: str) -> None:
    """What a table does not list is refused by name, also inside a list and in other letters."""
    good = REQUIRED[path].get(name, "RUNNING")
    for value in ("nothing", good.lower() + "x", f"{good},nothing", f"{good},", ","):
        code, message = ask.refused(path, **{**REQUIRED[path], name: value})
        assert code == "DATA.100011002"
        assert name in message


@PAGED
@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.5", "1e3", "-1", "+1", " 1", "1 ", "1_0", "0x10", "٣", "2147483648", "9" * 400],
)
def test_numbers_that_are_none(ask: Any, path: str, name: str, text: str) -> None:
    """A limit or offset is a decimal integer of 32 bits that is not negative."""
    code, message = ask.refused(path, **REQUIRED[path], **{name: text})
    assert code == "DATA.100011002"
    assert name in message


@PAGED
def test_bounds_of_pages(ask: Any, path: str) -> None:
    """One is the least limit, zero the least offset; the greatest integer is a limit too."""
    ask.refused(path, **REQUIRED[path], limit="0")
    ask.ok(path, **REQUIRED[path], limit="1", offset="0")
    ask.ok(path, **REQUIRED[path], limit="2147483647", offset="2147483647")


@EACH
def test_parameters_given_twice(ask: Any, path: str) -> None:
    """A documented parameter that is sent twice is refused; one that no table has is ignored."""
    for name, value in REQUIRED[path].items():
        twice = [*REQUIRED[path].items(), (name, value)]
        assert ask.get(path, twice).status_code == 400
    unknown = [*REQUIRED[path].items(), ("x", "1"), ("x", "2")]
    assert ask.get(path, unknown).status_code == 200


@EACH
def test_same_query_same_answer(ask: Any, path: str) -> None:
    """The same query twice has the same answer."""
    assert ask.ok(path, **REQUIRED[path]) == ask.ok(path, **REQUIRED[path])


@EACH
def test_projects(ask: Any, path: str) -> None:
    """Where a path has a project, it is the caller's, and X-Project-Id is the same."""
    good, other = {"X-Project-Id": "project-1"}, {"X-Project-Id": "project-2"}
    assert ask.get(path, REQUIRED[path], good).status_code == 200
    expected = 200 if path.startswith("/") else 400
    assert ask.get(path, REQUIRED[path], other).status_code == expected
    ask.project = "project-2"
    refused = ask.get(path, REQUIRED[path])
    assert refused.status_code == expected
    if expected == 400:
        assert refused.json()["error_code"].startswith("DATA.")


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["\x00", "../../etc", "' OR 1=1 --", "9" * 5000, "NaN", "[]", "%00", "all,all", "-0"]
    ),
    st.datetimes().map(lambda it: f"{it.isoformat(timespec='seconds')}Z"),
    st.dates().map(str),
    st.integers().map(str),
)


@EACH
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_hostile_values_are_answered_or_refused(ask: Any, path: str, data: st.DataObject) -> None:
    """Whatever a parameter holds, the answer is a 200 or a 400 of the DATA family."""
    names = [*REQUIRED[path], "room_id", "uid", "state", "limit", "offset", "region", "end_time"]
    name = data.draw(st.sampled_from(names))
    response = ask.get(path, {**REQUIRED[path], name: data.draw(HOSTILE)})
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response.json()["error_code"].startswith("DATA.")
