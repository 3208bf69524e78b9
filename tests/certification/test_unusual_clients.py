"""Right but unusual: what the document allows is neither found fault with nor refused."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.certification.client_ledger import ClientLedger
from conformance.certification.client_requirements import requirements_on_requests
from conformance.certification.judges.unexplained import unexplained_refusals
from conformance.certification.session import RecordingServer
from conformance.contract.document import Contract
from conformance.model.requirement import Level
from tests.certification.client_tables import Row, processes, rows
from tests.certification.conftest import CLIENTS, broken

sys.path.insert(0, str(CLIENTS))

import unusual  # type: ignore[import-not-found]
from exemplary import Asked, Client

Judged = Callable[[], ClientLedger]


def ago(**span: float) -> str:
    """A moment before now, to the minute."""
    return f"{dt.datetime.now(dt.UTC) - dt.timedelta(**span):%Y-%m-%dT%H:%M:00Z}"


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


PYTHON = [row for row in rows("right") if row.language == "python"]


@pytest.mark.parametrize("row", PYTHON, ids=lambda row: row.name)
def test_what_is_right_but_unusual_breaks_nothing(
    row: Row, server: RecordingServer, judged: Judged
) -> None:
    """Neither a MUST nor a SHOULD is broken, and no refusal is left unexplained."""
    unusual.UNUSUAL[row.name](Client(server.environment))
    ledger = judged()
    assert broken(ledger) == []
    assert unexplained_refusals(server.calls, ledger) == []


@pytest.mark.parametrize("row", processes("right"))
def test_what_is_right_in_another_language_breaks_nothing(
    row: Row, server: RecordingServer, judged: Judged, tmp_path: Path
) -> None:
    """Clients in Node, Java and a shell, by the means that those languages have."""
    row.run(server, tmp_path)
    ledger = judged()
    assert server.calls
    assert broken(ledger) == []
    assert unexplained_refusals(server.calls, ledger) == []
    assert server.recorder.strange == ()


def test_the_table_of_right_clients_is_complete() -> None:
    """Forty right clients in four languages; every one in Python is in the table."""
    assert {row.name for row in PYTHON} == set(unusual.UNUSUAL)
    assert len(rows("right")) >= 40
    assert {row.language for row in rows("right")} == {"python", "node", "curl", "java"}


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
    filled = {
        r.id: r.level for r in requirements_on_requests(contract).values() if r.keyword == "filled"
    }
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
    assert unexplained_refusals(server.calls, ledger) == []
