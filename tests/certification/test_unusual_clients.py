"""Right but unusual: what the document allows is neither found fault with nor refused."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import demands
from conformance.certification.judges.unexplained import unexplained
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.model.requirement import Level
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import exemplary  # type: ignore[import-not-found]
import unusual  # type: ignore[import-not-found]
from exemplary import Asked, Client

Judged = Callable[[], ClientLedger]


def ago(**span: float) -> str:
    """A moment before now, to the minute."""
    return f"{dt.datetime.now(dt.UTC) - dt.timedelta(**span):%Y-%m-%dT%H:%M:00Z}"


def whole_number(client: Client) -> Asked:
    """3600.0 is an integer."""
    asked = exemplary.create_rule(client)
    return asked.but(raw=json.dumps(asked.body).replace("7200", "7200.0").encode())


def escaped_path(client: Client) -> Asked:
    """Unreserved characters may be escaped (RFC 3986, 2.3)."""
    return Asked("GET", f"/v2/%61pps/%{ord(client.app[0]):02x}{client.app[1:]}")


def preflight(_client: Client) -> Asked:
    """A browser asks by itself."""
    headers = {"X-Auth-Token": None, "Access-Control-Request-Method": "GET"}
    return Asked("OPTIONS", "/v2/apps", headers=headers)


def three_days_of_one_user(client: Client) -> Asked:
    """13.10: several days are for a single user."""
    query = {
        "app_id": client.app,
        "room_id": "room-1",
        "user_id": "teacher",
        "mid": "abit",
        "start_time": ago(days=3),
        "end_time": ago(minutes=5),
    }
    return Asked("GET", f"/v1/{client.project}/rtc/client/qos/details", query)


RIGHT = {f.__name__: f for f in (whole_number, escaped_path, three_days_of_one_user, preflight)}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_but_unusual_breaks_nothing(
    name: str, server: RecordingServer, judged: Judged
) -> None:
    """Judge and reference agree that it is right."""
    client = Client(server.environment)
    answered = client.send(RIGHT[name](client))
    assert name == "preflight" or 200 <= answered.status < 300, answered
    ledger = judged()
    assert broken(ledger) == []
    assert name == "preflight" or unexplained(server.calls, ledger) == []


@pytest.mark.parametrize("name", unusual.UNUSUAL)
def test_unusual_conduct_breaks_nothing(name: str, server: RecordingServer, judged: Judged) -> None:
    """Neither a MUST nor a SHOULD is broken, and no refusal is left unexplained."""
    unusual.UNUSUAL[name](Client(server.environment))
    ledger = judged()
    assert broken(ledger) == []
    assert unexplained(server.calls, ledger) == []


@pytest.mark.parametrize(
    ("method", "path", "requirement"),
    [
        ("POST", "/v2/apps/", "client/common/path/known"),
        ("DELETE", "/v2/apps/", "client/DeleteApp/path/app_id/filled"),
        ("GET", "/v2/apps/a%2Fb", "client/common/path/known"),
        ("HEAD", "/v2/apps", "client/common/method/known"),
        ("DELETE", "/v2/apps/null", "client/DeleteApp/path/app_id/filled"),
        ("POST", "/v2/apps/{app}/rooms/null/dismiss", "client/RemoveRoom/path/room_id/filled"),
        ("POST", "/v2/apps/{app}/rooms/%25abc%25/dismiss", "client/RemoveRoom/path/room_id/filled"),
    ],
)
def test_an_odd_path_gets_the_right_requirement(
    method: str, path: str, requirement: str, server: RecordingServer, judged: Judged
) -> None:
    """One mistake, one name; where a client may think up a name, only a SHOULD."""
    client = Client(server.environment)
    client.send(Asked(method, path.format(app=client.app)))
    ledger = judged()
    assert broken(ledger)[:1] == [requirement]
    level = ledger.requirements[requirement].level.value
    assert level == ("SHOULD" if "room_id" in requirement else "MUST")


def test_several_days_of_all_users_are_too_long(server: RecordingServer, judged: Judged) -> None:
    """Without a user the day of table 13-65 holds, and the judge says what the reference does."""
    client = Client(server.environment)
    asked = three_days_of_one_user(client)
    query = {name: value for name, value in asked.query.items() if name != "user_id"}
    assert client.send(asked.but(query=query)).status == 400
    assert broken(judged()) == ["client/ListRtcClientQosDetails/query/window/combination"]


def test_only_names_that_clients_think_up_may_look_like_placeholders(contract: Contract) -> None:
    """The level of a path that is not filled in is a MUST everywhere but for rooms."""
    filled = {r.id: r.level for r in demands(contract).values() if r.keyword == "filled"}
    assert {name.split("/")[3] for name, level in filled.items() if level is Level.SHOULD} == {
        "room_id"
    }


def test_a_room_that_is_called_null_is_a_room(
    contract: Contract, server: RecordingServer, judged: Judged
) -> None:
    """What the server finds is filled in, whatever it is called."""
    client = Client(server.environment)
    server.control.plan(contract.operation("RemoveRoom"), "minimal")
    client.send(Asked("POST", f"/v2/apps/{client.app}/rooms/null/dismiss"))
    assert broken(judged()) == []


def test_what_a_server_may_refuse_is_right_and_no_surprise(
    server: RecordingServer, judged: Judged
) -> None:
    """13.11 and 13.12: more than an hour may be served or refused (E-13-window-single-user)."""
    client = Client(server.environment)
    query = {"app_id": client.app, "start_time": ago(hours=3), "end_time": ago(minutes=5)}
    asked = Asked("GET", f"/v1/{client.project}/rtc/client/abnormalevent", query)
    assert client.send(asked).status == 400
    ledger = judged()
    assert broken(ledger) == []
    assert unexplained(server.calls, ledger) == []
